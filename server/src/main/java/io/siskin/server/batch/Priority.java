package io.siskin.server.batch;

/**
 * Who goes first. Batches are of one class: texts of both wait in queues of their own, so that a
 * query is never padded to a document.
 */
public enum Priority {
  /**
   * Somebody waits for the answer. Goes first, except that while bulk texts wait too every eighth
   * batch is one of theirs.
   */
  INTERACTIVE,
  /**
   * Nobody waits for a single text, as when documents are indexed. Goes when nothing interactive
   * waits, and at least every eighth batch; may fill half of the queue's places.
   */
  BULK
}

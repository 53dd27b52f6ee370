package io.siskin.server.rpc.admission;

/** What kind of work a task is, which decides who goes first. */
public enum WorkClass {
  /** Somebody waits for the answer: searches, and reads of a few documents. */
  INTERACTIVE,

  /**
   * Somebody works through many documents: pages of all documents, and texts that are encoded in
   * bulk. It gives way while interactive work waits, down to the share that {@link FairQueue}
   * guarantees it.
   */
  BULK
}

package io.siskin.server.rank.tree;

/** The score of a group, of the scores of those of its documents that are in the list. */
public enum GroupScore {
  /** The largest (MaxP: Dai and Callan, SIGIR 2019). */
  MAX,
  /** Their sum. */
  SUM,
  /** That of the document that was indexed first. */
  FIRST,
  /** Their mean. */
  MEAN
}

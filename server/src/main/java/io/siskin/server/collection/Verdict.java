package io.siskin.server.collection;

/** What is known of a collection's files after a search of them has failed unexpectedly. */
public enum Verdict {
  /** They are damaged, which explains the failure. */
  DAMAGED,
  /** They are being verified: it is not known yet whose fault the failure is. */
  VERIFYING,
  /** They were verified and are whole: the failure is a defect of Siskin. */
  WHOLE
}

package io.siskin.server.write;

/** What was done with one document. */
public enum WriteOutcome {
  /** There was none of its id. */
  CREATED,
  /** The one of its id was replaced. */
  REPLACED,
  /** Fields of it were set or removed. */
  UPDATED,
  /** There is none of this id, so nothing was done. */
  NOT_FOUND,
  /** It is not valid; nothing was done. */
  REFUSED
}

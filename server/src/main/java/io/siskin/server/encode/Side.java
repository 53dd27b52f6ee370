package io.siskin.server.encode;

/** On which side of a search a text is; a model may treat the sides differently. */
public enum Side {
  /** A text that is searched. */
  DOCUMENT,
  /** A text that is searched for. */
  QUERY
}

package io.siskin.server.collection;

/** What may be expected of a collection. */
public enum CollectionState {
  /** It is searched. */
  SERVING,
  /** Its files are damaged: it answers errors until they are whole again. */
  DAMAGED,
  /** It is not there any more. */
  REMOVED
}

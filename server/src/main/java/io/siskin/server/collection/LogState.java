package io.siskin.server.collection;

/**
 * How far the segments of a collection go in its log of writes.
 *
 * @param epoch which log it is: a collection that is replaced as a whole begins another one. 0 for
 *     none yet
 * @param floor the sequence number of the last frame of the log whose writes are in the segments; 0
 *     for none
 * @param lastPosition the position of the last write that is in the segments; 0 for none
 */
public record LogState(long epoch, long floor, long lastPosition) {
  /** A collection without writes. */
  public static final LogState NONE = new LogState(0, 0, 0);
}

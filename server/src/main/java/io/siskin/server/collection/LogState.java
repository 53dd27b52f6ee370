package io.siskin.server.collection;

/**
 * How far the segments of a collection go in its log of writes.
 *
 * @param epoch which log it is: a collection that is replaced as a whole begins another one. 0 for
 *     none yet
 * @param floor the sequence number of the last frame of the log whose writes are in the segments; 0
 *     for none
 * @param lastPosition the position of the last write that is in the segments; 0 for none
 * @param durable the sequence number of the last frame that was durable in the log when this was
 *     committed; 0 where it is not known, as in manifests of older versions. The files of deletes
 *     may have what these frames delete. So a log that ends before has lost what must not be lost
 */
public record LogState(long epoch, long floor, long lastPosition, long durable) {
  /** A collection without writes. */
  public static final LogState NONE = new LogState(0, 0, 0);

  /** Makes a state of which it is not known how much of the log is durable. */
  public LogState(long epoch, long floor, long lastPosition) {
    this(epoch, floor, lastPosition, 0);
  }

  /**
   * Returns this state with what is durable in the log now.
   *
   * @param sequence see {@link #durable}
   */
  public LogState withDurable(long sequence) {
    return new LogState(epoch, floor, lastPosition, sequence);
  }
}

package io.siskin.index.store;

/**
 * Sets the pace of a verification that runs beside other work. It is told of each chunk that was
 * read and may wait, or end the verification by an unchecked exception of its own.
 */
@FunctionalInterface
public interface ReadPace {
  /** Never waits. */
  ReadPace UNLIMITED = bytes -> {};

  /**
   * Is called after each chunk, on the reading thread.
   *
   * @param bytes how many bytes were read, above 0
   */
  void afterRead(int bytes);
}

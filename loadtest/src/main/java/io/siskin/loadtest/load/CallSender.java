package io.siskin.loadtest.load;

/** Sends the calls of one operation. Used by one thread; only its closing may be by another. */
interface CallSender extends AutoCloseable {
  /**
   * Sends a call and does not wait for its answer.
   *
   * @param end is told how it ended, by any thread
   */
  void send(CallEnd end);

  /** Ends what is open. */
  @Override
  default void close() {}
}

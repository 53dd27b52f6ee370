package io.siskin.server.write;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the documents may take that are being prepared for the writers: their texts wait
 * to be encoded, and nothing else bounds how many do.
 *
 * <p>Safe for concurrent use.
 */
final class PreparationRoom {
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  private final long lengthBytesMax;
  private final AtomicLong taken = new AtomicLong();

  /**
   * Makes an empty room.
   *
   * @param lengthBytesMax about how much memory the documents may take. One request may always be
   *     prepared
   */
  PreparationRoom(long lengthBytesMax) {
    this.lengthBytesMax = lengthBytesMax;
  }

  /**
   * Takes room for a request.
   *
   * @param lengthBytes about how much memory it takes
   * @throws WritesOverloadedException when there is not enough
   */
  void take(long lengthBytes) {
    long before = taken.getAndAdd(lengthBytes);
    if (before > 0 && before + lengthBytes > lengthBytesMax) {
      taken.addAndGet(-lengthBytes);
      throw new WritesOverloadedException(
          WritesOverloadedException.Reason.QUEUE_FULL,
          "documents of "
              + before
              + " bytes are being prepared, and at most "
              + lengthBytesMax
              + " may be",
          RETRY_AFTER);
    }
  }

  /**
   * Gives room back.
   *
   * @param lengthBytes as much as was taken
   */
  void giveBack(long lengthBytes) {
    long left = taken.addAndGet(-lengthBytes);
    assert left >= 0 : left;
  }
}

package io.siskin.server.collection;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * When to try again to open collections that could not be opened: at once when their files have
 * changed, otherwise after a time that doubles with each failure, because a failure may lie in a
 * disk that recovers. Each try may read a whole collection.
 *
 * <p>Used under the lock of its owner.
 */
final class Retries {
  private static final long DELAY_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);
  private static final long DELAY_NANOS_MAX = TimeUnit.MINUTES.toNanos(10);

  private final Map<String, Try> last = new HashMap<>();

  private record Try(FileStamps stamps, long nextNanoTime, long delayNanos) {}

  /**
   * Tells whether to try now.
   *
   * @param name the collection
   * @param stamps its files as they are
   * @param nowNanoTime the time
   */
  boolean isDue(String name, FileStamps stamps, long nowNanoTime) {
    Try before = last.get(name);
    return before == null
        || !before.stamps.equals(stamps)
        || nowNanoTime - before.nextNanoTime >= 0;
  }

  /**
   * Notes a failure.
   *
   * @param name the collection
   * @param stamps its files as they were before the try
   * @param nowNanoTime the time after it
   */
  void failed(String name, FileStamps stamps, long nowNanoTime) {
    Try before = last.get(name);
    long delay =
        before == null || !before.stamps.equals(stamps)
            ? DELAY_NANOS_MIN
            : Math.min(DELAY_NANOS_MAX, 2 * before.delayNanos);
    last.put(name, new Try(stamps, nowNanoTime + delay, delay));
  }

  /** Forgets the failures of a collection. */
  void succeeded(String name) {
    last.remove(name);
  }
}

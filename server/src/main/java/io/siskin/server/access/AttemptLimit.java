package io.siskin.server.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts failed attempts by address, in windows of {@value #WINDOW_SECONDS} s. After {@value
 * #FAILURES_MAX} failures in a window, further ones are refused without a word about their reason
 * and without a line in the log. A call with a valid key is never refused, so that a bad client
 * does not shut out the good ones that share its address.
 *
 * <p>What makes guessing hopeless is the length of the secrets. This keeps guessing cheap for the
 * server. The table has a bounded number of addresses; the one that failed least recently is
 * forgotten first. Safe for concurrent use.
 */
public final class AttemptLimit {
  /** The length of a window in seconds. */
  public static final int WINDOW_SECONDS = 10;

  /** The failures of one address in one window that are answered with their reason. */
  public static final int FAILURES_MAX = 50;

  /** The most addresses that are remembered. */
  static final int ADDRESSES_MAX = 10_000;

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(WINDOW_SECONDS);
  private static final float LOAD_FACTOR = 0.75f;

  private final LongSupplier nanoTime;
  private final Map<String, Window> windows = new LinkedHashMap<>(16, LOAD_FACTOR, true);

  private static final class Window {
    private final long startNanoTime;
    private int failures;

    Window(long startNanoTime) {
      this.startNanoTime = startNanoTime;
    }
  }

  /**
   * Makes a limit.
   *
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  public AttemptLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Counts a failure.
   *
   * @param address where it comes from, without the port
   * @return whether it is one too many
   */
  public synchronized boolean isTooMany(String address) {
    long now = nanoTime.getAsLong();
    Window window = windows.get(address);
    if (window == null || now - window.startNanoTime >= WINDOW_NANOS) {
      window = new Window(now);
      windows.put(address, window);
      if (windows.size() > ADDRESSES_MAX) {
        windows.remove(windows.keySet().iterator().next());
      }
    }
    window.failures++;
    return window.failures > FAILURES_MAX;
  }

  /** Returns after which time to try again, at most. */
  public static Duration retryAfter() {
    return Duration.ofSeconds(WINDOW_SECONDS);
  }
}

package io.siskin.server.write;

import io.siskin.index.build.BuildProgress;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Slows a build down: after each piece of work it rests for as long as it had a processor. So a
 * build takes half of a core at most, and searches find the other half. A build that has to wait
 * for a processor anyway does not rest for that time too. A build for which writes wait does not
 * rest while no search waits.
 *
 * <p>Used by the thread of the build.
 */
final class ThrottledProgress implements BuildProgress {
  private static final long REST_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long REST_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(200);

  private final BuildProgress told;
  private final boolean alwaysRests;
  private final BulkPace pace;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final boolean isMeasured = threads.isCurrentThreadCpuTimeSupported();
  private long beginNanoTime = System.nanoTime();
  private long beginWorkNanos = workNanos();

  /**
   * Makes a progress that slows a build down.
   *
   * @param told is told of the progress as well
   * @param alwaysRests whether it rests although no search waits
   * @param pace tells whether searches wait, to which it gives way further
   */
  ThrottledProgress(BuildProgress told, boolean alwaysRests, BulkPace pace) {
    this.told = told;
    this.alwaysRests = alwaysRests;
    this.pace = pace;
  }

  @Override
  public void begin(String stage, long total) {
    told.begin(stage, total);
  }

  @Override
  public void advance(long done) {
    told.advance(done);
    rest();
  }

  @Override
  public void end() {
    told.end();
    rest();
  }

  private void rest() {
    // The clock is cheaper to read, so it is asked first.
    if (System.nanoTime() - beginNanoTime < REST_NANOS_MIN) {
      return;
    }
    long worked = workNanos() - beginWorkNanos;
    if (alwaysRests) {
      LockSupport.parkNanos(Math.min(worked, REST_NANOS_MAX));
    }
    pace.rest(worked);
    beginNanoTime = System.nanoTime();
    beginWorkNanos = workNanos();
  }

  /** Returns for how long this thread had a processor so far; the clock where nobody knows. */
  private long workNanos() {
    return isMeasured ? threads.getCurrentThreadCpuTime() : System.nanoTime();
  }
}

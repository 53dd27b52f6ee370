package io.siskin.server.write;

import io.siskin.index.build.BuildProgress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Slows a build down: after each piece of work it rests as long as the piece took. So a build takes
 * half of a core at most, and searches find the other half.
 *
 * <p>Used by the thread of the build.
 */
final class ThrottledProgress implements BuildProgress {
  private static final long REST_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long REST_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(200);

  private final BuildProgress told;
  private long workNanoTime = System.nanoTime();

  /**
   * Makes a progress that slows a build down.
   *
   * @param told is told of the progress as well
   */
  ThrottledProgress(BuildProgress told) {
    this.told = told;
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
    long worked = System.nanoTime() - workNanoTime;
    if (worked >= REST_NANOS_MIN) {
      LockSupport.parkNanos(Math.min(worked, REST_NANOS_MAX));
      workNanoTime = System.nanoTime();
    }
  }
}

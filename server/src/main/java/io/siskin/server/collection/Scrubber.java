package io.siskin.server.collection;

import io.siskin.index.store.ReadPace;
import io.siskin.server.counters.ScrubCounts;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the files of all snapshots again and again, slowly, and so finds damage that no search
 * meets: a flipped weight only makes a score wrong.
 *
 * <p>Its counts may be read by any thread. One thread starts and closes it.
 */
final class Scrubber implements AutoCloseable {
  /** How long a thread waits. */
  @FunctionalInterface
  interface Sleeper {
    void sleep(long nanos) throws InterruptedException;
  }

  // Small files are not read all the time.
  static final long REST_NANOS = TimeUnit.MINUTES.toNanos(1);
  // Shorter waits are added up: the system does not keep them.
  private static final long WAIT_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(5);

  private final Supplier<List<CollectionSnapshot>> snapshots;
  private final IntegrityMonitor monitor;
  private final long bytesPerSecond;
  private final Sleeper sleeper;
  private final LongAdder bytes = new LongAdder();
  private final LongAdder passes = new LongAdder();
  private final ReadPace pace = this::afterRead;
  private long owedNanos;
  private @Nullable Thread thread;

  /**
   * Prepares a scrub.
   *
   * @param snapshots returns what is in service
   * @param monitor verifies
   * @param bytesPerSecond how fast files are read, 1 or more
   * @param sleeper waits
   */
  Scrubber(
      Supplier<List<CollectionSnapshot>> snapshots,
      IntegrityMonitor monitor,
      long bytesPerSecond,
      Sleeper sleeper) {
    this.snapshots = snapshots;
    this.monitor = monitor;
    this.bytesPerSecond = bytesPerSecond;
    this.sleeper = sleeper;
  }

  /** Begins, on a thread of its own. */
  void start() {
    thread = Thread.ofPlatform().daemon().name("siskin-scrub").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        sleeper.sleep(REST_NANOS);
        pass();
      }
    } catch (InterruptedException | CancellationException closed) {
      // By the one who started it.
    }
  }

  /** Goes through all snapshots once, on the calling thread. */
  void pass() {
    for (CollectionSnapshot snapshot : snapshots.get()) {
      if (snapshot.damage() == null) {
        monitor.verify(snapshot, pace);
      }
    }
    passes.increment();
  }

  private void afterRead(int count) {
    bytes.add(count);
    owedNanos += (long) (count * 1e9 / bytesPerSecond);
    if (owedNanos >= WAIT_NANOS_MIN) {
      try {
        sleeper.sleep(owedNanos);
        owedNanos = 0;
      } catch (InterruptedException closed) {
        Thread.currentThread().interrupt();
        throw new CancellationException("the scrub is closed");
      }
    }
  }

  /** Returns what was done so far. */
  ScrubCounts counts() {
    return new ScrubCounts(bytes.sum(), passes.sum());
  }

  /** Ends the scrub and waits for its thread. */
  @Override
  public void close() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      try {
        running.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      thread = null;
    }
  }
}

package io.siskin.loadtest.attack;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.siskin.loadtest.serve.ServerProcess;
import io.siskin.loadtest.serve.SmallCollection;
import io.siskin.proto.v1.SearchServiceGrpc;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * A client that does nothing wrong: it searches at a fixed rate, one search after the other, and
 * counts the time from the moment when each was due. What it cannot send in time is not answered.
 *
 * <p>Used by one thread.
 */
final class NormalClient {
  private static final int SEARCHES_PER_SECOND = 20;
  private static final long DEADLINE_SECONDS = 2;

  private final ServerProcess server;
  private final SmallCollection collection;
  private final Random random = new Random(42);

  /**
   * What it has seen.
   *
   * @param wanted how many searches were due
   * @param answered how many were answered
   * @param p50Millis the time that half of the answers took at most
   * @param p99Millis the time that 99 % of them took at most
   */
  record Seen(int wanted, int answered, double p50Millis, double p99Millis) {}

  /** Makes a client of a collection. */
  NormalClient(ServerProcess server, SmallCollection collection) {
    this.server = server;
    this.collection = collection;
  }

  /** Searches on a connection of its own for some time. */
  Seen run(double seconds) {
    ManagedChannel channel = server.connect();
    Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
    int wanted = (int) (seconds * SEARCHES_PER_SECOND);
    int answered = 0;
    try {
      long begin = System.nanoTime();
      long end = begin + (long) (seconds * 1e9);
      for (int i = 0; i < wanted && System.nanoTime() < end; i++) {
        long due = begin + i * TimeUnit.SECONDS.toNanos(1) / SEARCHES_PER_SECOND;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        try {
          var _ =
              SearchServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                  .search(collection.search(random, 10).build());
          answered++;
          nanos.recordValue(System.nanoTime() - due);
        } catch (StatusRuntimeException failed) {
          // Not answered.
        }
      }
    } finally {
      channel.shutdownNow();
    }
    return new Seen(
        wanted,
        answered,
        nanos.getValueAtPercentile(50) / 1e6,
        nanos.getValueAtPercentile(99) / 1e6);
  }
}

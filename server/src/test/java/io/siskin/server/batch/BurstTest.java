package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.search.Interruption;
import io.siskin.server.search.QueryInterruptedException;
import io.siskin.server.testing.FakeTextModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten times more work than the encoder can do. */
@Timeout(60)
final class BurstTest {
  private static final long TOKEN_NANOS = 20_000;
  private static final int TEXT_TOKENS = 10;
  private static final long DEADLINE_MILLIS = 300;

  /** The clock is the machine's, and tests share it: so many answers may be late. */
  private static final double LATE_SHARE_MAX = 0.05;

  @Test
  void theAdmittedKeepTheirDeadlinesAndTheRestIsRefusedAtOnce() throws Exception {
    FakeTextModel model = new FakeTextModel(64).costing(100_000, TOKEN_NANOS);
    BatchingEncoder encoder =
        new BatchingEncoder(
            "burst", model, BatchingOptions.DEFAULTS.withBatchMillisMax(20), new EncodingCache(0));
    for (int i = 0; i < 30; i++) {
      encoder.submit(text("warm", i), Priority.INTERACTIVE, Interruption.NEVER).get();
    }
    // What can be done before the deadline is a tenth of what comes.
    int capacity = (int) (DEADLINE_MILLIS * 1_000_000 / (TOKEN_NANOS * TEXT_TOKENS));
    List<CompletableFuture<EncodedText>> admitted = new ArrayList<>();
    long refusalNanosMax = 0;
    int refused = 0;
    for (int i = 0; i < 10 * capacity; i++) {
      long before = System.nanoTime();
      Interruption interruption =
          Interruption.at(before + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MILLIS), () -> false);
      try {
        admitted.add(encoder.submit(text("burst", i), Priority.INTERACTIVE, interruption));
      } catch (EncoderOverloadedException e) {
        refused++;
        refusalNanosMax = Math.max(refusalNanosMax, System.nanoTime() - before);
        assertThat(e.retryAfter()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(10));
      }
    }
    int late = 0;
    for (CompletableFuture<EncodedText> future : admitted) {
      late += isLate(future) ? 1 : 0;
    }
    assertThat(refused).isGreaterThan(5 * capacity);
    assertThat(admitted.size()).isGreaterThan(capacity / 4);
    assertThat(late).isLessThanOrEqualTo((int) (admitted.size() * LATE_SHARE_MAX));
    assertThat(refusalNanosMax).isLessThan(TimeUnit.MILLISECONDS.toNanos(50));
    assertThat(encoder.metrics().refused()).isEqualTo(refused);

    long recovering = System.nanoTime();
    encoder.submit(text("after", 0), Priority.INTERACTIVE, Interruption.NEVER).get();
    assertThat(System.nanoTime() - recovering).isLessThan(TimeUnit.SECONDS.toNanos(1));
    assertThat(encoder.metrics().waitingInteractive()).isZero();
    assertThat(encoder.close(Duration.ofSeconds(5))).isTrue();
  }

  private static boolean isLate(CompletableFuture<EncodedText> future) throws Exception {
    try {
      future.get(20, TimeUnit.SECONDS);
      return false;
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(QueryInterruptedException.class);
      return true;
    }
  }

  private static EncoderInput text(String kind, int i) {
    return new EncoderInput(kind + i + " b c d e f g h", Side.DOCUMENT);
  }
}

package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.testing.FakeTextModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ten times more work than the encoder can do, through its threads. That the admitted keep their
 * deadlines is shown by {@link AdmissionSimulationTest}, in simulated time; here they share the
 * machine's clock with other tests, and nothing that is asserted depends on it.
 */
@Timeout(60)
final class BurstTest {
  private static final long TOKEN_NANOS = 20_000;
  private static final int TEXT_TOKENS = 10;
  private static final long DEADLINE_MILLIS = 300;

  @Test
  void everyTextIsRefusedOrAnsweredOrDroppedAndNothingIsLeft() throws Exception {
    FakeTextModel model = new FakeTextModel(64).costing(100_000, TOKEN_NANOS);
    DynamicBatcher encoder =
        new DynamicBatcher(
            "burst", model, BatchingOptions.DEFAULTS.withBatchMillisMax(20), new EncodingCache(0));
    for (int i = 0; i < 30; i++) {
      encoder.submit(text("warm", i), Priority.INTERACTIVE, Cancellation.NEVER).get();
    }
    // What can be done before the deadline is a tenth of what comes.
    int capacity = (int) (DEADLINE_MILLIS * 1_000_000 / (TOKEN_NANOS * TEXT_TOKENS));
    List<CompletableFuture<EncodedText>> admitted = new ArrayList<>();
    int refused = 0;
    for (int i = 0; i < 10 * capacity; i++) {
      long before = System.nanoTime();
      Cancellation cancellation =
          Cancellation.at(before + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MILLIS), () -> false);
      try {
        admitted.add(encoder.submit(text("burst", i), Priority.INTERACTIVE, cancellation));
      } catch (EncoderOverloadedException e) {
        refused++;
        assertThat(e.retryAfter()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(10));
      }
    }
    int late = 0;
    for (CompletableFuture<EncodedText> future : admitted) {
      late += isLate(future) ? 1 : 0;
    }
    assertThat(refused).isPositive();
    assertThat(admitted).isNotEmpty();
    assertThat(encoder.metrics().dropped()).isEqualTo(late);
    assertThat(encoder.metrics().refused()).isEqualTo(refused);

    encoder.submit(text("after", 0), Priority.INTERACTIVE, Cancellation.NEVER).get();
    assertThat(encoder.metrics().texts()).isEqualTo(30 + admitted.size() - late + 1);
    assertThat(encoder.metrics().waitingInteractive()).isZero();
    assertThat(encoder.close(Duration.ofSeconds(5))).isTrue();
  }

  private static boolean isLate(CompletableFuture<EncodedText> future) throws Exception {
    try {
      future.get(20, TimeUnit.SECONDS);
      return false;
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(QueryCancelledException.class);
      return true;
    }
  }

  private static EncoderInput text(String kind, int i) {
    return new EncoderInput(kind + i + " b c d e f g h", Side.DOCUMENT);
  }
}

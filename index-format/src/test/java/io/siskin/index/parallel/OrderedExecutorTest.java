package io.siskin.index.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class OrderedExecutorTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void resultsComeInTheOrderOfThePieces(int threads) throws IOException {
    List<Integer> taken = new ArrayList<>();
    try (OrderedExecutor executor = new OrderedExecutor("test", threads)) {
      executor.run(
          500,
          piece -> piece * piece,
          (piece, result) -> {
            assertThat(result).isEqualTo(piece * piece);
            taken.add(piece);
          });
    }
    assertThat(taken).hasSize(500).isSorted();
  }

  @Test
  void whenARunFailsNoPieceIsComputedAnyMore() {
    AtomicInteger running = new AtomicInteger();
    CountDownLatch second = new CountDownLatch(1);
    try (OrderedExecutor executor = new OrderedExecutor("test", 4)) {
      assertThatThrownBy(
              () ->
                  executor.run(
                      100,
                      piece -> {
                        running.incrementAndGet();
                        try {
                          if (piece == 0) {
                            second.await();
                            throw new IOException("the first");
                          }
                          second.countDown();
                          // Long enough to be under way still when the run ends without waiting.
                          for (int i = 0; i < 1_000_000; i++) {
                            Thread.onSpinWait();
                          }
                          return piece;
                        } catch (InterruptedException e) {
                          throw new InterruptedIOException();
                        } finally {
                          running.decrementAndGet();
                        }
                      },
                      (_, _) -> {}))
          .isInstanceOf(IOException.class)
          .hasMessage("the first");
      assertThat(running).hasValue(0);
    }
  }

  @Test
  void failuresComeAsTheyWereThrown() {
    IOException io = new IOException("io");
    IllegalStateException runtime = new IllegalStateException("runtime");
    try (OrderedResults<String> results = new OrderedResults<>()) {
      results.add(CompletableFuture.failedFuture(new UncheckedIOException(io)));
      results.add(CompletableFuture.failedFuture(runtime));
      results.add(CompletableFuture.completedFuture("good"));
      assertThatThrownBy(results::take).isSameAs(io);
      assertThatThrownBy(results::take).isSameAs(runtime);
      assertThat(results.isNextDone()).isTrue();
      assertThat(results.size()).isEqualTo(1);
    }
  }

  @Test
  void closingCancelsWhatWasNotTaken() {
    CompletableFuture<String> pending = new CompletableFuture<>();
    OrderedResults<String> results = new OrderedResults<>();
    results.add(pending);
    assertThat(results.isNextDone()).isFalse();
    results.close();
    assertThat(pending).isCancelled();
    assertThat(results.size()).isZero();
  }
}

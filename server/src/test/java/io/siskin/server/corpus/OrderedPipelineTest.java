package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class OrderedPipelineTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void keepsTheOrderAndBoundsWhatIsInFlight(int threads) throws IOException {
    AtomicInteger fed = new AtomicInteger();
    try (OrderedPipeline<Integer, Integer> pipeline =
        new OrderedPipeline<>(
            "test",
            () -> fed.get() == 1000 ? null : fed.getAndIncrement(),
            OrderedPipelineTest::slowly,
            threads)) {
      for (int i = 0; i < 1000; i++) {
        assertThat(pipeline.next()).isEqualTo(-i);
        assertThat(fed.get() - i).isLessThanOrEqualTo(2 * threads);
      }
      assertThat(pipeline.next()).isNull();
      assertThat(pipeline.next()).isNull();
    }
  }

  @Test
  void worksOnAsManyElementsAtOnceAsThereAreThreads() throws IOException {
    CyclicBarrier together = new CyclicBarrier(4);
    AtomicInteger fed = new AtomicInteger();
    try (OrderedPipeline<Integer, Integer> pipeline =
        new OrderedPipeline<>(
            "test",
            () -> fed.get() == 8 ? null : fed.getAndIncrement(),
            element -> {
              try {
                together.await(30, TimeUnit.SECONDS); // passes only when four work at a time
                return element;
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            },
            4)) {
      for (int i = 0; i < 8; i++) {
        assertThat(pipeline.next()).isEqualTo(i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aFailingFeedFailsBehindTheResultsBeforeIt(int threads) throws IOException {
    AtomicInteger fed = new AtomicInteger();
    OrderedPipeline.Feed<Integer> feed =
        () -> {
          if (fed.get() == 5) {
            throw new IOException("the sixth");
          }
          return fed.getAndIncrement();
        };
    List<Integer> results = new ArrayList<>();
    try (OrderedPipeline<Integer, Integer> pipeline =
        new OrderedPipeline<>("test", feed, element -> element, threads)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  results.add(pipeline.next());
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessage("the sixth");
      assertThat(results).containsExactly(0, 1, 2, 3, 4);
      assertThatThrownBy(pipeline::next).hasMessage("the sixth");
    }
  }

  @Test
  void aFaultOfTheFunctionReachesTheCaller() throws IOException {
    try (OrderedPipeline<Integer, Integer> pipeline =
        new OrderedPipeline<>(
            "test",
            () -> 1,
            element -> {
              throw new IllegalStateException("bug");
            },
            2)) {
      assertThatThrownBy(pipeline::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("bug");
    }
  }

  @Test
  void interruptionEndsTheWait() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    try (OrderedPipeline<Integer, Integer> pipeline =
        new OrderedPipeline<>(
            "test",
            () -> 1,
            element -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return element;
            },
            2)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(pipeline::next).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  /** Later elements are often ready before earlier ones. */
  private static int slowly(int element) {
    long until = System.nanoTime() + (element * 7919L % 13) * 10_000;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    return -element;
  }
}

package io.siskin.server.rpc.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RateLimiterTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);

  private RateLimiter limiter(RateLimits limits) {
    return new RateLimiter(_ -> limits, clock::get);
  }

  @Test
  void aBucketAgreesWithOneThatCountsItsTokens() {
    long seed = Seeds.next();
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      // Rates by which a token takes whole nanoseconds, so that the twin needs no fractions.
      int[] rates = {1, 5, 50, 1_000, 1_000_000};
      int perSecond = rates[random.nextInt(rates.length)];
      int burst = 1 + random.nextInt(200);
      long nanosPerToken = 1_000_000_000L / perSecond;
      TokenBucket bucket = new TokenBucket(perSecond, burst);
      CountingBucket twin = new CountingBucket(nanosPerToken, burst);
      long now = random.nextLong();
      for (int i = 0; i < 2_000; i++) {
        long pause =
            random.nextLong(1 + nanosPerToken * (random.nextInt(20) == 0 ? 2L * burst : 2));
        now += pause;
        twin.pass(pause);
        int tokens = random.nextInt(10) == 0 ? random.nextInt(3 * burst) : random.nextInt(3);
        assertThat(bucket.take(tokens, now))
            .as("seed %d round %d step %d", seed, round, i)
            .isEqualTo(twin.take(tokens));
      }
    }
  }

  /** Counts in nanoseconds' worth of tokens, which may be negative after a large request. */
  private static final class CountingBucket {
    private final long nanosPerToken;
    private final long capacity;
    private long content;

    CountingBucket(long nanosPerToken, int burst) {
      this.nanosPerToken = nanosPerToken;
      this.capacity = burst * nanosPerToken;
      this.content = capacity;
    }

    void pass(long nanos) {
      content = Math.min(capacity, content + nanos);
    }

    long take(long tokens) {
      long needed = Math.min(capacity, tokens * nanosPerToken);
      if (content < needed) {
        return needed - content;
      }
      content -= tokens * nanosPerToken;
      return 0;
    }
  }

  @Test
  void theTimeThatIsToldIsRight() {
    RateLimiter limiter = limiter(new RateLimits(10, 3, 0, 1));
    for (int i = 0; i < 3; i++) {
      limiter.takeRequest("a");
    }
    assertThatThrownBy(() -> limiter.takeRequest("a"))
        .isInstanceOf(RateExceededException.class)
        .hasMessage("too many requests: this caller may send 10 a second")
        .extracting(e -> ((RateExceededException) e).retryAfter().toMillis())
        .isEqualTo(100L);
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(99));
    assertThatThrownBy(() -> limiter.takeRequest("a")).isInstanceOf(RateExceededException.class);
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    limiter.takeRequest("a");
    assertThat(limiter.refusedRequests()).isEqualTo(2);
    // Callers do not take from each other, and documents are another limit.
    limiter.takeRequest("b");
    limiter.takeDocuments("a", 1_000_000);
  }

  @Test
  void aLargeRequestIsTakenWhenTheBucketIsFullAndPaidForLater() {
    RateLimiter limiter = limiter(new RateLimits(0, 1, 100, 50));
    limiter.takeDocuments("a", 200);
    assertThatThrownBy(() -> limiter.takeDocuments("a", 1))
        .isInstanceOf(RateExceededException.class)
        .extracting(e -> ((RateExceededException) e).retryAfter().toMillis())
        .isEqualTo(1_510L);
    assertThat(limiter.refusedForDocuments()).isEqualTo(1);
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_510));
    limiter.takeDocuments("a", 1);
  }

  @Test
  void noMoreThanSoManyCallersAreRemembered() {
    RateLimiter limiter = limiter(new RateLimits(1, 1, 0, 1));
    for (int i = 0; i < 3 * RateLimiter.CALLERS_MAX; i++) {
      limiter.takeRequest("caller " + i);
    }
    assertThat(limiter.callerCount()).isEqualTo(RateLimiter.CALLERS_MAX);
  }

  @Test
  void limitsAreChecked() {
    assertThatThrownBy(() -> new RateLimits(-1, 1, 0, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("requests per second");
    assertThatThrownBy(() -> new RateLimits(0, 0, 0, 1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new RateLimits(0, 1, 0, 0)).isInstanceOf(InvalidInputException.class);
    assertThat(RateLimits.NONE.areNone()).isTrue();
  }
}

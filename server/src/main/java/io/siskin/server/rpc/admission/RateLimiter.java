package io.siskin.server.rpc.admission;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.siskin.server.rpc.admission.RateExceededException.Limit;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps each caller within its {@link RateLimits}. A caller is a text: the id of its key, or its
 * address where there are no keys.
 *
 * <p>The number of callers that are remembered is bounded. The one that was seen longest ago is
 * forgotten first. Its buckets are mostly full then, so that nothing changes for it.
 *
 * <p>Safe for concurrent use.
 */
public final class RateLimiter {
  /** How many callers are remembered at most. */
  static final int CALLERS_MAX = 10_000;

  private final Function<String, RateLimits> limits;
  private final LongSupplier nanoTime;
  private final LongAdder refusedRequests = new LongAdder();
  private final LongAdder refusedForDocuments = new LongAdder();

  @GuardedBy("this")
  private final SequencedMap<String, Buckets> callers = new LinkedHashMap<>(16, 0.75f, true);

  /** The buckets of one caller; null where nothing is limited. */
  private record Buckets(
      RateLimits limits, @Nullable TokenBucket requests, @Nullable TokenBucket documents) {
    static Buckets of(RateLimits limits) {
      return new Buckets(
          limits,
          limits.requestsPerSecond() == 0
              ? null
              : new TokenBucket(limits.requestsPerSecond(), limits.requestBurst()),
          limits.documentsPerSecond() == 0
              ? null
              : new TokenBucket(limits.documentsPerSecond(), limits.documentBurst()));
    }
  }

  /**
   * Makes a limiter.
   *
   * @param limits returns the limits of a caller; asked again for a caller that was forgotten
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  public RateLimiter(Function<String, RateLimits> limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /**
   * Takes the right to one request.
   *
   * @param caller who asks
   * @throws RateExceededException when the caller has sent too many
   */
  public void takeRequest(String caller) {
    RateLimits allowed = limits.apply(caller);
    if (allowed.requestsPerSecond() != 0) {
      long wait = take(caller, allowed, Limit.REQUESTS, 1);
      if (wait > 0) {
        refusedRequests.increment();
        throw new RateExceededException(Limit.REQUESTS, allowed.requestsPerSecond(), wait);
      }
    }
  }

  /**
   * Takes the right to write so many documents.
   *
   * @param caller who asks
   * @param documents how many, 0 or more
   * @throws RateExceededException when the caller has written too many
   */
  public void takeDocuments(String caller, long documents) {
    RateLimits allowed = limits.apply(caller);
    if (allowed.documentsPerSecond() != 0) {
      long wait = take(caller, allowed, Limit.DOCUMENTS, documents);
      if (wait > 0) {
        refusedForDocuments.increment();
        throw new RateExceededException(Limit.DOCUMENTS, allowed.documentsPerSecond(), wait);
      }
    }
  }

  private synchronized long take(String caller, RateLimits allowed, Limit limit, long tokens) {
    long now = nanoTime.getAsLong();
    Buckets buckets = callers.get(caller);
    if (buckets == null || !buckets.limits.equals(allowed)) {
      if (callers.size() >= CALLERS_MAX) {
        callers.pollFirstEntry();
      }
      buckets = Buckets.of(allowed);
      callers.put(caller, buckets);
    }
    TokenBucket bucket = limit == Limit.REQUESTS ? buckets.requests : buckets.documents;
    return bucket == null ? 0 : bucket.take(tokens, now);
  }

  /** Returns how many callers are remembered now. */
  synchronized int callerCount() {
    return callers.size();
  }

  /** Returns how many requests were refused because there were too many requests. */
  public long refusedRequests() {
    return refusedRequests.sum();
  }

  /** Returns how many requests were refused because they had too many documents. */
  public long refusedForDocuments() {
    return refusedForDocuments.sum();
  }
}

package io.siskin.server.batch;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Forecasts when texts will be encoded, and admits those whose deadline can be kept.
 *
 * <p>The forecast is what waits, at the rate of the last quarter second, which has in it whatever
 * else the processor does meanwhile; a batch that takes longer than it should counts before it is
 * done. The promise is the forecast times a {@link Margin}. It may be generous: a queue of half a
 * deadline keeps a model as busy as a queue of a whole one. Before anything is measured a model is
 * taken for a slow one.
 *
 * <p>Reads no clock and draws no random numbers, so that time can be simulated. Not safe for
 * concurrent use: the queue's lock guards it.
 */
final class Admission {
  /** As how slow a model is taken while nothing is known, nanoseconds a text. */
  static final long UNMEASURED_TEXT_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  /** So many texts are let in all the same, to measure them. */
  static final int UNMEASURED_TEXTS_MIN = 8;

  // Before anything is measured a full batch might take minutes.
  private static final int FIRST_BATCH_TOKENS_MAX = 1_024;
  // A batch may take so much of the time that its oldest text has left, since that is a forecast.
  private static final double BATCH_SHARE_OF_REMAINING = 0.5;
  // A batch that hangs says no more than this about the others.
  private static final double OVERRUN_MAX = 8;
  private static final long RETRY_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long RETRY_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);
  private static final long RETRY_NANOS_UNKNOWN = TimeUnit.MILLISECONDS.toNanos(50);

  private final BatchingOptions options;
  private final int lengthTokensMax;
  private final BatchCost cost = new BatchCost();
  private final Margin margin = new Margin();
  private final Set<Batch> inFlight = new HashSet<>();

  /**
   * What is ahead of new texts, apart from the batches in flight.
   *
   * @param interactiveTokens tokens of interactive texts that wait
   * @param bulkTokens tokens of bulk texts that wait
   * @param openTexts texts that wait or are in flight
   */
  record Load(long interactiveTokens, long bulkTokens, int openTexts) {}

  /** What is said to texts with a deadline. */
  sealed interface Verdict {
    /**
     * They may come in.
     *
     * @param expectedNanos when they are expected to be encoded, without margin; 0 if unknown
     */
    record Admitted(double expectedNanos) implements Verdict {}

    /**
     * They would be late.
     *
     * @param retryAfter when they would not be, as things stand
     */
    record Refused(Duration retryAfter) implements Verdict {}
  }

  /**
   * Knows nothing yet.
   *
   * @param options of the queue
   * @param lengthTokensMax the model's longest text, in tokens
   */
  Admission(BatchingOptions options, int lengthTokensMax) {
    this.options = options;
    this.lengthTokensMax = lengthTokensMax;
  }

  /**
   * Judges texts with a deadline.
   *
   * @param tokens how many tokens they have together, 0 when all of them join others
   * @param priority their class
   * @param remainingNanos how far their deadline is
   * @param load what is ahead
   * @param nanoTime now
   */
  Verdict judge(long tokens, Priority priority, long remainingNanos, Load load, long nanoTime) {
    // Nothing is ahead: if it cannot be done in time, that is not for load. And joining others
    // costs nothing, and may be in time.
    if (load.openTexts() == 0 || tokens == 0) {
      return new Verdict.Admitted(tokens * cost.nanosPerToken());
    }
    if (!cost.isKnown()) {
      return load.openTexts() < UNMEASURED_TEXTS_MIN
              || load.openTexts() * UNMEASURED_TEXT_NANOS < remainingNanos
          ? new Verdict.Admitted(0)
          : new Verdict.Refused(Duration.ofNanos(RETRY_NANOS_UNKNOWN));
    }
    double ownNanos = tokens * cost.nanosPerToken();
    double aheadNanos = aheadNanos(priority, load, nanoTime);
    double promisedNanos = aheadNanos * margin.factor() + ownNanos;
    return promisedNanos <= remainingNanos
        ? new Verdict.Admitted(aheadNanos + ownNanos)
        : new Verdict.Refused(retryAfter(promisedNanos - remainingNanos));
  }

  /** Returns when half of what waits should be done. */
  Duration retryAfterHalf(Load load, long nanoTime) {
    return cost.isKnown()
        ? retryAfter(aheadNanos(Priority.BULK, load, nanoTime) / 2)
        : Duration.ofNanos(RETRY_NANOS_UNKNOWN);
  }

  /**
   * Returns what the next batch may be.
   *
   * @param remainingNanos how far the deadline of its oldest text is, {@link Long#MAX_VALUE} for
   *     none
   */
  LengthBuckets.Limits limits(long remainingNanos) {
    long tokensMax = Math.max(options.batchTokensMax(), lengthTokensMax);
    if (cost.isKnown()) {
      double batchNanos =
          Math.min(
              (double) TimeUnit.MILLISECONDS.toNanos(options.batchMillisMax()),
              Math.max(remainingNanos, 0) * BATCH_SHARE_OF_REMAINING);
      tokensMax = Math.min(tokensMax, (long) (batchNanos / cost.nanosPerPaddedToken()));
    } else {
      tokensMax = Math.min(tokensMax, Math.max(FIRST_BATCH_TOKENS_MAX, lengthTokensMax));
    }
    return new LengthBuckets.Limits((int) tokensMax, options.batchTextsMax(), cost.startTokens());
  }

  /** Returns how long texts should take that are encoded now, 0 if unknown. */
  double encodingNanos(long paddedTokens) {
    return paddedTokens * cost.nanosPerPaddedToken();
  }

  /** Returns at which rate tokens are encoded, tokens a second; 0 before the first batch. */
  double tokensPerSecond() {
    return cost.isKnown() ? 1e9 / cost.nanosPerToken() : 0;
  }

  /** Notes that a batch has begun. */
  void began(Batch batch) {
    inFlight.add(batch);
  }

  /**
   * Notes that a batch has ended.
   *
   * @param batch one that has begun
   * @param nanos how long it took; 0 when it failed, which says nothing about the rate
   */
  void ended(Batch batch, long nanos) {
    inFlight.remove(batch);
    if (nanos > 0) {
      cost.add(batch.tokens(), batch.paddedTokens(), nanos);
    }
  }

  /** Learns from a text that was encoded. */
  void answered(Waiter.Terms terms, long nanoTime) {
    if (teaches(terms)) {
      margin.answered(
          terms.expectedNanos(),
          (double) (nanoTime - terms.submitNanoTime()),
          (double) terms.budgetNanos());
    }
  }

  /** Learns from a text that was dropped. */
  void gaveUp(Waiter.Terms terms, long nanoTime) {
    if (teaches(terms)) {
      margin.gaveUp(
          terms.expectedNanos(),
          (double) (nanoTime - terms.submitNanoTime()),
          (double) terms.budgetNanos());
    }
  }

  private static boolean teaches(Waiter.Terms terms) {
    return terms.expectedNanos() > 0 && terms.budgetNanos() != Long.MAX_VALUE;
  }

  /** Returns how long a text of a class would have to wait, as things stand. */
  private double aheadNanos(Priority priority, Load load, long nanoTime) {
    double restNanos = 0;
    double overrun = 1;
    for (Batch batch : inFlight) {
      double elapsed = nanoTime - batch.startNanoTime();
      restNanos += Math.max(0, batch.expectedNanos() - elapsed);
      if (batch.expectedNanos() > 0) {
        overrun = Math.max(overrun, elapsed / batch.expectedNanos());
      }
    }
    // What others encode is ahead of nobody for whom a thread is free.
    double nanos = inFlight.size() < options.inferenceThreads() ? 0 : restNanos;
    nanos += load.interactiveTokens() * cost.nanosPerToken();
    double bulkNanos = load.bulkTokens() * cost.nanosPerToken();
    if (priority == Priority.INTERACTIVE) {
      // One of their batches may come before, and then one in so many.
      double batchNanos = TimeUnit.MILLISECONDS.toNanos(options.batchMillisMax());
      bulkNanos = Math.min(bulkNanos, batchNanos + nanos / Turns.BULK_TURN);
    }
    return (nanos + bulkNanos) * Math.min(overrun, OVERRUN_MAX) / options.inferenceThreads();
  }

  private static Duration retryAfter(double nanos) {
    return Duration.ofNanos(Math.clamp((long) nanos, RETRY_NANOS_MIN, RETRY_NANOS_MAX));
  }
}

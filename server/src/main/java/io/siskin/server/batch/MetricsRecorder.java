package io.siskin.server.batch;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/** Counts what a {@link BatchingEncoder} does. Safe for concurrent use. */
final class MetricsRecorder {
  private static final long QUEUE_NANOS_MAX = TimeUnit.HOURS.toNanos(1);
  private static final int DIGITS = 2;

  final LongAdder refused = new LongAdder();
  final LongAdder dropped = new LongAdder();
  final LongAdder coalesced = new LongAdder();
  final LongAdder failed = new LongAdder();

  private final Histogram queue = new Histogram(QUEUE_NANOS_MAX, DIGITS);
  private final SortedMap<Integer, Long> batchSizes = new TreeMap<>();
  private long texts;
  private long batches;
  private long tokens;
  private long paddedTokens;
  private long queueNanos;
  private long tokenizeNanos;
  private long inferNanos;
  private long poolNanos;

  synchronized void batch(
      int textCount, long tokenCount, long paddedCount, long inferred, long pooled) {
    texts += textCount;
    batches++;
    tokens += tokenCount;
    paddedTokens += paddedCount;
    inferNanos += inferred;
    poolNanos += pooled;
    batchSizes.merge(textCount, 1L, Long::sum);
  }

  synchronized void answer(EncodeNanos nanos) {
    queueNanos += nanos.queueNanos();
    tokenizeNanos += nanos.tokenizeNanos();
    queue.recordValue(Math.clamp(nanos.queueNanos(), 0, QUEUE_NANOS_MAX));
  }

  synchronized BatchingMetrics snapshot(
      int waitingInteractive,
      int waitingBulk,
      double tokensPerSecond,
      EncodingCache.Metrics cache) {
    return new BatchingMetrics(
        waitingInteractive,
        waitingBulk,
        texts,
        batches,
        tokens,
        paddedTokens,
        Collections.unmodifiableSortedMap(new TreeMap<>(batchSizes)),
        tokensPerSecond,
        new BatchingMetrics.QueueNanos(
            queue.getValueAtPercentile(50),
            queue.getValueAtPercentile(99),
            queue.getValueAtPercentile(99.9),
            queue.getMaxValue()),
        new EncodeNanos(queueNanos, tokenizeNanos, inferNanos, poolNanos),
        refused.sum(),
        dropped.sum(),
        coalesced.sum(),
        failed.sum(),
        cache);
  }
}

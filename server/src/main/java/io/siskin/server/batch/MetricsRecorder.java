package io.siskin.server.batch;

import io.siskin.server.batch.EncoderOverloadedException.Reason;
import io.siskin.server.counters.DurationHistogram;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/** Counts what a {@link DynamicBatcher} does. Safe for concurrent use. */
final class MetricsRecorder {
  private static final long QUEUE_NANOS_MAX = TimeUnit.HOURS.toNanos(1);
  private static final int DIGITS = 2;

  final LongAdder dropped = new LongAdder();
  final LongAdder late = new LongAdder();
  final LongAdder coalesced = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder cached = new LongAdder();

  // Filled here and not changed.
  private final Map<Reason, LongAdder> refused = new EnumMap<>(Reason.class);
  private final DurationHistogram queueWaits = new DurationHistogram();
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

  MetricsRecorder() {
    for (Reason reason : Reason.values()) {
      refused.put(reason, new LongAdder());
    }
  }

  void refuse(Reason reason, int texts) {
    Objects.requireNonNull(refused.get(reason)).add(texts);
  }

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
    queueWaits.add(nanos.queueNanos());
    queue.recordValue(Math.clamp(nanos.queueNanos(), 0, QUEUE_NANOS_MAX));
  }

  synchronized BatchingMetrics snapshot(
      int waitingInteractive,
      int waitingBulk,
      int waitingMax,
      double tokensPerSecond,
      EncodingCache.Metrics cache) {
    Map<Reason, Long> refusals = new EnumMap<>(Reason.class);
    refused.forEach((reason, texts) -> refusals.put(reason, texts.sum()));
    return new BatchingMetrics(
        waitingInteractive,
        waitingBulk,
        waitingMax,
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
        queueWaits.counts(),
        new EncodeNanos(queueNanos, tokenizeNanos, inferNanos, poolNanos),
        Map.copyOf(refusals),
        dropped.sum(),
        late.sum(),
        coalesced.sum(),
        failed.sum(),
        cached.sum(),
        cache);
  }
}

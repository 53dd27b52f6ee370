package io.siskin.server.batch;

import io.siskin.server.batch.EncoderOverloadedException.Reason;
import io.siskin.server.counters.DurationHistogram;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a {@link DynamicBatcher} did since it was made, at one moment.
 *
 * @param waitingInteractive interactive texts that wait or are being encoded, now
 * @param waitingBulk bulk texts that wait or are being encoded, now
 * @param waitingMax how many texts of both classes may wait or be encoded at a time
 * @param texts how many texts were answered by the model
 * @param batches how many batches that took
 * @param tokens their tokens
 * @param paddedTokens their tokens with padding
 * @param batchSizes how many batches had so many texts, by the number of texts
 * @param tokensPerSecond the rate lately; 0 before the first batch
 * @param queue how long answered texts waited
 * @param queueWaits the same, counted by size
 * @param nanos the sums over texts (queue, tokenise) and over batches (infer, pool)
 * @param refusedByReason how many texts were refused for load, by all reasons that there are
 * @param dropped how many texts were dropped because their deadline passed or their caller left
 * @param late how many texts were admitted and not answered before their deadline, dropped or not
 * @param coalesced how many texts joined an equal one
 * @param failed how many texts failed
 * @param cached how many texts the cache had
 * @param cache what the cache did, for all models that share it
 */
public record BatchingMetrics(
    int waitingInteractive,
    int waitingBulk,
    int waitingMax,
    long texts,
    long batches,
    long tokens,
    long paddedTokens,
    SortedMap<Integer, Long> batchSizes,
    double tokensPerSecond,
    QueueNanos queue,
    DurationHistogram.Counts queueWaits,
    EncodeNanos nanos,
    Map<Reason, Long> refusedByReason,
    long dropped,
    long late,
    long coalesced,
    long failed,
    long cached,
    EncodingCache.Metrics cache) {
  /**
   * How long texts waited, in nanoseconds, to two digits.
   *
   * @param p50 half of them, at most
   * @param p99 99 of 100, at most
   * @param p999 999 of 1,000, at most
   * @param max all of them, at most
   */
  public record QueueNanos(long p50, long p99, long p999, long max) {}

  /** Returns how many texts were refused for load. */
  public long refused() {
    return refusedByReason.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns how many texts a batch had on average; 0 before the first. */
  public double meanBatchSize() {
    return batches == 0 ? 0 : (double) texts / batches;
  }
}

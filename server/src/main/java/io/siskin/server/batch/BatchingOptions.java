package io.siskin.server.batch;

import io.siskin.index.error.InvalidInputException;

/**
 * How a {@link DynamicBatcher} forms batches and how much may wait. Each {@code with…} method
 * returns a copy with one value changed.
 *
 * @param batchTokensMax how many tokens a batch may have after padding, its longest text times its
 *     texts, 1 to 16,777,216; one text of the model's full length always fits. Raising it raises
 *     throughput where the hardware has room, memory, and the time that others wait for a batch
 * @param batchTextsMax how many texts a batch may have, 1 to 4,096. Raising it helps where texts
 *     are short and the hardware has room
 * @param batchMillisMax about how long a batch may take, in milliseconds, going by the measured
 *     rate, 1 to 3,600,000; one text is always taken. It keeps a batch of many documents from
 *     holding up a query on slow hardware; on quick hardware the tokens are the limit. Raising it
 *     raises throughput a little, and the longest wait of a query by as much
 * @param queueCapacity how many texts may be waiting or encoded at a time, 2 to 1,048,576; more are
 *     refused. Raising it turns refusals into waiting
 * @param queueDelayMicrosMax how long an incomplete batch waits for more texts, in microseconds, 0
 *     to 1,000,000. With 0 a free worker takes what there is: batches then grow by themselves as
 *     soon as texts wait. Raising it raises the latency of a lightly loaded server
 * @param tokenizerThreads how many threads cut texts into tokens, 1 to 64. One is enough for some
 *     10,000 short texts a second; where there are several, the last one takes interactive texts of
 *     at most 65,536 characters only, so that a query does not wait for a megabyte of document
 * @param inferenceThreads how many batches are inferred at a time, 1 to 64. One is best where a
 *     model uses all cores by itself; raising it helps devices that overlap batches
 */
public record BatchingOptions(
    int batchTokensMax,
    int batchTextsMax,
    int batchMillisMax,
    int queueCapacity,
    int queueDelayMicrosMax,
    int tokenizerThreads,
    int inferenceThreads) {
  /** The most {@link #inferenceThreads}. */
  public static final int INFERENCE_THREADS_MAX = 64;

  /** What a server uses unless told otherwise. */
  public static final BatchingOptions DEFAULTS =
      new BatchingOptions(16_384, 256, 100, 2_048, 0, 2, 1);

  /** Checks the ranges. */
  public BatchingOptions {
    require("batch tokens max", batchTokensMax, 1, 1 << 24);
    require("batch texts max", batchTextsMax, 1, 4_096);
    require("batch millis max", batchMillisMax, 1, 3_600_000);
    require("queue capacity", queueCapacity, 2, 1 << 20);
    require("queue delay micros max", queueDelayMicrosMax, 0, 1_000_000);
    require("tokenizer threads", tokenizerThreads, 1, 64);
    require("inference threads", inferenceThreads, 1, INFERENCE_THREADS_MAX);
  }

  /** Changes how many padded tokens a batch may have. */
  public BatchingOptions withBatchTokensMax(int value) {
    return new BatchingOptions(
        value,
        batchTextsMax,
        batchMillisMax,
        queueCapacity,
        queueDelayMicrosMax,
        tokenizerThreads,
        inferenceThreads);
  }

  /** Changes how many texts a batch may have. */
  public BatchingOptions withBatchTextsMax(int value) {
    return new BatchingOptions(
        batchTokensMax,
        value,
        batchMillisMax,
        queueCapacity,
        queueDelayMicrosMax,
        tokenizerThreads,
        inferenceThreads);
  }

  /** Changes about how long a batch may take, in milliseconds. */
  public BatchingOptions withBatchMillisMax(int value) {
    return new BatchingOptions(
        batchTokensMax,
        batchTextsMax,
        value,
        queueCapacity,
        queueDelayMicrosMax,
        tokenizerThreads,
        inferenceThreads);
  }

  /** Changes how many texts may be waiting or encoded at a time. */
  public BatchingOptions withQueueCapacity(int value) {
    return new BatchingOptions(
        batchTokensMax,
        batchTextsMax,
        batchMillisMax,
        value,
        queueDelayMicrosMax,
        tokenizerThreads,
        inferenceThreads);
  }

  /** Changes how long an incomplete batch waits for more texts, in microseconds. */
  public BatchingOptions withQueueDelayMicrosMax(int value) {
    return new BatchingOptions(
        batchTokensMax,
        batchTextsMax,
        batchMillisMax,
        queueCapacity,
        value,
        tokenizerThreads,
        inferenceThreads);
  }

  /** Changes how many threads cut texts into tokens. */
  public BatchingOptions withTokenizerThreads(int value) {
    return new BatchingOptions(
        batchTokensMax,
        batchTextsMax,
        batchMillisMax,
        queueCapacity,
        queueDelayMicrosMax,
        value,
        inferenceThreads);
  }

  /** Changes how many batches are inferred at a time. */
  public BatchingOptions withInferenceThreads(int value) {
    return new BatchingOptions(
        batchTokensMax,
        batchTextsMax,
        batchMillisMax,
        queueCapacity,
        queueDelayMicrosMax,
        tokenizerThreads,
        value);
  }

  private static void require(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new InvalidInputException(option, value, min + " to " + max);
    }
  }
}

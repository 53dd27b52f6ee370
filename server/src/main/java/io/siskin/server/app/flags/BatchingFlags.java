package io.siskin.server.app.flags;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.encode.factory.TextModels;
import picocli.CommandLine.Option;

/** The options that say how texts of many callers are put into batches for a model. */
public final class BatchingFlags {
  private static final int CACHE_MEBIBYTES_MAX = 1 << 20;
  private static final int MEBIBYTE_BITS = 20;

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      defaultValue = "16384",
      description =
          "How many tokens a batch of texts may have after padding, 1 to 16777216; one text of the"
              + " model's full length always fits. Raising it raises throughput where the hardware"
              + " has room, and memory. Default: ${DEFAULT-VALUE}.")
  private int batchTokens;

  @Option(
      names = "--batch-texts",
      paramLabel = "N",
      defaultValue = "256",
      description =
          "How many texts a batch may have, 1 to 4096. Raising it helps where texts are short and"
              + " the hardware has room. Default: ${DEFAULT-VALUE}.")
  private int batchTexts;

  @Option(
      names = "--batch-millis",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "About how long a batch may take by the measured rate, 1 to 3600000 ms: what a query may"
              + " have to wait for a batch of documents. Raising it raises throughput a little."
              + " Default: ${DEFAULT-VALUE}.")
  private int batchMillis;

  @Option(
      names = "--batch-delay-micros",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "How long an incomplete batch waits for more texts, 0 to 1000000 microseconds. Raising it"
              + " makes fuller batches and a lightly loaded server slower. Default:"
              + " ${DEFAULT-VALUE}.")
  private int batchDelayMicros;

  @Option(
      names = "--batch-workers",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Batches of one model that are computed at a time, 1 to 64. Raising it helps GPUs that"
              + " overlap them; a processor is used by one. Default: ${DEFAULT-VALUE}.")
  private int batchWorkers;

  @Option(
      names = "--tokenizer-threads",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Threads that cut texts into tokens for one model, 1 to 64; one does some 10,000 short"
              + " texts a second. Of several, one is kept for short interactive texts. Default:"
              + " ${DEFAULT-VALUE}.")
  private int tokenizerThreads;

  @Option(
      names = "--encoder-queue",
      paramLabel = "N",
      defaultValue = "2048",
      description =
          "How many texts may wait for one model, 2 to 1048576, documents at most half of it; more"
              + " are refused with RESOURCE_EXHAUSTED. Raising it turns refusals into latency."
              + " Default: ${DEFAULT-VALUE}.")
  private int encoderQueue;

  @Option(
      names = "--encoder-cache-mib",
      paramLabel = "N",
      defaultValue = "64",
      description =
          "Memory for encoded queries, 0 to 1048576 MiB; a query takes some kilobytes. Raising it"
              + " spares the model more repeated queries. Default: ${DEFAULT-VALUE}.")
  private int cacheMebibytes;

  /**
   * Puts a front end before each model.
   *
   * @param models opens the models
   * @param stored the encodings that outlive the process; the caller closes them after the models
   * @throws InvalidInputException when an option is outside its range
   */
  public BatchedModels over(TextModels models, StoredEncodings stored) {
    Ranges.check("--encoder-cache-mib", cacheMebibytes, 0, CACHE_MEBIBYTES_MAX);
    BatchingOptions options =
        new BatchingOptions(
            batchTokens,
            batchTexts,
            batchMillis,
            encoderQueue,
            batchDelayMicros,
            tokenizerThreads,
            batchWorkers);
    return new BatchedModels(
        models, options, new EncodingCache((long) cacheMebibytes << MEBIBYTE_BITS, stored));
  }
}

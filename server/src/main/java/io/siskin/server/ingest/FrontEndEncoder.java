package io.siskin.server.ingest;

import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.DynamicBatcher;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.Priority;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.search.Cancellation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Encodes by a model's front end, at bulk priority: the texts of many batches are put together by
 * their length.
 */
final class FrontEndEncoder implements BatchEncoder {
  // Long enough for full throughput on a processor, short enough for little memory: some models
  // give a number for each token and each word of the vocabulary.
  private static final int BATCH_MILLIS_MAX = 250;
  private static final int QUEUE_CAPACITY = 8_192;

  private final ModelSide side;
  private final DynamicBatcher encoder;

  /**
   * Starts a front end.
   *
   * @param side the model and what is made of its vectors
   * @param threads how many batches are inferred at a time
   * @param stored what was encoded before, and where the new encodings go
   */
  FrontEndEncoder(ModelSide side, int threads, StoredEncodings stored) {
    this.side = side;
    this.encoder =
        new DynamicBatcher(
            "documents",
            side.model(),
            BatchingOptions.DEFAULTS
                .withBatchMillisMax(BATCH_MILLIS_MAX)
                .withQueueCapacity(QUEUE_CAPACITY)
                .withInferenceThreads(Math.min(threads, BatchingOptions.INFERENCE_THREADS_MAX)),
            new EncodingCache(0, stored));
  }

  /** Returns how many texts needed no model, because their encodings were stored. */
  long storedCount() {
    return encoder.metrics().cached();
  }

  @Override
  public Future<List<Outcome>> encode(List<String> texts) {
    List<EncoderInput> inputs = texts.stream().map(side::input).toList();
    List<CompletableFuture<EncodedText>> encoded =
        encoder.submit(inputs, Priority.BULK, Cancellation.NEVER);
    return CompletableFuture.allOf(encoded.toArray(CompletableFuture<?>[]::new))
        .handle((_, _) -> outcomes(texts, encoded));
  }

  private List<Outcome> outcomes(List<String> texts, List<CompletableFuture<EncodedText>> encoded) {
    List<Outcome> outcomes = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      outcomes.add(outcome(texts.get(i), encoded.get(i)));
    }
    return outcomes;
  }

  @SuppressWarnings("IllegalCatch") // Whatever is wrong with a text, it is named with the text.
  private Outcome outcome(String text, CompletableFuture<EncodedText> encoded) {
    if (encoded.isCompletedExceptionally()) {
      return new Outcome.Failed(encoded.exceptionNow());
    }
    try {
      return new Outcome.Encoded(side.vector(text, encoded.resultNow().encoding()));
    } catch (RuntimeException failed) {
      return new Outcome.Failed(failed);
    }
  }

  @Override
  public void close() {
    boolean _ = encoder.close(Duration.ZERO);
  }
}

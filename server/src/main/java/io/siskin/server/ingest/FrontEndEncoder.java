package io.siskin.server.ingest;

import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.DynamicBatcher;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.Priority;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.search.Cancellation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiFunction;

/**
 * Encodes by a model's front end, at bulk priority: the texts of many batches are put together by
 * their length.
 *
 * @param <V> what a text becomes
 */
final class FrontEndEncoder<V> implements BatchEncoder<V> {
  // Long enough for full throughput on a processor, short enough for little memory: some models
  // give a number for each token and each word of the vocabulary.
  private static final int BATCH_MILLIS_MAX = 250;
  private static final int QUEUE_CAPACITY = 8_192;

  private final BiFunction<EncoderInput, TextEncoding, V> reading;
  private final DynamicBatcher encoder;

  /**
   * Starts a front end.
   *
   * @param model the model
   * @param reading what is made of what the model gave for a text
   * @param threads how many batches are inferred at a time
   * @param stored what was encoded before, and where the new encodings go
   */
  FrontEndEncoder(
      TextModel model,
      BiFunction<EncoderInput, TextEncoding, V> reading,
      int threads,
      StoredEncodings stored) {
    this.reading = reading;
    this.encoder =
        new DynamicBatcher(
            "documents",
            model,
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
  public Future<List<Outcome<V>>> encode(List<EncoderInput> inputs) {
    List<CompletableFuture<EncodedText>> encoded =
        encoder.submit(inputs, Priority.BULK, Cancellation.NEVER);
    return CompletableFuture.allOf(encoded.toArray(CompletableFuture<?>[]::new))
        .handle((_, _) -> outcomes(inputs, encoded));
  }

  private List<Outcome<V>> outcomes(
      List<EncoderInput> inputs, List<CompletableFuture<EncodedText>> encoded) {
    List<Outcome<V>> outcomes = new ArrayList<>(inputs.size());
    for (int i = 0; i < inputs.size(); i++) {
      outcomes.add(outcome(inputs.get(i), encoded.get(i)));
    }
    return outcomes;
  }

  @SuppressWarnings("IllegalCatch") // Whatever is wrong with a text, it is named with the text.
  private Outcome<V> outcome(EncoderInput input, CompletableFuture<EncodedText> encoded) {
    if (encoded.isCompletedExceptionally()) {
      return new Outcome.Failed<>(encoded.exceptionNow());
    }
    try {
      return new Outcome.Encoded<>(reading.apply(input, encoded.resultNow().encoding()));
    } catch (RuntimeException failed) {
      return new Outcome.Failed<>(failed);
    }
  }

  @Override
  public void close() {
    boolean _ = encoder.close(Duration.ZERO);
  }
}

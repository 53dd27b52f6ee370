package io.siskin.server.ingest;

import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.DocumentEncoder;
import io.siskin.server.encode.EncoderInput;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Encodes on threads of its own, each batch on one: for encoders without a model. */
final class ThreadedEncoder implements BatchEncoder<SparseVector> {
  private final DocumentEncoder encoder;
  private final ExecutorService executor;

  /**
   * Starts the threads.
   *
   * @param encoder encodes the batches, several at a time
   * @param threads how many batches are encoded at a time, 1 or more
   */
  ThreadedEncoder(DocumentEncoder encoder, int threads) {
    this.encoder = encoder;
    this.executor =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("siskin-encode-", 1).factory());
  }

  @Override
  public Future<List<Outcome<SparseVector>>> encode(List<EncoderInput> inputs) {
    List<String> texts = inputs.stream().map(EncoderInput::text).toList();
    return executor.submit(
        () -> {
          List<Outcome<SparseVector>> outcomes = new ArrayList<>(texts.size());
          encode(texts, outcomes);
          return outcomes;
        });
  }

  /** Encodes texts, in halves where they fail together, until those that fail are alone. */
  @SuppressWarnings("IllegalCatch") // Whatever a text does to the encoder, it does to itself only.
  private void encode(List<String> texts, List<Outcome<SparseVector>> outcomes) {
    try {
      for (SparseVector vector : encoder.encode(texts)) {
        outcomes.add(new Outcome.Encoded<>(vector));
      }
    } catch (RuntimeException failed) {
      if (texts.size() == 1) {
        outcomes.add(new Outcome.Failed<>(failed));
        return;
      }
      int half = texts.size() / 2;
      encode(texts.subList(0, half), outcomes);
      encode(texts.subList(half, texts.size()), outcomes);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

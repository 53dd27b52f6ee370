package io.siskin.server.ingest;

import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.DocumentEncoder;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Encodes on threads of its own, each batch on one: for encoders without a model. */
final class ThreadedEncoder implements BatchEncoder {
  private final DocumentEncoder encoder;
  private final ExecutorService executor;

  ThreadedEncoder(DocumentEncoder encoder, int threads) {
    this.encoder = encoder;
    this.executor =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("siskin-encode-", 1).factory());
  }

  @Override
  public Future<List<SparseVector>> encode(List<String> texts) {
    return executor.submit(() -> encoder.encode(texts));
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

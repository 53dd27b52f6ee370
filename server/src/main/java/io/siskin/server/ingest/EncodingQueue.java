package io.siskin.server.ingest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.input.BadRecordPolicy;
import io.siskin.index.input.SourceDocument;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.VectorPruning;
import io.siskin.server.encode.DocumentEncoder;
import io.siskin.server.encode.EncoderSpec;
import io.siskin.server.encode.IdfSpec;
import io.siskin.server.encode.LearnedSpec;
import io.siskin.server.encode.VectorSpec;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Encodes documents in batches on all threads and hands them on in their order, with few batches
 * waiting at a time.
 *
 * <p>Used by one thread, which also runs the sink.
 */
final class EncodingQueue implements AutoCloseable {
  private static final int BATCH_LENGTH = 128;
  private static final int WAITING_PER_THREAD = 4;

  private final EncoderSpec spec;
  private final DocumentEncoder encoder;
  private final VectorPruning pruning;
  private final BadRecordPolicy policy;
  private final ExecutorService executor;
  private final ArrayDeque<Future<List<Encoded>>> waiting = new ArrayDeque<>();
  private final int waitingMax;
  private List<SourceDocument> batch = new ArrayList<>(BATCH_LENGTH);

  EncodingQueue(
      EncoderSpec spec,
      DocumentEncoder encoder,
      VectorPruning pruning,
      int threads,
      BadRecordPolicy policy) {
    this.spec = spec;
    this.encoder = encoder;
    this.pruning = pruning;
    this.policy = policy;
    this.waitingMax = threads * WAITING_PER_THREAD;
    this.executor =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("siskin-encode-", 1).factory());
  }

  /** A document with the vector to index. */
  record Encoded(SourceDocument document, SparseVector vector) {}

  /** Takes a result; called in the documents' order on the calling thread. */
  @FunctionalInterface
  interface Sink {
    void accept(Encoded encoded) throws IOException;
  }

  void put(SourceDocument document, Sink sink) throws IOException {
    try {
      check(document);
    } catch (InvalidInputException refused) {
      policy.onBadRecord(refused.at(document.place()));
      return;
    }
    batch.add(document);
    if (batch.size() == BATCH_LENGTH) {
      submit();
      while (waiting.size() > waitingMax) {
        takeOne(sink);
      }
    }
  }

  void drain(Sink sink) throws IOException {
    submit();
    while (!waiting.isEmpty()) {
      takeOne(sink);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  /** A collection's documents all come as its encoder says, or queries would not match them. */
  private void check(SourceDocument document) {
    boolean hasVector = document.vector() != null;
    boolean hasText = document.text() != null;
    switch (spec) {
      case VectorSpec _ -> {
        if (!hasVector) {
          throw new InvalidInputException(
              "vector",
              "missing",
              "a vector in each document, since the collection encodes no text");
        }
      }
      case LearnedSpec(LearnedSpec.DocumentSide.Vectors _, _) -> {
        if (!hasVector) {
          throw new InvalidInputException(
              "vector", "missing", "a vector in each document, since the collection has no model");
        }
      }
      case IdfSpec _, LearnedSpec _ -> {
        if (!hasVector && !hasText) {
          throw new InvalidInputException("document", "without text and vector", "one of them");
        }
      }
      default -> {
        if (hasVector) {
          throw new InvalidInputException(
              "vector",
              "present",
              "text only, since the collection encodes text with " + spec.kind());
        }
      }
    }
  }

  private void submit() {
    if (!batch.isEmpty()) {
      List<SourceDocument> documents = batch;
      batch = new ArrayList<>(BATCH_LENGTH);
      waiting.add(executor.submit(() -> encode(documents)));
    }
  }

  private List<Encoded> encode(List<SourceDocument> documents) {
    List<String> texts = new ArrayList<>(documents.size());
    for (SourceDocument document : documents) {
      if (document.vector() == null) {
        texts.add(document.text() == null ? "" : document.text());
      }
    }
    List<SparseVector> vectors = texts.isEmpty() ? List.of() : encoder.encode(texts);
    List<Encoded> encoded = new ArrayList<>(documents.size());
    int at = 0;
    for (SourceDocument document : documents) {
      SparseVector given = document.vector();
      SparseVector whole = given == null ? vectors.get(at++) : given;
      encoded.add(new Encoded(document, pruning.prune(whole)));
    }
    return encoded;
  }

  private void takeOne(Sink sink) throws IOException {
    for (Encoded encoded : get(waiting.remove())) {
      sink.accept(encoded);
    }
  }

  private static List<Encoded> get(Future<List<Encoded>> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the index job was interrupted");
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case RuntimeException runtime -> throw runtime;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(failed.getCause());
      }
    }
  }
}

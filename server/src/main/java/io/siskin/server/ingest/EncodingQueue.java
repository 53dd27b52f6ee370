package io.siskin.server.ingest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.index.vector.VectorPruning;
import io.siskin.server.batch.EncoderOverloadedException;
import io.siskin.server.corpus.BadRecordPolicy;
import io.siskin.server.corpus.SourceDocument;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.IdfSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.PhraseSpec;
import io.siskin.server.encode.spec.VectorSpec;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Encodes documents in batches beside their reading and hands them on in their order, with few
 * batches waiting at a time. Takes from a journal what was encoded before, and adds to it what was
 * not.
 *
 * <p>Used by one thread, which also runs the sink. Closes its encoder, not its journal.
 */
final class EncodingQueue implements AutoCloseable {
  private static final int BATCH_LENGTH = 128;
  private static final int BATCH_CHARACTERS_MAX = 1 << 20;

  private final EncoderSpec spec;
  private final BatchEncoder encoder;
  private final VectorPruning pruning;
  private final int waitingMax;
  private final BadRecordPolicy policy;
  private final @Nullable EncodingJournal journal;
  private final ArrayDeque<Batch> waiting = new ArrayDeque<>();
  private List<Pending> batch = new ArrayList<>(BATCH_LENGTH);
  private int batchCharacters;

  /**
   * Makes an empty queue.
   *
   * @param spec how documents must come
   * @param encoder encodes their text; closed with the queue
   * @param pruning what is left of each vector
   * @param waitingMax how many batches may wait to be handed on
   * @param policy told of documents that come otherwise
   * @param journal what was encoded before; null for none
   */
  EncodingQueue(
      EncoderSpec spec,
      BatchEncoder encoder,
      VectorPruning pruning,
      int waitingMax,
      BadRecordPolicy policy,
      @Nullable EncodingJournal journal) {
    this.spec = spec;
    this.encoder = encoder;
    this.pruning = pruning;
    this.waitingMax = waitingMax;
    this.policy = policy;
    this.journal = journal;
  }

  /**
   * A document that waits, with its vector if it needs no encoding, and its place in the journal.
   */
  private record Pending(
      SourceDocument document, @Nullable SparseVector vector, byte @Nullable [] hash) {
    String text() {
      return document.text() == null ? "" : document.text();
    }
  }

  /** Documents that are encoded together, and what comes of those that must be. */
  private record Batch(List<Pending> documents, Future<List<SparseVector>> vectors) {}

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
    batch.add(pending(document));
    batchCharacters += document.text() == null ? 0 : document.text().length();
    if (batch.size() == BATCH_LENGTH || batchCharacters >= BATCH_CHARACTERS_MAX) {
      submit(sink);
      // What is done is handed on at once: only then is it in the journal.
      while (waiting.size() > waitingMax || isDone(waiting.peek())) {
        takeOne(sink);
      }
    }
  }

  private static boolean isDone(@Nullable Batch batch) {
    return batch != null && batch.vectors().isDone();
  }

  void drain(Sink sink) throws IOException {
    submit(sink);
    while (!waiting.isEmpty()) {
      takeOne(sink);
    }
  }

  @Override
  public void close() {
    encoder.close();
  }

  private Pending pending(SourceDocument document) throws IOException {
    if (document.vector() != null || journal == null) {
      return new Pending(document, document.vector(), null);
    }
    byte[] hash = EncodingJournal.hash(document.text() == null ? "" : document.text());
    SparseVector known = journal.next(hash);
    return new Pending(document, known, known == null ? hash : null);
  }

  /** A collection's documents all come as its encoder says, or queries would not match them. */
  private void check(SourceDocument document) {
    boolean hasVector = document.vector() != null;
    boolean hasText = document.text() != null;
    switch (spec.base()) {
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
      case IdfSpec _, LearnedSpec _, PhraseSpec _ -> {
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

  private void submit(Sink sink) throws IOException {
    if (batch.isEmpty()) {
      return;
    }
    List<Pending> documents = batch;
    batch = new ArrayList<>(BATCH_LENGTH);
    batchCharacters = 0;
    List<String> texts =
        documents.stream().filter(one -> one.vector() == null).map(Pending::text).toList();
    if (texts.isEmpty()) {
      waiting.add(new Batch(documents, CompletableFuture.completedFuture(List.of())));
      return;
    }
    while (true) {
      try {
        waiting.add(new Batch(documents, encoder.encode(texts)));
        return;
      } catch (EncoderOverloadedException full) {
        if (waiting.isEmpty()) {
          throw full;
        }
        takeOne(sink);
      }
    }
  }

  private void takeOne(Sink sink) throws IOException {
    Batch done = waiting.remove();
    Iterator<SparseVector> vectors = get(done.vectors()).iterator();
    for (Pending one : done.documents()) {
      SparseVector known = one.vector();
      SparseVector vector = known == null ? vectors.next() : known;
      if (journal != null && one.hash() != null && vector instanceof TokenVector tokens) {
        journal.append(one.hash(), tokens);
      }
      sink.accept(new Encoded(one.document(), pruning.prune(vector)));
    }
  }

  private static List<SparseVector> get(Future<List<SparseVector>> future) throws IOException {
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

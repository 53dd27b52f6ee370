package io.siskin.server.ingest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.parallel.OrderedResults;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.index.vector.VectorPruning;
import io.siskin.server.batch.EncoderOverloadedException;
import io.siskin.server.corpus.BadRecordPolicy;
import io.siskin.server.corpus.SourceDocument;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.ingest.BatchEncoder.Outcome;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Encodes documents in batches beside their reading and hands them on in their order, with few
 * batches waiting at a time. Takes from a journal what was encoded before, and adds to it what was
 * not.
 *
 * <p>A document that cannot be encoded is a bad record, named by its id and place. What is not the
 * document's fault, such as an encoder elsewhere that does not answer, ends the job.
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
  private final ArrayDeque<List<Pending>> waiting = new ArrayDeque<>();
  // What comes of the batches that wait, for those of their documents that are encoded.
  private final OrderedResults<List<Outcome>> outcomes = new OrderedResults<>();
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

  /** A document with the vector to index. */
  record Encoded(SourceDocument document, SparseVector vector) {}

  /** Takes a result; called in the documents' order on the calling thread. */
  @FunctionalInterface
  interface Sink {
    void accept(Encoded encoded) throws IOException;
  }

  /**
   * Takes a document, and hands on what is done.
   *
   * @param document the next one
   * @param sink takes results of documents that were put before
   * @throws InvalidInputException when a document is bad and the policy allows no more
   */
  void put(SourceDocument document, Sink sink) throws IOException {
    try {
      DocumentForm.check(spec, document.vector() != null, document.text() != null);
    } catch (InvalidInputException refused) {
      policy.onBadRecord(refused.at(document.place()));
      return;
    }
    batch.add(pending(document));
    batchCharacters += document.text() == null ? 0 : document.text().length();
    if (batch.size() == BATCH_LENGTH || batchCharacters >= BATCH_CHARACTERS_MAX) {
      submit(sink);
      // What is done is handed on at once: only then is it in the journal.
      while (waiting.size() > waitingMax || outcomes.isNextDone()) {
        takeOne(sink);
      }
    }
  }

  /**
   * Encodes what is left and hands on all that waits.
   *
   * @param sink takes the results
   */
  void drain(Sink sink) throws IOException {
    submit(sink);
    while (!waiting.isEmpty()) {
      takeOne(sink);
    }
  }

  @Override
  public void close() {
    outcomes.close();
    encoder.close();
  }

  private Pending pending(SourceDocument document) throws IOException {
    if (document.vector() != null || journal == null) {
      return new Pending(document, document.vector(), null);
    }
    byte[] hash = EncodingJournal.hash(document.text() == null ? "" : document.text());
    return switch (journal.next(hash)) {
      case EncodingJournal.Entry.Known(SparseVector vector) -> new Pending(document, vector, null);
      // Tried again, since the cause may be gone; what comes of it is not in the journal.
      case EncodingJournal.Entry.Failed _ -> new Pending(document, null, null);
      case EncodingJournal.Entry.Missing _ -> new Pending(document, null, hash);
    };
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
      waiting.add(documents);
      outcomes.add(CompletableFuture.completedFuture(List.of()));
      return;
    }
    while (true) {
      try {
        outcomes.add(encoder.encode(texts));
        waiting.add(documents);
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
    List<Pending> documents = waiting.remove();
    Iterator<Outcome> encoded = outcomes.take().iterator();
    for (Pending one : documents) {
      SparseVector vector = one.vector() == null ? settle(one, encoded.next()) : one.vector();
      if (vector != null) {
        sink.accept(new Encoded(one.document(), pruning.prune(vector)));
      }
    }
  }

  /** Keeps what came of a document in the journal; returns null when it is a bad record. */
  private @Nullable SparseVector settle(Pending one, Outcome outcome) throws IOException {
    byte[] hash = one.hash();
    switch (outcome) {
      case Outcome.Encoded(SparseVector vector) -> {
        if (journal != null && hash != null && vector instanceof TokenVector tokens) {
          journal.append(hash, tokens);
        }
        return vector;
      }
      case Outcome.Failed(Throwable failure) -> {
        policy.onBadRecord(EncodingFailures.badRecord(failure, one.document()));
        if (journal != null && hash != null) {
          journal.appendFailure(hash);
        }
        return null;
      }
    }
  }
}

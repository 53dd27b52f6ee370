package io.siskin.server.ingest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.parallel.OrderedResults;
import io.siskin.server.batch.EncoderOverloadedException;
import io.siskin.server.corpus.BadRecordPolicy;
import io.siskin.server.encode.EncoderInput;
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
 *
 * @param <V> what a text becomes
 */
final class EncodingQueue<V> implements AutoCloseable {
  private static final int BATCH_LENGTH = 128;
  private static final int BATCH_CHARACTERS_MAX = 1 << 20;

  private final Step<V> step;
  private final BatchEncoder<V> encoder;
  private final int waitingMax;
  private final BadRecordPolicy policy;
  private final @Nullable EncodingJournal<V> journal;
  private final ArrayDeque<List<Pending>> waiting = new ArrayDeque<>();
  // What comes of the batches that wait, for those of their documents that are encoded.
  private final OrderedResults<List<Outcome<V>>> outcomes = new OrderedResults<>();
  private List<Pending> batch = new ArrayList<>(BATCH_LENGTH);
  private int batchCharacters;

  /**
   * Makes an empty queue.
   *
   * @param step what is encoded of a document
   * @param encoder encodes it; closed with the queue
   * @param waitingMax how many batches may wait to be handed on
   * @param policy told of documents that cannot be encoded
   * @param journal what was encoded before; null for none
   */
  EncodingQueue(
      Step<V> step,
      BatchEncoder<V> encoder,
      int waitingMax,
      BadRecordPolicy policy,
      @Nullable EncodingJournal<V> journal) {
    this.step = step;
    this.encoder = encoder;
    this.waitingMax = waitingMax;
    this.policy = policy;
    this.journal = journal;
  }

  /**
   * What is encoded of a document, and what is done with what comes of it.
   *
   * @param <V> what a text becomes
   */
  interface Step<V> {
    /**
     * Returns what is to be encoded of a document; null for nothing.
     *
     * @param document the document
     * @throws InvalidInputException when it is bad
     */
    @Nullable EncoderInput input(IndexedDocument document);

    /**
     * Returns the document with its encoding.
     *
     * @param document a document of which something was encoded
     * @param value what came of it
     */
    IndexedDocument with(IndexedDocument document, V value);
  }

  /**
   * A document that waits.
   *
   * @param document the document; with what the journal had of it
   * @param input what is to be encoded of it; null for nothing
   * @param hash its place in the journal; null for none
   */
  private record Pending(
      IndexedDocument document, @Nullable EncoderInput input, byte @Nullable [] hash) {}

  /** Takes a document; called in the documents' order on the calling thread. */
  @FunctionalInterface
  interface Sink {
    void accept(IndexedDocument document) throws IOException;
  }

  /**
   * Takes a document, and hands on what is done.
   *
   * @param document the next one
   * @param sink takes documents that were put before
   * @throws InvalidInputException when a document is bad and the policy allows no more
   */
  void put(IndexedDocument document, Sink sink) throws IOException {
    EncoderInput input;
    try {
      input = step.input(document);
    } catch (InvalidInputException refused) {
      policy.onBadRecord(refused.at(document.source().place()));
      return;
    }
    batch.add(pending(document, input));
    batchCharacters += document.text().length();
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
   * @param sink takes the documents
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

  private Pending pending(IndexedDocument document, @Nullable EncoderInput input)
      throws IOException {
    if (input == null || journal == null) {
      return new Pending(document, input, null);
    }
    byte[] hash = EncodingJournal.hash(input);
    return switch (journal.next(hash)) {
      case EncodingJournal.Entry.Known<V>(V value) ->
          new Pending(step.with(document, value), null, null);
      // Tried again, since the cause may be gone; what comes of it is not in the journal.
      case EncodingJournal.Entry.Failed<V> _ -> new Pending(document, input, null);
      case EncodingJournal.Entry.Missing<V> _ -> new Pending(document, input, hash);
    };
  }

  private void submit(Sink sink) throws IOException {
    if (batch.isEmpty()) {
      return;
    }
    List<Pending> documents = batch;
    batch = new ArrayList<>(BATCH_LENGTH);
    batchCharacters = 0;
    List<EncoderInput> inputs = new ArrayList<>(documents.size());
    for (Pending one : documents) {
      if (one.input() != null) {
        inputs.add(one.input());
      }
    }
    if (inputs.isEmpty()) {
      waiting.add(documents);
      outcomes.add(CompletableFuture.completedFuture(List.of()));
      return;
    }
    while (true) {
      try {
        outcomes.add(encoder.encode(inputs));
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
    Iterator<Outcome<V>> encoded = outcomes.take().iterator();
    for (Pending one : documents) {
      IndexedDocument document = one.input() == null ? one.document() : settle(one, encoded.next());
      if (document != null) {
        sink.accept(document);
      }
    }
  }

  /** Keeps what came of a document in the journal; returns null when it is a bad record. */
  private @Nullable IndexedDocument settle(Pending one, Outcome<V> outcome) throws IOException {
    byte[] hash = one.hash();
    switch (outcome) {
      case Outcome.Encoded<V>(V value) -> {
        if (journal != null && hash != null) {
          journal.append(hash, value);
        }
        return step.with(one.document(), value);
      }
      case Outcome.Failed<V>(Throwable failure) -> {
        policy.onBadRecord(EncodingFailures.badRecord(failure, one.document().source()));
        if (journal != null && hash != null) {
          journal.appendFailure(hash);
        }
        return null;
      }
    }
  }
}

package io.siskin.server.ingest;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.corpus.BadRecordPolicy;
import io.siskin.server.corpus.SourceDocument;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.factory.DenseEncoders;
import io.siskin.server.encode.factory.DenseModelSide;
import io.siskin.server.encode.factory.Encoders;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.encode.spec.EncoderSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * All that is encoded of the documents of a build, one queue after the other: the sparse vector
 * first, then each dense field that has an encoder. Each model has a journal of its own.
 *
 * <p>Used by one thread. Closes queues and journals.
 */
final class EncodingSteps implements AutoCloseable {
  private static final int WAITING_PER_THREAD = 4;

  // Enough documents for batches of like length; few enough for little to be lost with a job.
  private static final int MODEL_WAITING = 4;

  private final IndexRequest request;
  private final BadRecordPolicy policy;
  private final StoredEncodings stored;
  private final Path collectionDirectory;
  private final List<EncodingQueue<?>> queues = new ArrayList<>();
  private final List<EncodingJournal<?>> journals = new ArrayList<>();
  private final List<FrontEndEncoder<?>> frontEnds = new ArrayList<>();
  private final InformativeWords words = new InformativeWords();

  private EncodingSteps(
      IndexRequest request,
      BadRecordPolicy policy,
      StoredEncodings stored,
      Path collectionDirectory) {
    this.request = request;
    this.policy = policy;
    this.stored = stored;
    this.collectionDirectory = collectionDirectory;
  }

  /**
   * Opens the steps of a build.
   *
   * @param request what is indexed
   * @param spec how documents must come
   * @param encoders encode sparse vectors
   * @param dense encode dense vectors
   * @param collectionDirectory the collection's folder, for the journals
   * @param policy told of documents that cannot be encoded
   * @param stored what was encoded by earlier jobs
   */
  static EncodingSteps open(
      IndexRequest request,
      EncoderSpec spec,
      Encoders encoders,
      DenseEncoders dense,
      Path collectionDirectory,
      BadRecordPolicy policy,
      StoredEncodings stored)
      throws IOException {
    EncodingSteps steps = new EncodingSteps(request, policy, stored, collectionDirectory);
    boolean opened = false;
    try {
      steps.addSparse(spec, encoders);
      for (DenseModelSide side : dense.documents()) {
        steps.addDense(side.whole());
      }
      opened = true;
      return steps;
    } finally {
      if (!opened) {
        steps.close();
      }
    }
  }

  private void addSparse(EncoderSpec spec, Encoders encoders) throws IOException {
    SparseStep step = new SparseStep(spec);
    ModelSide model = encoders.documentModel();
    if (model == null) {
      int threads = request.options().threads();
      BatchEncoder<SparseVector> encoder = new ThreadedEncoder(encoders.documents(), threads);
      queues.add(new EncodingQueue<>(step, encoder, threads * WAITING_PER_THREAD, policy, null));
      return;
    }
    String key = request.encodingKey(model.model().fingerprint(), model.options().toString());
    add(
        step,
        frontEnd(
            new FrontEndEncoder<>(
                model.model(),
                (input, encoding) -> model.vector(input.text(), encoding),
                request.options().threads(),
                wanted())),
        key,
        new TokenBodies());
  }

  private void addDense(DenseModelSide side) throws IOException {
    double share = request.dense().wordShares().getOrDefault(side.field(), 1.0);
    DenseFieldSpec field = request.schema().requireDense("field", side.field());
    if (field.type().hasKeys()) {
      addKeyed(side, field, share);
      return;
    }
    int vectorsMax = field.vectorsMax();
    boolean inChunks = share == 1 && vectorsMax > 1;
    String how = "dense " + side.field() + " " + inChunks + " " + share + " " + side.prefix();
    add(
        new DenseStep(side, inChunks, words, share),
        frontEnd(
            new FrontEndEncoder<>(
                side.model(),
                (_, encoding) -> side.vectors(encoding, vectorsMax),
                request.options().threads(),
                wanted())),
        request.encodingKey(side.model().fingerprint(), how),
        new DenseBodies());
  }

  private void addKeyed(DenseModelSide side, DenseFieldSpec field, double share)
      throws IOException {
    String how =
        "keyed " + side.field() + " " + field.vectorsMax() + " " + share + " " + side.prefix();
    add(
        new KeyedStep(side, words, share),
        frontEnd(
            new FrontEndEncoder<>(
                side.model(),
                (_, encoding) -> side.keyedVectors(encoding, field.vectorsMax()),
                request.options().threads(),
                StoredEncodings.none())),
        request.encodingKey(side.model().fingerprint(), how),
        new KeyedBodies());
  }

  private <V> void add(
      EncodingQueue.Step<V> step, FrontEndEncoder<V> encoder, String key, JournalBodies<V> bodies)
      throws IOException {
    EncodingJournal<V> journal = EncodingJournal.open(collectionDirectory, key, bodies);
    journals.add(journal);
    queues.add(new EncodingQueue<>(step, encoder, MODEL_WAITING, policy, journal));
  }

  private <V> FrontEndEncoder<V> frontEnd(FrontEndEncoder<V> encoder) {
    frontEnds.add(encoder);
    return encoder;
  }

  /** Models take long enough for it to matter that nothing is encoded twice. */
  private StoredEncodings wanted() {
    stored.want();
    stored.permit();
    return stored;
  }

  /** What is encoded of a document for its sparse vector. */
  private record SparseStep(EncoderSpec spec) implements EncodingQueue.Step<SparseVector> {
    @Override
    public @Nullable EncoderInput input(IndexedDocument document) {
      DocumentForm.check(spec, document.vector() != null, document.source().text() != null);
      return document.vector() == null ? new EncoderInput(document.text(), Side.DOCUMENT) : null;
    }

    @Override
    public IndexedDocument with(IndexedDocument document, SparseVector value) {
      return document.withVector(value);
    }
  }

  /** What is encoded of a document for a dense field of which it brings no vector. */
  private record DenseStep(
      DenseModelSide side, boolean inChunks, InformativeWords words, double share)
      implements EncodingQueue.Step<List<float[]>> {
    @Override
    public @Nullable EncoderInput input(IndexedDocument document) {
      return document.text().isBlank() || document.dense().containsKey(side.field())
          ? null
          : side.input(
              words.select(document.text(), share), inChunks ? document.chunkEnds() : List.of());
    }

    @Override
    public IndexedDocument with(IndexedDocument document, List<float[]> value) {
      return document.withDense(side.field(), value);
    }
  }

  /** What is encoded of a document for a dense field that stores keys. */
  private record KeyedStep(DenseModelSide side, InformativeWords words, double share)
      implements EncodingQueue.Step<List<KeyedVector>> {
    @Override
    public @Nullable EncoderInput input(IndexedDocument document) {
      return document.text().isBlank() || document.keyed().containsKey(side.field())
          ? null
          : side.input(words.select(document.text(), share));
    }

    @Override
    public IndexedDocument with(IndexedDocument document, List<KeyedVector> value) {
      return document.withKeyed(side.field(), value);
    }
  }

  /** Returns whether a model runs, so that encoding is what takes time. */
  boolean hasModel() {
    return !frontEnds.isEmpty();
  }

  /**
   * Takes a look at a document before the first one is put, for measures that all texts decide.
   *
   * @param document the document
   */
  void count(SourceDocument document) {
    if (!request.dense().wordShares().isEmpty() && document.text() != null) {
      words.add(document.text());
    }
  }

  /** Returns how many documents an interrupted job had encoded already, by any model. */
  long reusedCount() {
    return largest(journals, EncodingJournal::reusedCount);
  }

  /** Returns for how many documents the store had an encoding; of the model with the most. */
  long storedCount() {
    return largest(frontEnds, FrontEndEncoder::storedCount);
  }

  private static <T> long largest(List<T> all, ToLongFunction<T> count) {
    return all.stream().mapToLong(count).max().orElse(0);
  }

  /**
   * Takes a document, and hands on what is done.
   *
   * @param document the next one
   * @param sink takes documents of which all is encoded, in their order
   */
  void put(IndexedDocument document, EncodingQueue.Sink sink) throws IOException {
    put(0, document, sink);
  }

  private void put(int step, IndexedDocument document, EncodingQueue.Sink sink) throws IOException {
    if (step == queues.size()) {
      sink.accept(document);
    } else {
      queues.get(step).put(document, next(step, sink));
    }
  }

  private EncodingQueue.Sink next(int step, EncodingQueue.Sink sink) {
    return encoded -> put(step + 1, encoded, sink);
  }

  /**
   * Encodes what is left and hands on all that waits.
   *
   * @param sink takes the documents
   */
  void drain(EncodingQueue.Sink sink) throws IOException {
    for (int step = 0; step < queues.size(); step++) {
      queues.get(step).drain(next(step, sink));
    }
  }

  @Override
  public void close() throws IOException {
    queues.forEach(EncodingQueue::close);
    IOException failed = null;
    for (EncodingJournal<?> journal : journals) {
      try {
        journal.close();
      } catch (IOException failure) {
        failed = failure;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}

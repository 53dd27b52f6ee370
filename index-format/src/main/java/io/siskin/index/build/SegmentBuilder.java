package io.siskin.index.build;

import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.SegmentId;
import io.siskin.index.format.Sha256;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.parallel.OrderedExecutor;
import io.siskin.index.quantize.DocumentQuantizer;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Mapping;
import io.siskin.index.store.SegmentFileWriter;
import io.siskin.index.store.SegmentFileWriter.WrittenFile;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.SparseVector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds one segment. It takes documents one after another and then writes all files.
 *
 * <p>Each added document goes to disk at once. The heap holds a constant number of bytes per
 * document and per term. {@link #finish} runs the stages one after another, and each stage uses all
 * threads. The bytes depend only on the documents, their order and the options. They do not depend
 * on the number of threads.
 *
 * <p>Only one thread may use a builder. Closing it before the build is finished removes all files
 * that it wrote.
 */
public final class SegmentBuilder implements AutoCloseable {
  private final Path directory;
  private final BuildOptions options;
  private final BuildProgress progress;
  private final DocumentSpool spool;
  private final SegmentFiles files;
  private final NumberedVector postings = new NumberedVector();
  private boolean quantized;
  private int[] documentNumbers = new int[0];

  /**
   * Begins a segment.
   *
   * @param directory an existing, empty directory. It becomes the directory of the segment
   * @param options which files are built, and how
   * @param progress receives a call for each stage
   */
  public SegmentBuilder(Path directory, BuildOptions options, BuildProgress progress)
      throws IOException {
    this.directory = directory;
    this.options = options;
    this.progress = progress;
    this.files = new SegmentFiles(directory);
    this.spool = new DocumentSpool(directory, options.structures().storeFields());
  }

  /**
   * Adds a document. It gets its document number in {@link #finish}.
   *
   * @param externalId the id, 1 to 65,535 bytes of UTF-8. No earlier document may have it
   * @param vector the vector to index. It may be empty, and then no search finds the document
   * @param fields the fields to store, by name. They are ignored if the options do not store fields
   * @throws io.siskin.index.error.InvalidInputException if the document is refused. The reasons are
   *     a duplicate id, an id out of range, another kind of vector than before, and too many terms.
   *     Nothing of the document is kept then, and more documents may be added
   */
  public void add(String externalId, SparseVector vector, Map<String, String> fields)
      throws IOException {
    add(externalId, vector, fields, Map.of(), spool.nextPosition());
  }

  /**
   * Adds a document with declared fields. It gets its document number in {@link #finish}.
   *
   * @param externalId the id, 1 to 65,535 bytes of UTF-8. No earlier document may have it
   * @param vector the vector to index. It may be empty, and then no search finds the document
   * @param stored the fields to store, by name. They are ignored if the options do not store fields
   * @param declared the values of declared fields, by name. They go to columns
   * @param position counts the writes of the collection; above those of all earlier documents. A
   *     document without a position of its own has that of the document before + 1, from 0 on
   * @throws io.siskin.index.error.InvalidInputException if the document is refused, as above, or
   *     because of its position, or because a declared field has another type than in an earlier
   *     document. Nothing of the document is kept then, and more documents may be added
   */
  public void add(
      String externalId,
      SparseVector vector,
      Map<String, String> stored,
      Map<String, FieldValue> declared,
      long position)
      throws IOException {
    add(externalId, vector, stored, declared, position, Map.of());
  }

  /**
   * Adds a document with declared fields and dense vectors. It gets its document number in {@link
   * #finish}.
   *
   * @param externalId as above
   * @param vector as above
   * @param stored as above
   * @param declared as above
   * @param position as above
   * @param dense its dense vectors by the name of the field
   * @throws io.siskin.index.error.InvalidInputException as above, or because a dense field has
   *     another type than in an earlier document, or because the dense vectors are too long
   */
  public void add(
      String externalId,
      SparseVector vector,
      Map<String, String> stored,
      Map<String, FieldValue> declared,
      long position,
      Map<String, DenseVectors> dense)
      throws IOException {
    requireQuantized(false);
    spool.add(new DocumentSpool.Document(externalId, stored, declared, position, dense), vector);
  }

  /**
   * Adds a document that is quantised already. Scale, impacts, residuals and frequencies are taken
   * over bit for bit. A builder takes either such documents or others, not both.
   *
   * @param externalId as above
   * @param vector what another segment stores of the document's vector. It is read during the call
   * @param stored as above
   * @param declared as above
   * @param position as above
   * @param dense as above
   * @throws io.siskin.index.error.InvalidInputException as above
   * @throws IllegalStateException if a document before was not quantised, or if the options leave
   *     it to the input how weights become impacts
   */
  public void add(
      String externalId,
      NumberedVector vector,
      Map<String, String> stored,
      Map<String, FieldValue> declared,
      long position,
      Map<String, DenseVectors> dense)
      throws IOException {
    requireQuantized(true);
    if (!(options.weighting() instanceof Weighting.Pinned)
        || !(options.quantization() instanceof Quantization.Pinned)) {
      throw new IllegalStateException("documents are quantised by rules that are not pinned");
    }
    spool.add(new DocumentSpool.Document(externalId, stored, declared, position, dense), vector);
  }

  /**
   * Adds a document that is quantised already and does not come from a segment. It is taken over
   * bit for bit, as above.
   *
   * @param document the document
   * @throws io.siskin.index.error.InvalidInputException as above
   * @throws IllegalStateException as above
   */
  public void add(QuantizedDocument document) throws IOException {
    QuantizedVector vector = document.vector();
    postings.reset(vector.scale(), vector.length());
    for (int i = 0; i < vector.size(); i++) {
      postings.add(
          vector.isByToken() ? termNumber(vector.token(i)) : termNumber(vector.termId(i)),
          vector.impact(i),
          vector.residual(i),
          vector.hasFrequencies() ? vector.frequency(i) : 1);
    }
    add(
        document.id(),
        postings,
        document.stored(),
        document.declared(),
        document.position(),
        document.dense());
  }

  private void requireQuantized(boolean isQuantized) {
    if (documentCount() == 0) {
      quantized = isQuantized;
    } else if (quantized != isQuantized) {
      throw new IllegalStateException("documents with and without quantised vectors");
    }
  }

  /**
   * Returns the number by which a {@link NumberedVector} for this builder names a token. A document
   * that has the token must be added afterwards.
   *
   * @param token the token
   * @throws io.siskin.index.error.InvalidInputException if other documents have term ids
   */
  public int termNumber(String token) {
    return spool.terms().numberOf(token);
  }

  /**
   * Returns the number by which a {@link NumberedVector} for this builder names a term id. A
   * document that has the term must be added afterwards.
   *
   * @param termId an unsigned 32-bit id
   * @throws io.siskin.index.error.InvalidInputException if other documents have tokens
   */
  public int termNumber(int termId) {
    return spool.terms().numberOf(termId);
  }

  /**
   * Returns which of the documents that have been added has an id.
   *
   * @param externalId the id
   * @return its number, in the order of adding, from 0; −1 when none has it
   */
  public int documentNumber(String externalId) throws IOException {
    return spool.documentNumber(externalId);
  }

  /** Returns the position of a document that comes next without a position of its own. */
  long nextPosition() {
    return spool.nextPosition();
  }

  /** Returns how many documents have been added. */
  public int documentCount() {
    return spool.documentCount();
  }

  /**
   * Writes the files and forces them to the disk. Afterwards the builder can only be closed.
   *
   * @return what was built
   */
  public BuiltSegment finish() throws IOException {
    try (OrderedExecutor parallel = new OrderedExecutor("siskin-build", options.threads())) {
      int[] documentOrder =
          DocumentOrder.of(options.reordering(), directory, spool, options.threads(), progress);
      documentNumbers = inverse(documentOrder);
      int[] termOrder = spool.terms().finalOrder();
      float[] scales = new float[spool.documentCount()];
      PinnedRules rules = PinnedRules.of(options, spool);
      SegmentFileWriter forward = writeForward(rules, documentOrder, termOrder, scales, parallel);
      writeLists(forward, termOrder, scales, parallel);
      TermsStage.run(files, directory, spool.terms(), termOrder);
      new DocumentsStage(files, directory, spool, documentOrder).run(parallel, progress);
      PositionsStage.run(files, spool, documentOrder);
      ColumnsStage.run(files, directory, spool.columns(), documentOrder);
      DenseStage.run(files, directory, spool.dense(), documentOrder, progress);
      NeighboursStage.run(
          files, directory, spool.dense(), options.structures().graphs(), documentOrder, progress);
      BuiltSegment built = stampAll(rules);
      files.keep();
      return built;
    }
  }

  /**
   * Returns the document numbers that a finished build gave.
   *
   * @return the numbers in the order of adding; owned by the caller
   */
  public int[] documentNumbers() {
    return documentNumbers.clone();
  }

  /**
   * Removes the spooled documents. If the build was not finished, it also removes the files of the
   * segment.
   */
  @Override
  public void close() throws IOException {
    try (files) {
      spool.close();
    }
  }

  private SegmentFileWriter writeForward(
      PinnedRules rules,
      int[] documentOrder,
      int[] termOrder,
      float[] scales,
      OrderedExecutor parallel)
      throws IOException {
    ForwardStage stage =
        new ForwardStage(
            files,
            spool,
            documentOrder,
            inverse(termOrder),
            TermWeigher.of(rules.weighting()),
            new DocumentQuantizer(rules.quantization()),
            rules.sharedScale() > 0 ? rules.sharedScale() : 1,
            options.structures());
    return stage.run(parallel, progress, scales);
  }

  /**
   * Writes the files that are made from the forward index. The forward index is mapped while this
   * runs. It is removed afterwards if the options do not want it.
   */
  private void writeLists(
      SegmentFileWriter forwardFile, int[] termOrder, float[] scales, OrderedExecutor parallel)
      throws IOException {
    Path path = forwardFile.join();
    try (Mapping mapping = new Mapping()) {
      ForwardIndex forward =
          new ForwardIndex(
              MappedFile.open(
                  path,
                  FileKind.FORWARD,
                  Set.of(FormatV2.VERSION),
                  mapping,
                  Verification.STRUCTURE),
              spool.documentCount());
      int[] frequencies = new int[termOrder.length];
      for (int term = 0; term < termOrder.length; term++) {
        frequencies[term] = spool.terms().documentFrequency(termOrder[term]);
      }
      try (InvertedPostings inverted =
          Inversion.run(directory, forward, frequencies, scales, parallel, progress)) {
        BuildContext context =
            new BuildContext(files, directory, forward, inverted, parallel, progress);
        if (options.structures().blockMax() != null) {
          BlockMaxStage.run(context, options.structures().blockMax()).join();
        }
        if (options.structures().impacts() != null) {
          ImpactOrderedStage.run(context, options.structures().impacts()).join();
        }
        if (options.structures().clusters() != null) {
          ClusterStage.run(context, options.structures().clusters()).join();
        }
      }
    }
    if (!options.structures().forward()) {
      files.drop(forwardFile);
    }
  }

  private BuiltSegment stampAll(PinnedRules rules) throws IOException {
    List<SegmentFileWriter> others = files.all();
    MetaStage meta = new MetaStage(files, directory, spool, options, rules);
    SegmentFileWriter metaFile = meta.begin();
    MessageDigest digest = Sha256.newDigest();
    for (SegmentFileWriter file : others) {
      file.addTo(digest);
    }
    meta.addTo(digest);
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    SegmentId id = new SegmentId(hash.getLong(), hash.getLong());
    List<WrittenFile> written = new ArrayList<>();
    for (SegmentFileWriter file : others) {
      written.add(file.stamp(id));
    }
    meta.writeFileTable(written);
    metaFile.join();
    written.add(metaFile.stamp(id));
    return BuiltSegment.of(id, spool, rules, written);
  }

  private static int[] inverse(int[] order) {
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    return inverse;
  }
}

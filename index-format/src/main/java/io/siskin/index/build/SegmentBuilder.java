package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.SegmentId;
import io.siskin.index.format.Sha256;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.parallel.OrderedExecutor;
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

/**
 * Builds one segment: takes documents one after another, then writes all files.
 *
 * <p>Documents go to disk as they come; the heap holds a constant a document and a constant a term.
 * {@link #finish} runs the stages in the order of their names below, each on all threads. The bytes
 * depend on the documents, their order and the options, and on nothing else: not on the number of
 * threads.
 *
 * <p>Used by one thread. Closing without a finished build removes everything that was written.
 */
public final class SegmentBuilder implements AutoCloseable {
  private final Path directory;
  private final BuildOptions options;
  private final BuildProgress progress;
  private final DocumentSpool spool;
  private final SegmentFiles files;

  /**
   * Begins a segment.
   *
   * @param directory an empty directory, which exists; it becomes the segment's
   * @param options what is built
   * @param progress told of each stage
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
   * Adds a document. Its number is given at the end.
   *
   * @param externalId 1 to 65,535 bytes of UTF-8, not given before
   * @param vector what to index; empty is allowed and is never found
   * @param fields what to store, by name; ignored when the options say so
   * @throws io.siskin.index.error.InvalidInputException when it is refused: a duplicate id, an id
   *     out of range, another kind of vector than before, too many terms. Nothing of the document
   *     is kept then, and others may follow
   */
  public void add(String externalId, SparseVector vector, Map<String, String> fields)
      throws IOException {
    spool.add(externalId, vector, fields);
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
      int[] termOrder = spool.terms().finalOrder();
      float[] scales = new float[spool.documentCount()];
      SegmentFileWriter forward = writeForward(documentOrder, termOrder, scales, parallel);
      writeLists(forward, termOrder, scales, parallel);
      TermsStage.run(files, directory, spool.terms(), termOrder);
      new DocumentsStage(files, directory, spool, documentOrder).run(parallel, progress);
      BuiltSegment built = stampAll();
      files.keep();
      return built;
    }
  }

  /** Gives the spooled documents back and, unless the build was finished, removes its files. */
  @Override
  public void close() throws IOException {
    try (files) {
      spool.close();
    }
  }

  private SegmentFileWriter writeForward(
      int[] documentOrder, int[] termOrder, float[] scales, OrderedExecutor parallel)
      throws IOException {
    TermWeigher weigher = TermWeigher.of(options.weighting(), spool);
    ForwardStage stage =
        new ForwardStage(
            files,
            spool,
            documentOrder,
            inverse(termOrder),
            weigher,
            globalScale(),
            options.structures().residuals());
    return stage.run(parallel, progress, scales);
  }

  /**
   * Writes what is made from the forward index, which is mapped meanwhile and dropped if it is not
   * wanted itself.
   */
  private void writeLists(
      SegmentFileWriter forwardFile, int[] termOrder, float[] scales, OrderedExecutor parallel)
      throws IOException {
    Path path = forwardFile.join();
    try (Mapping mapping = new Mapping()) {
      ForwardIndex forward =
          new ForwardIndex(
              MappedFile.open(
                  path, FileKind.FORWARD, FormatV1.VERSION, mapping, Verification.STRUCTURE),
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

  private BuiltSegment stampAll() throws IOException {
    List<SegmentFileWriter> others = files.all();
    MetaStage meta = new MetaStage(files, directory, spool, options, globalScale());
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
    return BuiltSegment.of(id, spool, written);
  }

  /** Returns the scale of all documents, or 0 when each document has its own. */
  private float globalScale() {
    boolean global =
        switch (options.quantization()) {
          case GLOBAL -> true;
          case PER_DOCUMENT -> false;
          case AUTO -> spool.allWhole() && options.weighting() instanceof Weighting.AsGiven;
        };
    if (!global || spool.weightMax() == 0) {
      return 0;
    }
    if (options.weighting() instanceof Weighting.AsGiven) {
      return spool.allWhole() ? 1 : spool.weightMax() / FormatV1.IMPACT_MAX;
    }
    return TermWeigher.max(options.weighting(), spool) / FormatV1.IMPACT_MAX;
  }

  private static int[] inverse(int[] order) {
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    return inverse;
  }
}

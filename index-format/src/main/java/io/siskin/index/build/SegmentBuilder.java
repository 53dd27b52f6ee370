package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.SegmentId;
import io.siskin.index.format.Sha256;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.parallel.OrderedExecutor;
import io.siskin.index.quantize.DocumentQuantizer;
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
      PinnedRules rules = PinnedRules.of(options, spool);
      SegmentFileWriter forward = writeForward(rules, documentOrder, termOrder, scales, parallel);
      writeLists(forward, termOrder, scales, parallel);
      TermsStage.run(files, directory, spool.terms(), termOrder);
      new DocumentsStage(files, directory, spool, documentOrder).run(parallel, progress);
      BuiltSegment built = stampAll(rules);
      files.keep();
      return built;
    }
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
            options.structures().residuals());
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

package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.ClusterLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writes {@code clusters.dat}. It prunes each posting list, cuts the kept postings into posting
 * blocks of similar documents, and summarises the blocks. The method is that of Seismic (Bruch,
 * Nardini, Rulli, Venturini, SIGIR 2024).
 *
 * <p>Lists do not depend on one another. So they are made on all threads, and they are written in
 * order. For each thread, the heap holds the lists in progress and a few arrays with one number per
 * term. All data that grows with the collection is off-heap.
 */
final class ClusterStage {
  /**
   * The number of postings that one thread gets at a time, about. A posting adds at most the length
   * of its document to the summaries, so this also bounds the bytes that wait to be written.
   */
  private static final int POSTINGS_PER_PIECE = 1 << 12;

  /**
   * List records start at multiples of 8 bytes. So a file can have up to 32 GiB of them, which is
   * more than a billion kept postings.
   */
  private static final int ALIGNMENT_SHIFT = 3;

  private final BuildContext context;
  private final ClusterOptions options;
  private final int documentBits;

  private long postingCount;
  private long blockCount;
  private long entryCount;
  private int listPostingCountMax;
  private int listBlockCountMax;

  private ClusterStage(BuildContext context, ClusterOptions options) {
    this.context = context;
    this.options = options;
    this.documentBits = ClusterLayout.documentBits(context.forward().documentCount());
  }

  /**
   * Writes the sections of the file.
   *
   * @param context the input of the stage
   * @param options how lists are pruned, cut and summarised
   * @return the file, which is not yet joined or stamped
   */
  static SegmentFileWriter run(BuildContext context, ClusterOptions options) throws IOException {
    SegmentFileWriter file = context.files().begin(FileKind.CLUSTERS);
    new ClusterStage(context, options).writeTo(file);
    return file;
  }

  /** One list, ready to be written. */
  private record BuiltList(int postings, int blocks, int entries, byte[] record) {
    static final BuiltList NONE = new BuiltList(0, 0, 0, new byte[0]);
  }

  private void writeTo(SegmentFileWriter file) throws IOException {
    SectionWriter parameters =
        file.section(SectionKind.CLUSTER_PARAMETERS, FormatV1.ENCODING_PLAIN);
    SectionWriter terms = file.section(SectionKind.CLUSTER_TERMS, ALIGNMENT_SHIFT);
    SectionWriter lists = file.section(SectionKind.CLUSTER_LISTS, FormatV1.ENCODING_PLAIN);
    InvertedPostings inverted = context.inverted();
    context.progress().begin("clusters", inverted.postingCount());
    StaticPruning pruning =
        StaticPruning.of(
            inverted,
            options.postingsPerDocument(),
            0,
            options.listLengthMin(),
            options.listLengthMax(inverted.documentCount()));
    int[] pieceStarts = inverted.pieceStarts(POSTINGS_PER_PIECE);
    ConcurrentLinkedQueue<ListBuilder> idle = new ConcurrentLinkedQueue<>();
    try (DocumentHeads heads = DocumentHeads.of(context, options.documentCut())) {
      context
          .parallel()
          .run(
              pieceStarts.length - 1,
              piece -> {
                ListBuilder reused = idle.poll();
                ListBuilder builder = reused == null ? new ListBuilder(pruning, heads) : reused;
                List<BuiltList> built = builder.build(pieceStarts[piece], pieceStarts[piece + 1]);
                idle.add(builder);
                return built;
              },
              (piece, built) -> append(built, pieceStarts[piece], terms, lists));
    }
    terms.putU32(offsetUnits(lists.position()));
    terms.setCount(inverted.termCount());
    lists.setCount(postingCount);
    writeParameters(parameters);
    context.progress().end();
  }

  private void append(
      List<BuiltList> built, int firstTerm, SectionWriter terms, SectionWriter lists)
      throws IOException {
    for (BuiltList list : built) {
      terms.putU32(offsetUnits(lists.position()));
      lists.putBytes(list.record, 0, list.record.length);
      while ((lists.position() & (1L << ALIGNMENT_SHIFT) - 1) != 0) {
        lists.putU8(0);
      }
      postingCount += list.postings;
      blockCount += list.blocks;
      entryCount += list.entries;
      listPostingCountMax = Math.max(listPostingCountMax, list.postings);
      listBlockCountMax = Math.max(listBlockCountMax, list.blocks);
    }
    context.progress().advance(context.inverted().postingsBefore(firstTerm + built.size()));
  }

  private static int offsetUnits(long offset) {
    long units = offset >>> ALIGNMENT_SHIFT;
    if (units > 0xFFFF_FFFFL) {
      throw new IllegalStateException(
          "list records of " + offset + " bytes do not fit the segment; split it");
    }
    return (int) units;
  }

  private void writeParameters(SectionWriter parameters) throws IOException {
    parameters.putU64(postingCount);
    parameters.putU64(blockCount);
    parameters.putU64(entryCount);
    parameters.putU32(listPostingCountMax);
    parameters.putU32(listBlockCountMax);
    parameters.putU32(documentBits);
    while (parameters.position() < ClusterLayout.PARAMETERS_LENGTH) {
      parameters.putU8(0);
    }
    parameters.setCount(1);
  }

  /** Makes lists. It is used by one thread at a time. */
  private final class ListBuilder {
    private final StaticPruning pruning;
    private final GeometricBlocking blocking;
    private final SummaryRows rows;
    private final ListRecordEncoder encoder = new ListRecordEncoder(documentBits);
    private int[] documents = new int[1024];
    private int[] blockStarts = new int[1025];
    private byte[] impacts = new byte[1024];
    private long[] keys = new long[1024];

    ListBuilder(StaticPruning pruning, DocumentHeads heads) {
      this.pruning = pruning;
      int termCount = context.inverted().termCount();
      this.blocking = new GeometricBlocking(context.forward(), termCount, heads, options);
      this.rows = new SummaryRows(context.forward(), termCount, options);
    }

    List<BuiltList> build(int fromTerm, int toTerm) {
      List<BuiltList> lists = new ArrayList<>(toTerm - fromTerm);
      for (int term = fromTerm; term < toTerm; term++) {
        lists.add(build(term));
      }
      return lists;
    }

    private BuiltList build(int term) {
      int length = context.inverted().documentFrequency(term);
      if (length == 0) {
        return BuiltList.NONE;
      }
      reserve(length);
      context.inverted().read(term, documents, impacts);
      int kept = pruning.prune(documents, impacts, keys, length);
      int blocks = 1;
      if (kept <= options.plainListLengthMax()) {
        blockStarts[0] = 0;
        blockStarts[1] = kept;
        rows.clear();
      } else {
        blocks = blocking.block(term, documents, kept, blockStarts);
        rows.summarise(documents, blockStarts, blocks);
      }
      byte[] record = encoder.encode(documents, kept, blockStarts, blocks, rows);
      return new BuiltList(kept, blocks, rows.rowStart(rows.rowCount()), record);
    }

    private void reserve(int length) {
      if (documents.length < length) {
        int capacity = Math.max(length, 2 * documents.length);
        documents = new int[capacity];
        blockStarts = new int[capacity + 1];
        impacts = new byte[capacity];
        keys = new long[capacity];
      }
    }
  }
}

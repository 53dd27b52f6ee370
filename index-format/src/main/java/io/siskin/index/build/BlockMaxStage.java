package io.siskin.index.build;

import static io.siskin.index.format.v1.BlockMaxLayout.SPARSE_POSTING_LENGTH;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.BlockMaxLayout;
import io.siskin.index.parallel.OrderedExecutor;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code blockmax.dat} from the posting lists. {@link BlockMaxLayout} describes the file.
 *
 * <p>Lists are encoded on all threads and written in the order of term numbers, so the bytes do not
 * depend on the threads. The heap holds only a few lists at a time.
 */
final class BlockMaxStage {
  private static final long POSTINGS_PER_PIECE = 1 << 17;

  private final InvertedPostings inverted;
  private final BlockMaxOptions options;
  private final int superblockCount;
  private int rowCount;
  private long sparseOffset;
  private long denseOffset;
  private long postingsDone;

  private BlockMaxStage(BuildContext context, BlockMaxOptions options) {
    this.inverted = context.inverted();
    this.options = options;
    if (inverted.documentCount() > BlockMaxLayout.DOCUMENT_COUNT_MAX) {
      throw new InvalidInputException(
          "documents of a segment with block-max posting lists",
          inverted.documentCount(),
          "0 to " + BlockMaxLayout.DOCUMENT_COUNT_MAX);
    }
    this.superblockCount =
        BlockMaxLayout.superblockCount(inverted.documentCount(), options.blockSize());
  }

  /**
   * Writes the sections of the file.
   *
   * @return the file, which is not yet joined or stamped
   */
  static SegmentFileWriter run(BuildContext context, BlockMaxOptions options) throws IOException {
    BlockMaxStage stage = new BlockMaxStage(context, options);
    SegmentFileWriter file = context.files().begin(FileKind.BLOCK_MAX);
    stage.write(file, context.parallel(), context.progress());
    return file;
  }

  private void write(SegmentFileWriter file, OrderedExecutor parallel, BuildProgress progress)
      throws IOException {
    Sections sections = new Sections(file, options);
    for (int document = 0; document < inverted.documentCount(); document++) {
      sections.documentScales.putF32(inverted.documentScale(document));
    }
    int[] cuts = inverted.pieceStarts(POSTINGS_PER_PIECE);
    progress.begin("block maxima", inverted.postingCount());
    parallel.run(
        cuts.length - 1,
        piece -> encode(cuts[piece], cuts[piece + 1]),
        (piece, lists) -> {
          for (EncodedList list : lists) {
            append(list, sections);
          }
          progress.advance(postingsDone);
        });
    progress.end();
    writeParameters(sections);
  }

  /**
   * The sections under construction, in the order of the file. The data that every query reads
   * comes first.
   */
  private static final class Sections {
    final SectionWriter parameters;
    final SectionWriter documentScales;
    final SectionWriter terms;
    final SectionWriter superblockMaxima;
    final SectionWriter entries;
    final SectionWriter postings;
    final SectionWriter sparseLists;

    Sections(SegmentFileWriter file, BlockMaxOptions options) throws IOException {
      parameters = file.section(SectionKind.BLOCK_MAX_PARAMETERS, 1);
      documentScales = file.section(SectionKind.BLOCK_MAX_DOCUMENT_SCALES, 1);
      terms = file.section(SectionKind.BLOCK_MAX_TERMS, 1);
      superblockMaxima = file.section(SectionKind.BLOCK_MAX_SUPERBLOCK_MAXIMA, 1);
      entries = file.section(SectionKind.BLOCK_MAX_ENTRIES, options.maximumBits());
      postings = file.section(SectionKind.BLOCK_MAX_POSTINGS, 1);
      sparseLists = file.section(SectionKind.BLOCK_MAX_SPARSE_LISTS, 1);
    }
  }

  private EncodedList[] encode(int fromTerm, int toTerm) {
    int longest = 0;
    for (int term = fromTerm; term < toTerm; term++) {
      longest = Math.max(longest, inverted.documentFrequency(term));
    }
    BlockMaxListEncoder encoder =
        new BlockMaxListEncoder(inverted, options, superblockCount, longest);
    EncodedList[] lists = new EncodedList[toTerm - fromTerm];
    for (int term = fromTerm; term < toTerm; term++) {
      lists[term - fromTerm] = encoder.encode(term);
    }
    return lists;
  }

  private void append(EncodedList list, Sections sections) throws IOException {
    EncodedRows rows = list.rows();
    byte[] postings = list.postings();
    sections.terms.putU64(rows == null ? sparseOffset : denseOffset);
    sections.terms.putU32(list.documentFrequency());
    sections.terms.putU32(rows == null ? 0 : rowCount + 1);
    sections.terms.putF32(list.maximumScale());
    sections.terms.putU32(0);
    if (rows == null) {
      sections.sparseLists.putBytes(postings, 0, postings.length);
      sparseOffset += postings.length;
    } else {
      sections.superblockMaxima.putBytes(
          rows.superblockMaxima(), 0, rows.superblockMaxima().length);
      sections.entries.putBytes(rows.entries(), 0, rows.entries().length);
      sections.postings.putBytes(postings, 0, postings.length);
      denseOffset += postings.length;
      rowCount++;
    }
    postingsDone += list.documentFrequency();
  }

  private void writeParameters(Sections sections) throws IOException {
    sections.parameters.putU32(inverted.documentCount());
    sections.parameters.putU32(inverted.termCount());
    sections.parameters.putU32(superblockCount);
    sections.parameters.putU32(rowCount);
    sections.parameters.putU32(options.blockSize());
    sections.parameters.putU32(options.maximumBits());
    sections.parameters.putU64(0);
    sections.parameters.setCount(1);
    sections.documentScales.setCount(inverted.documentCount());
    sections.terms.setCount(inverted.termCount());
    sections.superblockMaxima.setCount(rowCount);
    sections.entries.setCount((long) rowCount * superblockCount);
    sections.sparseLists.setCount(sparseOffset / SPARSE_POSTING_LENGTH);
    sections.postings.setCount(denseOffset / BlockMaxLayout.DENSE_POSTING_LENGTH);
  }

  /** One list in the form in which the file holds it. The rows are null for a sparse list. */
  record EncodedList(
      int documentFrequency, float maximumScale, byte[] postings, @Nullable EncodedRows rows) {}

  /** The rows of a dense list. */
  record EncodedRows(byte[] superblockMaxima, byte[] entries) {}
}

package io.siskin.index.segment;

import static io.siskin.index.format.v1.ClusterLayout.*;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.ClusterLayout;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.lang.foreign.MemorySegment;

/**
 * The clustered posting lists: term number → posting blocks with summaries, see {@link
 * ClusterLayout}.
 *
 * <p>A view; safe for concurrent use. {@link Cursor} reads one list after another.
 */
public final class ClusteredIndex {
  private final int termCount;
  private final int alignmentShift;
  private final int documentBits;
  private final long postingCount;
  private final long blockCount;
  private final long entryCount;
  private final int listPostingCountMax;
  private final int listBlockCountMax;
  private final MemorySegment offsets;
  private final MemorySegment lists;
  private final long lengthBytes;

  private ClusteredIndex(MappedFile file, int documentCount, int termCount)
      throws CorruptSegmentException {
    Section parameters = file.section(SectionKind.CLUSTER_PARAMETERS);
    parameters.requireLength(PARAMETERS_LENGTH);
    MemorySegment bytes = parameters.bytes();
    this.termCount = termCount;
    this.postingCount = bytes.get(FileLayout.U64, POSTING_COUNT_OFFSET);
    this.blockCount = bytes.get(FileLayout.U64, BLOCK_COUNT_OFFSET);
    this.entryCount = bytes.get(FileLayout.U64, ENTRY_COUNT_OFFSET);
    this.listPostingCountMax = bytes.get(FileLayout.U32, LIST_POSTING_COUNT_MAX_OFFSET);
    this.listBlockCountMax = bytes.get(FileLayout.U32, LIST_BLOCK_COUNT_MAX_OFFSET);
    this.documentBits = bytes.get(FileLayout.U32, DOCUMENT_BITS_OFFSET);
    int bits = documentBits(documentCount);
    parameters.require(documentBits == bits, bits + " bits a document number", documentBits);
    parameters.require(
        listPostingCountMax >= 0 && listPostingCountMax <= documentCount,
        "lists of 0 to " + documentCount + " postings",
        listPostingCountMax);
    parameters.require(
        listBlockCountMax >= 0
            && listBlockCountMax <= Math.min(LIST_BLOCK_COUNT_MAX, listPostingCountMax),
        "lists of 0 to " + Math.min(LIST_BLOCK_COUNT_MAX, listPostingCountMax) + " posting blocks",
        listBlockCountMax);
    parameters.require(
        blockCount >= 0 && blockCount <= postingCount,
        "0 to " + postingCount + " posting blocks",
        blockCount);

    Section terms = file.section(SectionKind.CLUSTER_TERMS);
    terms.require(
        terms.encoding() >= ALIGNMENT_SHIFT_MIN && terms.encoding() <= ALIGNMENT_SHIFT_MAX,
        "an alignment shift of " + ALIGNMENT_SHIFT_MIN + " to " + ALIGNMENT_SHIFT_MAX,
        terms.encoding());
    terms.requireLength((termCount + 1L) * Integer.BYTES);
    this.alignmentShift = terms.encoding();
    this.offsets = terms.bytes();

    Section records = file.section(SectionKind.CLUSTER_LISTS);
    records.requireEncoding(LISTS_ENCODING);
    records.require(records.count() == postingCount, postingCount + " postings", records.count());
    terms.require(
        recordOffset(termCount) == records.lengthBytes(),
        "a last list that ends at byte " + records.lengthBytes(),
        recordOffset(termCount));
    for (int term = 0; term < termCount; term++) {
      terms.require(
          recordOffset(term) <= recordOffset(term + 1),
          "list " + term + " to end at byte " + recordOffset(term) + " or later",
          recordOffset(term + 1));
    }
    this.lists = records.paddedBytes();
    this.lengthBytes = file.lengthBytes();
  }

  /**
   * Opens the view.
   *
   * @param file the verified {@code clusters.dat}
   * @param statistics what the segment holds
   * @throws CorruptSegmentException when sections contradict each other or the segment
   */
  static ClusteredIndex open(MappedFile file, SegmentStatistics statistics)
      throws CorruptSegmentException {
    return new ClusteredIndex(file, statistics.documentCount(), statistics.termCount());
  }

  /** Returns the number of terms. */
  public int termCount() {
    return termCount;
  }

  /** Returns how many postings were kept. */
  public long postingCount() {
    return postingCount;
  }

  /** Returns the number of posting blocks. */
  public long blockCount() {
    return blockCount;
  }

  /** Returns the number of terms of all summaries together. */
  public long summaryEntryCount() {
    return entryCount;
  }

  /** Returns the most postings of a list. */
  public int listPostingCountMax() {
    return listPostingCountMax;
  }

  /** Returns the most posting blocks of a list. */
  public int listBlockCountMax() {
    return listBlockCountMax;
  }

  /** Returns the length of the file in bytes. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /** Returns the bytes of all list records, and 64 more that may be read but mean nothing. */
  public MemorySegment lists() {
    return lists;
  }

  /** Returns a new cursor. */
  public Cursor cursor() {
    return new Cursor();
  }

  private long recordOffset(int termNumber) {
    return Integer.toUnsignedLong(offsets.get(FileLayout.U32, (long) termNumber * Integer.BYTES))
        << alignmentShift;
  }

  /** Reads one list after another; used by one thread. */
  public final class Cursor {
    private long record;
    private int postingCount;
    private int blockCount;
    private int rowCount;
    private boolean narrow;
    private float scale;
    private long rowsOffset;
    private long startsOffset;
    private long documentsOffset;
    private boolean shortStarts;
    private long rowOffset;
    private int rowLength;

    private Cursor() {}

    /**
     * Goes to a term's list.
     *
     * @param termNumber 0 to {@link ClusteredIndex#termCount} − 1
     * @return false when the term has no list
     */
    public boolean moveTo(int termNumber) {
      record = recordOffset(termNumber);
      if (recordOffset(termNumber + 1) == record) {
        postingCount = 0;
        blockCount = 0;
        rowCount = 0;
        return false;
      }
      postingCount = lists.get(FileLayout.U32, record + LIST_POSTING_COUNT_OFFSET);
      blockCount = lists.get(FileLayout.U16, record + LIST_BLOCK_COUNT_OFFSET) & 0xFFFF;
      int entryLength = lists.get(FileLayout.U16, record + LIST_ENTRY_LENGTH_OFFSET);
      rowCount = lists.get(FileLayout.U32, record + LIST_ROW_COUNT_OFFSET);
      scale = lists.get(FileLayout.F32, record + LIST_SCALE_OFFSET);
      narrow = entryLength == NARROW_ENTRY_LENGTH;
      rowsOffset = record + LIST_DIRECTORY_OFFSET + (rowCount + 1L) * entryLength;
      startsOffset = rowsOffset + rowStart(rowCount);
      shortStarts = blockStartLength(postingCount) == Short.BYTES;
      documentsOffset = startsOffset + (blockCount + 1L) * blockStartLength(postingCount);
      return true;
    }

    /** Returns the number of the list's postings. */
    public int postingCount() {
      return postingCount;
    }

    /**
     * Returns the number of the list's posting blocks, 1 to {@link
     * ClusterLayout#LIST_BLOCK_COUNT_MAX}.
     */
    public int blockCount() {
      return blockCount;
    }

    /**
     * Returns whether the list's posting blocks have summaries; without, every one is to be read.
     */
    public boolean hasSummaries() {
      return rowCount > 0;
    }

    /** Returns the number of terms that at least one summary has. */
    public int rowCount() {
      return rowCount;
    }

    /** Returns the scale of the summaries: a summary's weight is scale × value. */
    public float scale() {
      return scale;
    }

    /**
     * Returns the term number of a row.
     *
     * @param row 0 to {@link #rowCount} − 1; ascending
     */
    public int rowTerm(int row) {
      return narrow ? narrowEntry(row) >>> Short.SIZE : (int) (wideEntry(row) >>> Integer.SIZE);
    }

    /**
     * Looks for a term's row.
     *
     * @param termNumber the term
     * @return whether a summary has the term; {@link #rowOffset} and {@link #rowLength} then say
     *     where it stands
     */
    public boolean findRow(int termNumber) {
      int low = 0;
      int count = rowCount;
      // Halves without a branch on what is found: the processor runs the searches of several terms
      // at once.
      while (count > 1) {
        int half = count >>> 1;
        low = rowTerm(low + half) <= termNumber ? low + half : low;
        count -= half;
      }
      if (rowCount == 0 || rowTerm(low) != termNumber) {
        return false;
      }
      long start = rowStart(low);
      rowOffset = rowsOffset + start;
      rowLength = (int) (rowStart(low + 1) - start);
      return true;
    }

    /** Returns where the row found last starts in {@link ClusteredIndex#lists}. */
    public long rowOffset() {
      return rowOffset;
    }

    /** Returns the length in bytes of the row found last. */
    public int rowLength() {
      return rowLength;
    }

    /**
     * Returns whether the row found last has a value for each posting block, and not (block number,
     * value) entries.
     */
    public boolean isRowDense() {
      return rowLength == blockCount;
    }

    /** Returns how many entries the row found last has when it is not dense. */
    public int rowEntryCount() {
      return rowLength / (blockNumberLength(blockCount) + Byte.BYTES);
    }

    /**
     * Returns a summary's value in the row found last: the plain way to read a row.
     *
     * @param block 0 to {@link #blockCount} − 1
     * @return 0 to 255; 0 when the block's summary lacks the term
     */
    public int rowValue(int block) {
      if (isRowDense()) {
        return lists.get(FileLayout.U8, rowOffset + block) & 0xFF;
      }
      int numberLength = blockNumberLength(blockCount);
      int entries = rowEntryCount();
      for (int i = 0; i < entries; i++) {
        long at = rowOffset + (long) i * numberLength;
        int number =
            numberLength == Byte.BYTES
                ? lists.get(FileLayout.U8, at) & 0xFF
                : lists.get(FileLayout.U16, at) & 0xFFFF;
        if (number == block) {
          return lists.get(FileLayout.U8, rowOffset + (long) entries * numberLength + i) & 0xFF;
        }
      }
      return 0;
    }

    /**
     * Returns where a posting block starts in the list.
     *
     * @param block 0 to {@link #blockCount}; the last gives the end of the last block
     */
    public int blockStart(int block) {
      return shortStarts
          ? lists.get(FileLayout.U16, startsOffset + (long) block * Short.BYTES) & 0xFFFF
          : lists.get(FileLayout.U32, startsOffset + (long) block * Integer.BYTES);
    }

    /**
     * Returns the document number of a posting.
     *
     * @param posting 0 to {@link #postingCount} − 1, see {@link #blockStart}
     */
    public int document(int posting) {
      long bit = (long) posting * documentBits;
      long word = lists.get(FileLayout.U64, documentsOffset + (bit >>> 3));
      return (int) (word >>> (bit & 7)) & (1 << documentBits) - 1;
    }

    private int narrowEntry(int row) {
      return lists.get(
          FileLayout.U32, record + LIST_DIRECTORY_OFFSET + (long) row * NARROW_ENTRY_LENGTH);
    }

    private long wideEntry(int row) {
      return lists.get(
          FileLayout.U64, record + LIST_DIRECTORY_OFFSET + (long) row * WIDE_ENTRY_LENGTH);
    }

    private long rowStart(int row) {
      return narrow ? narrowEntry(row) & 0xFFFF : wideEntry(row) & 0xFFFFFFFFL;
    }
  }
}

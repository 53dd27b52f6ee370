package io.siskin.index.segment;

import static io.siskin.index.format.v1.ClusterLayout.*;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.ClusterLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.lang.foreign.MemorySegment;

/**
 * The clustered posting lists. They lead from a term number to posting blocks with summaries.
 * {@link ClusterLayout} describes the bytes.
 *
 * <p>It is a view of mapped memory and is safe for concurrent use. A {@link Cursor} reads one list
 * after another.
 */
public final class ClusteredIndex {
  private final Section termSection;
  private final Section listSection;
  private final int documentCount;
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
    parameters.requireEncoding(FormatV1.ENCODING_PLAIN);
    parameters.requireCount(1);
    parameters.requireLength(PARAMETERS_LENGTH);
    MemorySegment bytes = parameters.bytes();
    this.documentCount = documentCount;
    this.termCount = termCount;
    this.postingCount = bytes.get(FileLayout.U64, POSTING_COUNT_OFFSET);
    this.blockCount = bytes.get(FileLayout.U64, BLOCK_COUNT_OFFSET);
    this.entryCount = bytes.get(FileLayout.U64, ENTRY_COUNT_OFFSET);
    this.listPostingCountMax = bytes.get(FileLayout.U32, LIST_POSTING_COUNT_MAX_OFFSET);
    this.listBlockCountMax = bytes.get(FileLayout.U32, LIST_BLOCK_COUNT_MAX_OFFSET);
    this.documentBits = bytes.get(FileLayout.U32, DOCUMENT_BITS_OFFSET);
    checkParameters(parameters);
    this.termSection = file.section(SectionKind.CLUSTER_TERMS);
    termSection.require(
        termSection.encoding() >= ALIGNMENT_SHIFT_MIN
            && termSection.encoding() <= ALIGNMENT_SHIFT_MAX,
        "an alignment shift of " + ALIGNMENT_SHIFT_MIN + " to " + ALIGNMENT_SHIFT_MAX,
        termSection.encoding());
    termSection.requireCount(termCount);
    termSection.requireLength((termCount + 1L) * Integer.BYTES);
    this.alignmentShift = termSection.encoding();
    this.offsets = termSection.bytes();
    this.listSection = file.section(SectionKind.CLUSTER_LISTS);
    listSection.requireEncoding(FormatV1.ENCODING_PLAIN);
    listSection.requireCount(postingCount);
    termSection.require(
        recordOffset(termCount) == listSection.lengthBytes(),
        "a last list that ends at " + listSection.lengthBytes(),
        recordOffset(termCount));
    this.lists = listSection.paddedBytes();
    this.lengthBytes = file.lengthBytes();
  }

  private void checkParameters(Section parameters) throws CorruptSegmentException {
    int bits = documentBits(documentCount);
    parameters.require(documentBits == bits, bits + " bits per document number", documentBits);
    parameters.require(
        listPostingCountMax >= 0 && listPostingCountMax <= documentCount,
        "lists of 0 to " + documentCount + " postings",
        listPostingCountMax);
    int blocks = Math.min(LIST_BLOCK_COUNT_MAX, listPostingCountMax);
    parameters.require(
        listBlockCountMax >= 0 && listBlockCountMax <= blocks,
        "lists of 0 to " + blocks + " posting blocks",
        listBlockCountMax);
    parameters.require(
        blockCount >= 0 && blockCount <= postingCount,
        "0 to " + postingCount + " posting blocks",
        blockCount);
    for (int at = RESERVED_OFFSET; at < PARAMETERS_LENGTH; at++) {
      byte reserved = parameters.bytes().get(FileLayout.U8, at);
      parameters.require(reserved == 0, "a reserved byte of 0", reserved);
    }
  }

  /**
   * Opens the view.
   *
   * @param file the verified {@code clusters.dat}
   * @param statistics the statistics of the segment
   * @throws CorruptSegmentException if sections contradict each other or the statistics
   */
  static ClusteredIndex open(MappedFile file, SegmentStatistics statistics)
      throws CorruptSegmentException {
    return new ClusteredIndex(file, statistics.documentCount(), statistics.termCount());
  }

  /**
   * Checks that every list record agrees with its header, that the records fill the section, and
   * that no row, posting block or document number leads outside. It reads the whole file once.
   */
  void check() throws CorruptSegmentException {
    Cursor list = cursor();
    long postings = 0;
    long blocks = 0;
    for (int term = 0; term < termCount; term++) {
      long start = recordOffset(term);
      long end = recordOffset(term + 1);
      if (start > end || (term == 0 && start != 0)) {
        throw new CorruptSegmentException(
            termSection.file(),
            termSection.offset() + (term + (start > end ? 1L : 0L)) * Integer.BYTES,
            start > end ? "an offset of at least " + start : "a first offset of 0",
            start > end ? end : start);
      }
      if (start < end) {
        checkRecord(start, end);
        list.moveTo(term);
        list.check();
        postings += list.postingCount;
        blocks += list.blockCount;
      }
    }
    listSection.require(postings == postingCount, postingCount + " postings", postings);
    listSection.require(blocks == blockCount, blockCount + " posting blocks", blocks);
  }

  /** Checks that the header of a record describes exactly the bytes up to the next record. */
  private void checkRecord(long start, long end) throws CorruptSegmentException {
    requireAt(start, end - start >= LIST_DIRECTORY_OFFSET, "a list record", end - start);
    int postings = lists.get(FileLayout.U32, start + LIST_POSTING_COUNT_OFFSET);
    int blocks = lists.get(FileLayout.U16, start + LIST_BLOCK_COUNT_OFFSET) & 0xFFFF;
    int entryLength = lists.get(FileLayout.U16, start + LIST_ENTRY_LENGTH_OFFSET) & 0xFFFF;
    int rows = lists.get(FileLayout.U32, start + LIST_ROW_COUNT_OFFSET);
    float scale = lists.get(FileLayout.F32, start + LIST_SCALE_OFFSET);
    requireAt(
        start,
        postings >= 1 && postings <= listPostingCountMax,
        "1 to " + listPostingCountMax + " postings",
        postings);
    int blockCountMax = Math.min(postings, listBlockCountMax);
    requireAt(
        start, blocks >= 1 && blocks <= blockCountMax, "1 to " + blockCountMax + " blocks", blocks);
    requireAt(
        start,
        entryLength == NARROW_ENTRY_LENGTH || entryLength == WIDE_ENTRY_LENGTH,
        "directory entries of 4 or 8 bytes",
        entryLength);
    requireAt(start, rows >= 0 && rows <= termCount, "0 to " + termCount + " rows", rows);
    requireAt(
        start,
        rows == 0 ? scale == 0 : scale > 0 && scale < Float.POSITIVE_INFINITY,
        "a finite scale above 0, or 0 without summaries",
        scale);
    long rowsAt = start + LIST_DIRECTORY_OFFSET + (rows + 1L) * entryLength;
    requireAt(start, rowsAt <= end, "a directory that ends at or before " + end, rowsAt);
    long rowsLength =
        entryLength == NARROW_ENTRY_LENGTH
            ? lists.get(FileLayout.U32, rowsAt - entryLength) & 0xFFFF
            : lists.get(FileLayout.U64, rowsAt - entryLength) & 0xFFFFFFFFL;
    long length = recordLength(postings, blocks, rows, entryLength, rowsLength, documentBits);
    long padded = (length + (1L << alignmentShift) - 1) & -(1L << alignmentShift);
    requireAt(start, padded == end - start, "a record of " + padded + " bytes", end - start);
  }

  private void requireAt(long record, boolean holds, Object expected, Object found)
      throws CorruptSegmentException {
    if (!holds) {
      throw new CorruptSegmentException(
          listSection.file(), listSection.offset() + record, expected, found);
    }
  }

  /** Returns the number of terms. */
  public int termCount() {
    return termCount;
  }

  /** Returns the number of postings of all lists. */
  public long postingCount() {
    return postingCount;
  }

  /** Returns the number of posting blocks. */
  public long blockCount() {
    return blockCount;
  }

  /** Returns the sum of the numbers of terms of all summaries. */
  public long summaryEntryCount() {
    return entryCount;
  }

  /** Returns the largest number of postings of a list. */
  public int listPostingCountMax() {
    return listPostingCountMax;
  }

  /** Returns the largest number of posting blocks of a list. */
  public int listBlockCountMax() {
    return listBlockCountMax;
  }

  /** Returns the length of the file in bytes. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /**
   * Returns the bytes of all list records, followed by 64 bytes that may be read but have no
   * meaning.
   */
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

  /** Reads one list after another. Only one thread may use it. */
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
     * @return false if the term has no list
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
     * Returns whether the posting blocks of the list have summaries. If they have none, the caller
     * must read every block.
     */
    public boolean hasSummaries() {
      return rowCount > 0;
    }

    /** Returns the number of terms that at least one summary has. */
    public int rowCount() {
      return rowCount;
    }

    /** Returns the scale of the summaries. The weight of a term in a summary is scale × value. */
    public float scale() {
      return scale;
    }

    /**
     * Returns the term number of a row.
     *
     * @param row 0 to {@link #rowCount} − 1. Term numbers ascend with the rows
     */
    public int rowTerm(int row) {
      return narrow ? narrowEntry(row) >>> Short.SIZE : (int) (wideEntry(row) >>> Integer.SIZE);
    }

    /**
     * Looks for the row of a term.
     *
     * @param termNumber the term
     * @return whether a summary has the term. If so, {@link #rowOffset} and {@link #rowLength}
     *     describe its row
     */
    public boolean findRow(int termNumber) {
      int low = 0;
      int count = rowCount;
      // This halves the range without a branch on the found term. So the processor can run the
      // searches of several terms at the same time.
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

    /** Returns the offset in {@link ClusteredIndex#lists} of the row that was found last. */
    public long rowOffset() {
      return rowOffset;
    }

    /** Returns the length in bytes of the row that was found last. */
    public int rowLength() {
      return rowLength;
    }

    /**
     * Returns whether the row that was found last is dense. A dense row has one value for each
     * posting block. A sparse row has (block number, value) entries.
     */
    public boolean isRowDense() {
      return rowLength == blockCount;
    }

    /** Returns the number of entries of the row that was found last, if it is not dense. */
    public int rowEntryCount() {
      return rowLength / (blockNumberLength(blockCount) + Byte.BYTES);
    }

    /**
     * Returns the value of a summary in the row that was found last. This is the simple and slow
     * way to read a row.
     *
     * @param block 0 to {@link #blockCount} − 1
     * @return 0 to 255. It is 0 if the summary of the block does not have the term
     */
    public int rowValue(int block) {
      if (isRowDense()) {
        return lists.get(FileLayout.U8, rowOffset + block) & 0xFF;
      }
      int numberLength = blockNumberLength(blockCount);
      int entries = rowEntryCount();
      for (int i = 0; i < entries; i++) {
        if (rowBlock(i, numberLength) == block) {
          return lists.get(FileLayout.U8, rowOffset + (long) entries * numberLength + i) & 0xFF;
        }
      }
      return 0;
    }

    /**
     * Returns the index of the first posting of a posting block.
     *
     * @param block 0 to {@link #blockCount}. The last value gives the end of the last block
     */
    public int blockStart(int block) {
      return shortStarts
          ? lists.get(FileLayout.U16, startsOffset + (long) block * Short.BYTES) & 0xFFFF
          : lists.get(FileLayout.U32, startsOffset + (long) block * Integer.BYTES);
    }

    /**
     * Returns the document number of a posting.
     *
     * @param posting 0 to {@link #postingCount} − 1. {@link #blockStart} gives the range of each
     *     posting block
     */
    public int document(int posting) {
      long bit = (long) posting * documentBits;
      long word = lists.get(FileLayout.U64, documentsOffset + (bit >>> 3));
      return (int) (word >>> (bit & 7)) & (1 << documentBits) - 1;
    }

    /**
     * Checks that nothing in the record leads outside of it. The length of the record has been
     * checked before.
     */
    private void check() throws CorruptSegmentException {
      for (int row = 0; row < rowCount; row++) {
        int term = rowTerm(row);
        boolean ascends = row == 0 || rowTerm(row - 1) < term;
        requireAt(record, ascends && term >= 0 && term < termCount, "ascending terms", term);
        long length = rowStart(row + 1) - rowStart(row);
        requireAt(record, length >= 1 && length <= blockCount, "rows that ascend", length);
        rowOffset = rowsOffset + rowStart(row);
        rowLength = (int) length;
        if (!isRowDense()) {
          checkSparseRow();
        }
      }
      requireAt(record, rowStart(0) == 0, "a first row at 0", rowStart(0));
      requireAt(record, blockStart(0) == 0, "a first posting block at 0", blockStart(0));
      for (int block = 0; block < blockCount; block++) {
        requireAt(
            record,
            blockStart(block) < blockStart(block + 1),
            "posting blocks of one posting or more",
            blockStart(block + 1));
      }
      int end = blockStart(blockCount);
      requireAt(record, end == postingCount, "a last block that ends at " + postingCount, end);
      for (int posting = 0; posting < postingCount; posting++) {
        int document = document(posting);
        requireAt(record, document < documentCount, "documents below " + documentCount, document);
      }
    }

    private void checkSparseRow() throws CorruptSegmentException {
      int numberLength = blockNumberLength(blockCount);
      int entries = rowEntryCount();
      requireAt(
          record,
          rowLength == entries * (numberLength + Byte.BYTES),
          "whole entries in a sparse row",
          rowLength);
      int last = -1;
      for (int i = 0; i < entries; i++) {
        int block = rowBlock(i, numberLength);
        requireAt(record, block > last && block < blockCount, "ascending posting blocks", block);
        last = block;
      }
    }

    private int rowBlock(int entry, int numberLength) {
      long at = rowOffset + (long) entry * numberLength;
      return numberLength == Byte.BYTES
          ? lists.get(FileLayout.U8, at) & 0xFF
          : lists.get(FileLayout.U16, at) & 0xFFFF;
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

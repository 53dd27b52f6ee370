package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.BlockMaxLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.lang.foreign.MemorySegment;

/**
 * The block-max posting lists: term → postings and maxima over ranges of documents, see {@link
 * BlockMaxLayout}.
 *
 * <p>Opening checks what the sections say of each other. Where a list begins and ends is covered by
 * the checksums only: in a crafted file a wrong one ends in an {@link IndexOutOfBoundsException},
 * since every read goes through a bounded view. A view; safe for concurrent use.
 */
public final class BlockMaxIndex {
  /** What {@link #row} returns for a term with a sparse list. */
  public static final int NO_ROW = -1;

  private final int documentCount;
  private final int termCount;
  private final int superblockCount;
  private final int blockSize;
  private final int maximumBits;
  private final long lengthBytes;
  private final MemorySegment terms;
  private final MemorySegment documentScales;
  private final MemorySegment superblockMaxima;
  private final MemorySegment entries;
  private final int entryLength;
  private final MemorySegment sparseLists;
  private final MemorySegment postings;

  /**
   * Opens the view.
   *
   * @param file the verified {@code blockmax.dat}
   * @param statistics of the segment
   * @throws CorruptSegmentException when sections contradict each other or the statistics
   */
  static BlockMaxIndex open(MappedFile file, SegmentStatistics statistics)
      throws CorruptSegmentException {
    return open(file, statistics.documentCount(), statistics.termCount());
  }

  static BlockMaxIndex open(MappedFile file, int documentCount, int termCount)
      throws CorruptSegmentException {
    return new BlockMaxIndex(file, documentCount, termCount);
  }

  private BlockMaxIndex(MappedFile file, int documentCount, int termCount)
      throws CorruptSegmentException {
    Section parameters = file.section(SectionKind.BLOCK_MAX_PARAMETERS);
    parameters.requireEncoding(FormatV1.ENCODING_PLAIN);
    parameters.requireCount(1);
    parameters.requireLength(BlockMaxLayout.PARAMETERS_LENGTH);
    this.documentCount = parameter(parameters, BlockMaxLayout.DOCUMENT_COUNT_OFFSET);
    this.termCount = parameter(parameters, BlockMaxLayout.TERM_COUNT_OFFSET);
    this.superblockCount = parameter(parameters, BlockMaxLayout.SUPERBLOCK_COUNT_OFFSET);
    this.blockSize = parameter(parameters, BlockMaxLayout.BLOCK_SIZE_OFFSET);
    this.maximumBits = parameter(parameters, BlockMaxLayout.MAXIMUM_BITS_OFFSET);
    long rows = parameter(parameters, BlockMaxLayout.ROW_COUNT_OFFSET);
    parameters.require(
        this.documentCount == documentCount, documentCount + " documents", this.documentCount);
    parameters.require(this.termCount == termCount, termCount + " terms", this.termCount);
    parameters.require(
        blockSize == 4 || blockSize == 8 || blockSize == 16,
        "a document block size of 4, 8 or 16",
        blockSize);
    parameters.require(
        maximumBits == 4 || maximumBits == 8, "4 or 8 bits a document-block maximum", maximumBits);
    int superblocks = BlockMaxLayout.superblockCount(documentCount, blockSize);
    parameters.require(
        superblockCount == superblocks, superblocks + " superblocks", superblockCount);
    parameters.require(rows >= 0 && rows <= termCount, "0 to " + termCount + " rows", rows);
    long reserved =
        parameters.bytes().get(FileLayout.U64, BlockMaxLayout.PARAMETERS_RESERVED_OFFSET);
    parameters.require(reserved == 0, "reserved bytes of 0", reserved);

    this.documentScales =
        array(file, SectionKind.BLOCK_MAX_DOCUMENT_SCALES, documentCount, Float.BYTES, 1);
    this.terms = array(file, SectionKind.BLOCK_MAX_TERMS, termCount, BlockMaxLayout.TERM_LENGTH, 1);
    this.superblockMaxima =
        array(
            file,
            SectionKind.BLOCK_MAX_SUPERBLOCK_MAXIMA,
            rows,
            BlockMaxLayout.superblockMaximaRowLength(superblocks),
            1);
    this.entryLength = BlockMaxLayout.entryLength(maximumBits);
    this.entries =
        array(file, SectionKind.BLOCK_MAX_ENTRIES, rows * superblocks, entryLength, maximumBits);
    Section sparse = file.section(SectionKind.BLOCK_MAX_SPARSE_LISTS);
    this.sparseLists = array(sparse, sparse.count(), BlockMaxLayout.SPARSE_POSTING_LENGTH, 1);
    Section dense = file.section(SectionKind.BLOCK_MAX_POSTINGS);
    this.postings = array(dense, dense.count(), BlockMaxLayout.DENSE_POSTING_LENGTH, 1);
    this.lengthBytes = file.lengthBytes();
  }

  private static int parameter(Section parameters, int offset) {
    return parameters.bytes().get(FileLayout.U32, offset);
  }

  private static MemorySegment array(
      MappedFile file, SectionKind kind, long count, long elementBytes, int encoding)
      throws CorruptSegmentException {
    return array(file.section(kind), count, elementBytes, encoding);
  }

  private static MemorySegment array(Section section, long count, long elementBytes, int encoding)
      throws CorruptSegmentException {
    section.requireEncoding(encoding);
    section.requireArray(count, elementBytes);
    return section.paddedBytes();
  }

  /** Returns the number of documents. */
  public int documentCount() {
    return documentCount;
  }

  /** Returns the number of terms. */
  public int termCount() {
    return termCount;
  }

  /** Returns the number of superblocks. */
  public int superblockCount() {
    return superblockCount;
  }

  /**
   * Returns the documents of a superblock, 16 times {@link #blockSize}: a power of two up to 256.
   */
  public int superblockSize() {
    return BlockMaxLayout.BLOCKS_PER_SUPERBLOCK * blockSize;
  }

  /** Returns the documents of a document block: 4, 8 or 16. */
  public int blockSize() {
    return blockSize;
  }

  /** Returns the bits of a document-block maximum: 4 or 8. */
  public int maximumBits() {
    return maximumBits;
  }

  /** Returns the length of the file in bytes. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /**
   * Returns how many documents have a term.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   */
  public int documentFrequency(int termNumber) {
    return terms.get(
        FileLayout.U32, term(termNumber) + BlockMaxLayout.TERM_DOCUMENT_FREQUENCY_OFFSET);
  }

  /**
   * Returns what the term's maxima are multiplied with to give effective weights.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   */
  public float maximumScale(int termNumber) {
    return terms.get(FileLayout.F32, term(termNumber) + BlockMaxLayout.TERM_MAXIMUM_SCALE_OFFSET);
  }

  /**
   * Returns the number of the term's row, or {@link #NO_ROW} for a sparse list.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   */
  public int row(int termNumber) {
    return terms.get(FileLayout.U32, term(termNumber) + BlockMaxLayout.TERM_ROW_OFFSET) - 1;
  }

  /**
   * Returns where the term's postings start: in {@link #postings} if it has a row, else in {@link
   * #sparseLists}.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   */
  public long postingsOffset(int termNumber) {
    return terms.get(FileLayout.U64, term(termNumber) + BlockMaxLayout.TERM_POSTINGS_OFFSET);
  }

  private long term(int termNumber) {
    return (long) termNumber * BlockMaxLayout.TERM_LENGTH;
  }

  /** Returns the document scales, f32 by document number, and 64 more bytes that mean nothing. */
  public MemorySegment documentScales() {
    return documentScales;
  }

  /**
   * Returns a document's scale.
   *
   * @param documentNumber 0 to {@link #documentCount} − 1
   */
  public float documentScale(int documentNumber) {
    return documentScales.get(FileLayout.F32, (long) documentNumber * Float.BYTES);
  }

  /** Returns the rows of superblock maxima, u8, and 64 more bytes that mean nothing. */
  public MemorySegment superblockMaxima() {
    return superblockMaxima;
  }

  /**
   * Returns where a row starts in {@link #superblockMaxima}.
   *
   * @param row as {@link #row} gives it
   */
  public long superblockMaximaOffset(int row) {
    return (long) row * BlockMaxLayout.superblockMaximaRowLength(superblockCount);
  }

  /** Returns the rows of entries, and 64 more bytes that mean nothing. */
  public MemorySegment entries() {
    return entries;
  }

  /**
   * Returns where a row starts in {@link #entries}.
   *
   * @param row as {@link #row} gives it
   */
  public long entriesOffset(int row) {
    return (long) row * superblockCount * entryLength;
  }

  /** Returns the sparse lists, and 64 more bytes that mean nothing. */
  public MemorySegment sparseLists() {
    return sparseLists;
  }

  /** Returns the postings of the dense lists, and 64 more bytes that mean nothing. */
  public MemorySegment postings() {
    return postings;
  }
}

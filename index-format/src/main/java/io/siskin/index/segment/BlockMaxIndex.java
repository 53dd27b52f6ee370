package io.siskin.index.segment;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.BlockMaxLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.lang.foreign.MemorySegment;

/**
 * The block-max posting lists. They lead from a term to its postings and to maxima over ranges of
 * documents. {@link BlockMaxLayout} describes the bytes.
 *
 * <p>Opening checks that the sections agree with each other. Only the checksums protect the start
 * and the end of each list. If a crafted file has a wrong one, reading it throws {@link
 * IndexOutOfBoundsException}, because every read goes through a bounded view. It is a view of
 * mapped memory and is safe for concurrent use.
 */
public final class BlockMaxIndex {
  /** The result of {@link #row} for a term with a sparse list. */
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
   * @param statistics the statistics of the segment
   * @throws CorruptSegmentException if sections contradict each other or the statistics
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
        maximumBits == 4 || maximumBits == 8,
        "4 or 8 bits per document-block maximum",
        maximumBits);
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
   * Returns the number of documents of a superblock. It is 16 times {@link #blockSize}, and a power
   * of two up to 256.
   */
  public int superblockSize() {
    return BlockMaxLayout.BLOCKS_PER_SUPERBLOCK * blockSize;
  }

  /** Returns the number of documents of a document block: 4, 8 or 16. */
  public int blockSize() {
    return blockSize;
  }

  /** Returns the number of bits of a document-block maximum: 4 or 8. */
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
   * Returns how many documents of a set have a term. Reads the whole list, but for superblocks
   * without a document of the set.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   * @param documents a set of documents of this segment
   */
  public int documentFrequency(int termNumber, DocumentSet documents) {
    int row = row(termNumber);
    return row == NO_ROW
        ? countSparse(termNumber, documents)
        : countDense(row, postingsOffset(termNumber), documents);
  }

  private int countSparse(int termNumber, DocumentSet documents) {
    long start = postingsOffset(termNumber);
    int frequency = documentFrequency(termNumber);
    int count = 0;
    for (int i = 0; i < frequency; i++) {
      int document = sparseLists.get(FileLayout.U32, start + (long) i * Integer.BYTES);
      count += documents.contains(document) ? 1 : 0;
    }
    return count;
  }

  private int countDense(int row, long postingsStart, DocumentSet documents) {
    long tail = entriesOffset(row) + BlockMaxLayout.maximaLength(maximumBits);
    int count = 0;
    for (int superblock = 0; superblock < superblockCount; superblock++, tail += entryLength) {
      int length = entries.get(FileLayout.U16, tail + BlockMaxLayout.ENTRY_COUNT_OFFSET) & 0xFFFF;
      int first = superblock * superblockSize();
      if (length > 0 && documents.intersects(first, first + superblockSize())) {
        long start =
            postingsStart
                + (long) entries.get(FileLayout.U32, tail + BlockMaxLayout.ENTRY_START_OFFSET)
                    * BlockMaxLayout.DENSE_POSTING_LENGTH;
        count += countLocal(start, length, first, documents);
      }
    }
    return count;
  }

  /** Counts in the postings of one superblock, whose documents are numbered from its first one. */
  private int countLocal(long start, int length, int first, DocumentSet documents) {
    int count = 0;
    for (int i = 0; i < length; i++) {
      int local = postings.get(FileLayout.U8, start + i) & 0xFF;
      count += documents.contains(first + local) ? 1 : 0;
    }
    return count;
  }

  /**
   * Returns the maximum scale of a term. A maximum times this scale is an upper bound of effective
   * weights.
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
   * Returns the offset in bytes at which the postings of a term start. It is an offset in {@link
   * #postings} if the term has a row, and in {@link #sparseLists} otherwise.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   */
  public long postingsOffset(int termNumber) {
    return terms.get(FileLayout.U64, term(termNumber) + BlockMaxLayout.TERM_POSTINGS_OFFSET);
  }

  private long term(int termNumber) {
    return (long) termNumber * BlockMaxLayout.TERM_LENGTH;
  }

  /**
   * Returns the document scales, f32 by document number, followed by 64 bytes that may be read but
   * have no meaning.
   */
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

  /**
   * Returns the rows of superblock maxima, u8, followed by 64 bytes that may be read but have no
   * meaning.
   */
  public MemorySegment superblockMaxima() {
    return superblockMaxima;
  }

  /**
   * Returns the offset in bytes at which a row starts in {@link #superblockMaxima}.
   *
   * @param row the number of the row, as {@link #row} returns it
   */
  public long superblockMaximaOffset(int row) {
    return (long) row * BlockMaxLayout.superblockMaximaRowLength(superblockCount);
  }

  /** Returns the rows of entries, followed by 64 bytes that may be read but have no meaning. */
  public MemorySegment entries() {
    return entries;
  }

  /**
   * Returns the offset in bytes at which a row starts in {@link #entries}.
   *
   * @param row the number of the row, as {@link #row} returns it
   */
  public long entriesOffset(int row) {
    return (long) row * superblockCount * entryLength;
  }

  /** Returns the sparse lists, followed by 64 bytes that may be read but have no meaning. */
  public MemorySegment sparseLists() {
    return sparseLists;
  }

  /**
   * Returns the postings of the dense lists, followed by 64 bytes that may be read but have no
   * meaning.
   */
  public MemorySegment postings() {
    return postings;
  }
}

package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.lang.foreign.MemorySegment;

/**
 * The impact-ordered posting lists. They lead from a term number to its postings, the largest
 * impacts first. {@link ImpactOrderedLayout} describes the bytes.
 *
 * <p>It is a view of mapped memory and is safe for concurrent use.
 */
public final class ImpactOrderedIndex {
  /** The result of {@link #row} for a term with a plain list. */
  public static final int NO_ROW = -1;

  private final int documentCount;
  private final int termCount;
  private final int windowCount;
  private final int rowCount;
  private final long postingCount;
  private final long lengthBytes;
  private final Section termSection;
  private final Section windowSection;
  private final Section postingSection;
  private final Section plainSection;
  private final MemorySegment terms;
  private final MemorySegment totals;
  private final MemorySegment windows;
  private final MemorySegment postings;
  private final MemorySegment plainLists;

  private ImpactOrderedIndex(MappedFile file, int documentCount, int termCount)
      throws CorruptSegmentException {
    Section parameters = file.section(SectionKind.IMPACT_PARAMETERS);
    parameters.requireEncoding(FormatV1.ENCODING_PLAIN);
    parameters.requireCount(1);
    parameters.requireLength(ImpactOrderedLayout.PARAMETERS_LENGTH);
    MemorySegment bytes = parameters.bytes();
    this.documentCount = bytes.get(FileLayout.U32, ImpactOrderedLayout.DOCUMENT_COUNT_OFFSET);
    this.termCount = bytes.get(FileLayout.U32, ImpactOrderedLayout.TERM_COUNT_OFFSET);
    this.windowCount = bytes.get(FileLayout.U32, ImpactOrderedLayout.WINDOW_COUNT_OFFSET);
    this.rowCount = bytes.get(FileLayout.U32, ImpactOrderedLayout.ROW_COUNT_OFFSET);
    this.postingCount = bytes.get(FileLayout.U64, ImpactOrderedLayout.POSTING_COUNT_OFFSET);
    parameters.require(
        this.documentCount == documentCount, documentCount + " documents", this.documentCount);
    parameters.require(this.termCount == termCount, termCount + " terms", this.termCount);
    int expectedWindows = ImpactOrderedLayout.windowCount(documentCount);
    parameters.require(windowCount == expectedWindows, expectedWindows + " windows", windowCount);
    parameters.require(
        rowCount >= 0 && rowCount <= termCount, "0 to " + termCount + " rows", rowCount);
    long reserved = bytes.get(FileLayout.U64, ImpactOrderedLayout.PARAMETERS_RESERVED_OFFSET);
    parameters.require(reserved == 0, "reserved bytes of 0", reserved);
    this.termSection =
        array(file, SectionKind.IMPACT_TERMS, termCount, ImpactOrderedLayout.TERM_LENGTH);
    this.terms = termSection.bytes();
    this.totals =
        array(file, SectionKind.IMPACT_TOTALS, rowCount, ImpactOrderedLayout.TOTALS_LENGTH).bytes();
    this.windowSection =
        array(
            file,
            SectionKind.IMPACT_WINDOWS,
            (long) rowCount * windowCount,
            ImpactOrderedLayout.WINDOW_ENTRY_LENGTH);
    this.windows = windowSection.bytes();
    Section windowed = file.section(SectionKind.IMPACT_POSTINGS);
    Section plain = file.section(SectionKind.IMPACT_PLAIN_LISTS);
    this.postingSection =
        array(
            file,
            SectionKind.IMPACT_POSTINGS,
            windowed.count(),
            ImpactOrderedLayout.WINDOWED_POSTING_LENGTH);
    this.plainSection =
        array(
            file,
            SectionKind.IMPACT_PLAIN_LISTS,
            plain.count(),
            ImpactOrderedLayout.PLAIN_POSTING_LENGTH);
    parameters.require(
        windowed.count() + plain.count() == postingCount,
        windowed.count() + plain.count() + " postings",
        postingCount);
    this.postings = postingSection.paddedBytes();
    this.plainLists = plainSection.bytes();
    this.lengthBytes = file.lengthBytes();
  }

  /**
   * Opens the view.
   *
   * @param file the verified {@code impacts.dat}
   * @param statistics the statistics of the segment
   * @throws CorruptSegmentException if sections contradict each other or the statistics
   */
  static ImpactOrderedIndex open(MappedFile file, SegmentStatistics statistics)
      throws CorruptSegmentException {
    return new ImpactOrderedIndex(file, statistics.documentCount(), statistics.termCount());
  }

  private static Section array(MappedFile file, SectionKind kind, long count, long elementBytes)
      throws CorruptSegmentException {
    Section section = file.section(kind);
    section.requireEncoding(FormatV1.ENCODING_PLAIN);
    section.requireArray(count, elementBytes);
    return section;
  }

  /**
   * Checks that every list lies inside its section and has only documents of the segment. It reads
   * the whole file once.
   */
  void check() throws CorruptSegmentException {
    for (int term = 0; term < termCount; term++) {
      int count = postingCount(term);
      requireTerm(
          term, count >= 0 && count <= documentCount, "0 to " + documentCount + " postings", count);
      if (count == 0) {
        continue;
      }
      float scale = scale(term);
      requireTerm(
          term, scale > 0 && scale < Float.POSITIVE_INFINITY, "a finite scale above 0", scale);
      int row = row(term);
      requireTerm(term, row >= NO_ROW && row < rowCount, "a row of 0 to " + (rowCount - 1), row);
      if (row == NO_ROW) {
        checkPlain(term, count);
      } else {
        checkWindowed(term, row, count);
      }
    }
  }

  private void requireTerm(int term, boolean holds, Object expected, Object found)
      throws CorruptSegmentException {
    if (!holds) {
      throw new CorruptSegmentException(
          termSection.file(),
          termSection.offset() + (long) term * ImpactOrderedLayout.TERM_LENGTH,
          expected,
          found);
    }
  }

  private void checkPlain(int term, int count) throws CorruptSegmentException {
    long offset = listOffset(term);
    long end = plainSection.lengthBytes() - (long) count * ImpactOrderedLayout.PLAIN_POSTING_LENGTH;
    requireTerm(term, offset >= 0 && offset <= end, "a plain list at 0 to " + end, offset);
    int last = -1;
    for (int i = 0; i < count; i++) {
      int document = plainLists.get(FileLayout.U32, offset + (long) i * Integer.BYTES);
      if (document <= last || document >= documentCount) {
        throw new CorruptSegmentException(
            plainSection.file(),
            plainSection.offset() + offset + (long) i * Integer.BYTES,
            "a document of " + (last + 1) + " to " + (documentCount - 1),
            document);
      }
      last = document;
    }
  }

  private void checkWindowed(int term, int row, int count) throws CorruptSegmentException {
    long offset = listOffset(term);
    long end =
        postingSection.lengthBytes() - (long) count * ImpactOrderedLayout.WINDOWED_POSTING_LENGTH;
    requireTerm(term, offset >= 0 && offset <= end, "a windowed list at 0 to " + end, offset);
    int done = 0;
    for (int window = 0; window < windowCount; window++) {
      long entry = windowEntry(row, window);
      int start = windows.get(FileLayout.U32, entry + ImpactOrderedLayout.WINDOW_START_OFFSET);
      int inWindow = levelCount(entry, 0);
      requireWindow(entry, start == done, "a start of " + done, start);
      requireWindow(entry, inWindow <= count - done, "at most " + (count - done), inWindow);
      for (int level = 1; level < ImpactOrderedLayout.LEVEL_COUNT; level++) {
        int above = levelCount(entry, level - 1);
        int reaching = levelCount(entry, level);
        requireWindow(entry, reaching <= above, "at most " + above + " at a level", reaching);
      }
      checkDocuments(
          offset + (long) done * ImpactOrderedLayout.WINDOWED_POSTING_LENGTH, inWindow, window);
      done += inWindow;
    }
    requireTerm(term, done == count, count + " postings in all windows", done);
  }

  private void requireWindow(long entry, boolean holds, Object expected, Object found)
      throws CorruptSegmentException {
    if (!holds) {
      throw new CorruptSegmentException(
          windowSection.file(), windowSection.offset() + entry, expected, found);
    }
  }

  private void checkDocuments(long offset, int count, int window) throws CorruptSegmentException {
    int inWindow = documentCount - (window << ImpactOrderedLayout.WINDOW_SHIFT);
    if (inWindow >= ImpactOrderedLayout.WINDOW_LENGTH) {
      return; // In a full window, every u16 is the local number of a document.
    }
    for (int i = 0; i < count; i++) {
      int local = postings.get(FileLayout.U16, offset + (long) i * Short.BYTES) & 0xFFFF;
      if (local >= inWindow) {
        throw new CorruptSegmentException(
            postingSection.file(),
            postingSection.offset() + offset + (long) i * Short.BYTES,
            "a local document of 0 to " + (inWindow - 1),
            local);
      }
    }
  }

  /** Returns the number of documents. */
  public int documentCount() {
    return documentCount;
  }

  /** Returns the number of terms. */
  public int termCount() {
    return termCount;
  }

  /** Returns the number of windows. */
  public int windowCount() {
    return windowCount;
  }

  /** Returns the number of windowed lists. */
  public int rowCount() {
    return rowCount;
  }

  /** Returns the number of postings in all lists. */
  public long postingCount() {
    return postingCount;
  }

  /** Returns the length of the file in bytes. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /**
   * Returns the number of postings of a term's list, or 0 if the term has no list.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   */
  public int postingCount(int termNumber) {
    return terms.get(
        FileLayout.U32, term(termNumber) + ImpactOrderedLayout.TERM_POSTING_COUNT_OFFSET);
  }

  /**
   * Returns the scale of a list. The weight of a posting is about scale × impact.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   */
  public float scale(int termNumber) {
    return terms.get(FileLayout.F32, term(termNumber) + ImpactOrderedLayout.TERM_SCALE_OFFSET);
  }

  /**
   * Returns the offset in bytes at which a list begins. It is an offset in {@link #postings} if the
   * list is windowed, and in {@link #plainLists} otherwise.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   */
  public long listOffset(int termNumber) {
    return terms.get(FileLayout.U64, term(termNumber) + ImpactOrderedLayout.TERM_LIST_OFFSET);
  }

  /**
   * Returns the row of a windowed list, or {@link #NO_ROW} for a plain one.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   */
  public int row(int termNumber) {
    return terms.get(FileLayout.U32, term(termNumber) + ImpactOrderedLayout.TERM_ROW_OFFSET) - 1;
  }

  /**
   * Returns an impact that at least k postings of a list reach. It is a lower bound of the k-th
   * largest impact.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   * @param k the number of hits, 1 or more
   * @return 1 to 255, or 0 if no bound is known
   */
  public int rankedImpact(int termNumber, int k) {
    for (int i = 0; i < ImpactOrderedLayout.rankCount(); i++) {
      if (k <= ImpactOrderedLayout.rank(i)) {
        long at = term(termNumber) + ImpactOrderedLayout.TERM_RANKED_IMPACTS_OFFSET + i;
        return terms.get(FileLayout.U8, at) & 0xFF;
      }
    }
    return 0;
  }

  /**
   * Returns the number of postings of a whole windowed list that reach a level.
   *
   * @param row the list's row
   * @param level 0 to {@link ImpactOrderedLayout#LEVEL_COUNT} − 1
   */
  public int total(int row, int level) {
    return totals.get(
        FileLayout.U32,
        (long) row * ImpactOrderedLayout.TOTALS_LENGTH + (long) level * Integer.BYTES);
  }

  /**
   * Returns the offset of a window's entry in {@link #windows}.
   *
   * @param row the list's row
   * @param window 0 to {@link #windowCount} − 1
   */
  public long windowEntry(int row, int window) {
    return ((long) row * windowCount + window) * ImpactOrderedLayout.WINDOW_ENTRY_LENGTH;
  }

  /**
   * Returns the number of postings of a window that reach a level.
   *
   * @param entry the window's entry
   * @param level 0 to {@link ImpactOrderedLayout#LEVEL_COUNT} − 1
   */
  public int levelCount(long entry, int level) {
    return windows.get(
            FileLayout.U16,
            entry + ImpactOrderedLayout.WINDOW_COUNTS_OFFSET + (long) level * Short.BYTES)
        & 0xFFFF;
  }

  /** Returns the entries of all windows. */
  public MemorySegment windows() {
    return windows;
  }

  /** Returns the windowed lists, followed by 64 bytes that may be read but have no meaning. */
  public MemorySegment postings() {
    return postings;
  }

  /** Returns the plain lists. */
  public MemorySegment plainLists() {
    return plainLists;
  }

  private static long term(int termNumber) {
    return (long) termNumber * ImpactOrderedLayout.TERM_LENGTH;
  }
}

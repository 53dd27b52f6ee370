package io.siskin.index.document;

import io.siskin.index.error.InvalidInputException;
import java.util.Arrays;

/**
 * A set of document numbers of one segment. It says which documents of the segment are alive, which
 * ones pass a filter, or both.
 *
 * <p>The set is a bit per document, in pages of {@value #PAGE_LENGTH} bits. Sets that are derived
 * from others share the pages that do not differ. So a deletion copies 8 KiB, however large the
 * segment is. Pages that hold all documents or none are shared by all sets.
 *
 * <p>Immutable; safe to share. No method allocates, except those that return another set.
 */
public final class DocumentSet {
  /** The number of documents of a page. */
  public static final int PAGE_LENGTH = 1 << 16;

  /** What {@link #next} returns when no member is left. */
  public static final int NONE = -1;

  private static final int PAGE_SHIFT = 16;
  private static final int PAGE_MASK = PAGE_LENGTH - 1;
  private static final int PAGE_WORDS = PAGE_LENGTH / Long.SIZE;
  private static final long[] EMPTY_PAGE = new long[PAGE_WORDS];
  private static final long[] FULL_PAGE = fullPage();

  private final int documentCount;
  private final int size;

  /** Bits at and beyond {@link #documentCount} are 0. Never written once the set exists. */
  private final long[][] pages;

  private DocumentSet(int documentCount, int size, long[][] pages) {
    this.documentCount = documentCount;
    this.size = size;
    this.pages = pages;
  }

  private static long[] fullPage() {
    long[] page = new long[PAGE_WORDS];
    Arrays.fill(page, -1);
    return page;
  }

  /**
   * Returns the set of all documents.
   *
   * @param documentCount the number of documents of the segment, 0 or more
   */
  public static DocumentSet all(int documentCount) {
    return builder(documentCount).addRange(0, documentCount).build();
  }

  /**
   * Returns the set without documents.
   *
   * @param documentCount the number of documents of the segment, 0 or more
   */
  public static DocumentSet none(int documentCount) {
    return builder(documentCount).build();
  }

  /**
   * Begins a set without documents.
   *
   * @param documentCount the number of documents of the segment, 0 or more
   */
  public static Builder builder(int documentCount) {
    if (documentCount < 0) {
      throw new InvalidInputException("document count", documentCount, "0 to 2^31 - 1");
    }
    long[][] pages = new long[pageCount(documentCount)][];
    Arrays.fill(pages, EMPTY_PAGE);
    return new Builder(documentCount, 0, pages);
  }

  /** Begins a set that holds the same documents. */
  public Builder toBuilder() {
    return new Builder(documentCount, size, pages.clone());
  }

  private static int pageCount(int documentCount) {
    return (int) (((long) documentCount + PAGE_MASK) >>> PAGE_SHIFT);
  }

  /** Returns the number of documents of the segment, members or not: numbers are below it. */
  public int documentCount() {
    return documentCount;
  }

  /** Returns the number of documents in the set, 0 to {@link #documentCount}. */
  public int size() {
    return size;
  }

  /** Returns whether no document is in the set. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** Returns whether every document of the segment is in the set. */
  public boolean isAll() {
    return size == documentCount;
  }

  /**
   * Returns whether a document is in the set.
   *
   * @param document its number, 0 to {@link #documentCount} − 1; it is not checked further than
   *     that pages exist
   */
  public boolean contains(int document) {
    long word = pages[document >>> PAGE_SHIFT][(document & PAGE_MASK) >>> 6];
    return (word >>> document & 1) != 0;
  }

  /**
   * Returns 64 neighbours at once: bit {@code i} stands for document {@code 64 × index + i}.
   *
   * @param index 0 to {@link #wordCount} − 1
   */
  public long word(int index) {
    return pages[index / PAGE_WORDS][index % PAGE_WORDS];
  }

  /** Returns the number of words that hold the set: a word for every 64 documents. */
  public int wordCount() {
    return (int) (((long) documentCount + Long.SIZE - 1) / Long.SIZE);
  }

  /**
   * Returns the first member from a number on. The members in ascending order are {@code next(0)},
   * {@code next(that + 1)}, and so on.
   *
   * @param from 0 or more
   * @return a document, or {@link #NONE}
   */
  public int next(int from) {
    if (from >= documentCount) {
      return NONE;
    }
    int at = from >>> 6;
    int end = wordCount();
    long word = word(at) & -1L << from;
    while (word == 0) {
      if (++at == end) {
        return NONE;
      }
      if (at % PAGE_WORDS == 0) {
        while (isSame(pages[at / PAGE_WORDS], EMPTY_PAGE)) {
          at += PAGE_WORDS;
          if (at >= end) {
            return NONE;
          }
        }
      }
      word = word(at);
    }
    return (at << 6) + Long.numberOfTrailingZeros(word);
  }

  /**
   * Returns whether any document of a range is in the set. Reads whole words.
   *
   * @param from the first document, 0 or more
   * @param to the document after the last one; the range may end beyond the segment
   */
  public boolean intersects(int from, int to) {
    int end = Math.min(to, documentCount);
    if (from >= end) {
      return false;
    }
    int first = from >>> 6;
    int last = (end - 1) >>> 6;
    for (int at = first; at <= last; at++) {
      if ((word(at) & mask(at, first, from, last, end)) != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns how many documents of a range are in the set. Reads whole words.
   *
   * @param from the first document, 0 or more
   * @param to the document after the last one; the range may end beyond the segment
   */
  public int count(int from, int to) {
    int end = Math.min(to, documentCount);
    if (from >= end) {
      return 0;
    }
    int first = from >>> 6;
    int last = (end - 1) >>> 6;
    int count = 0;
    for (int at = first; at <= last; at++) {
      count += Long.bitCount(word(at) & mask(at, first, from, last, end));
    }
    return count;
  }

  /** Returns the bits of a word that belong to a range. */
  private static long mask(int at, int first, int from, int last, int end) {
    long mask = at == first ? -1L << from : -1L;
    return at == last ? mask & (-1L >>> -end) : mask;
  }

  /**
   * Returns the set without some documents. Copies the pages that these are in, and no others.
   *
   * @param documents their numbers, in any order; it makes no difference whether they are members
   * @throws InvalidInputException when a number is not one of the segment
   */
  public DocumentSet without(int... documents) {
    Builder builder = toBuilder();
    for (int document : documents) {
      builder.remove(document);
    }
    return builder.build();
  }

  /**
   * Returns the documents that are in both sets. Shares the pages of which one side holds all or
   * none.
   *
   * @param other a set of the same segment
   * @throws InvalidInputException when the other set is of a segment of another size
   */
  public DocumentSet and(DocumentSet other) {
    if (documentCount != other.documentCount) {
      throw new InvalidInputException(
          "document count of the other set", other.documentCount, String.valueOf(documentCount));
    }
    if (isAll()) {
      return other;
    }
    if (other.isAll()) {
      return this;
    }
    long[][] common = new long[pages.length][];
    int members = 0;
    for (int page = 0; page < pages.length; page++) {
      common[page] = and(pages[page], other.pages[page]);
      members += count(common[page]);
    }
    return new DocumentSet(documentCount, members, common);
  }

  private static long[] and(long[] one, long[] other) {
    if (isSame(one, other) || isSame(other, FULL_PAGE)) {
      return one;
    }
    if (isSame(one, FULL_PAGE)) {
      return other;
    }
    if (isSame(one, EMPTY_PAGE) || isSame(other, EMPTY_PAGE)) {
      return EMPTY_PAGE;
    }
    long[] common = new long[PAGE_WORDS];
    for (int i = 0; i < PAGE_WORDS; i++) {
      common[i] = one[i] & other[i];
    }
    return common;
  }

  /** Tells whether two pages are one object: shared pages need not be read. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(long[] one, long[] other) {
    return one == other;
  }

  /** Returns the documents of the segment that are not in this set. */
  public DocumentSet complement() {
    long[][] others = new long[pages.length][];
    for (int page = 0; page < pages.length; page++) {
      int documents = (int) Math.min(PAGE_LENGTH, documentCount - ((long) page << PAGE_SHIFT));
      others[page] = complement(pages[page], documents);
    }
    return new DocumentSet(documentCount, documentCount - size, others);
  }

  private static long[] complement(long[] page, int documents) {
    if (isSame(page, FULL_PAGE)) {
      return EMPTY_PAGE;
    }
    if (isSame(page, EMPTY_PAGE) && documents == PAGE_LENGTH) {
      return FULL_PAGE;
    }
    long[] others = new long[PAGE_WORDS];
    int last = (documents - 1) >>> 6;
    for (int at = 0; at <= last; at++) {
      others[at] = ~page[at] & mask(at, 0, 0, last, documents);
    }
    return others;
  }

  /**
   * Returns about how many bytes of heap this set takes alone: its pages but those that all sets
   * share. Pages that it shares with single other sets count in full.
   */
  public long heapBytes() {
    long bytes = 48 + 4L * pages.length;
    for (long[] page : pages) {
      if (!isSame(page, EMPTY_PAGE) && !isSame(page, FULL_PAGE)) {
        bytes += 16 + Long.BYTES * PAGE_WORDS;
      }
    }
    return bytes;
  }

  private static int count(long[] page) {
    if (isSame(page, EMPTY_PAGE)) {
      return 0;
    }
    if (isSame(page, FULL_PAGE)) {
      return PAGE_LENGTH;
    }
    int count = 0;
    for (long word : page) {
      count += Long.bitCount(word);
    }
    return count;
  }

  @Override
  public String toString() {
    return size + " of " + documentCount + " documents";
  }

  /**
   * Makes a set. Copies a page when it is first written, and never writes one that a set has.
   *
   * <p>Used by one thread. After {@link #build} it may go on with the next set.
   */
  public static final class Builder {
    private int documentCount;
    private boolean[] owned;
    private long[][] pages;
    private int size;

    private Builder(int documentCount, int size, long[][] pages) {
      this.documentCount = documentCount;
      this.size = size;
      this.pages = pages;
      this.owned = new boolean[pages.length];
    }

    /**
     * Returns whether a document is in the set as it is now.
     *
     * @param document its number, 0 to the number of documents − 1
     * @throws InvalidInputException when it is out of range
     */
    public boolean contains(int document) {
      check(document);
      return (pages[document >>> PAGE_SHIFT][wordInPage(document)] >>> document & 1) != 0;
    }

    /**
     * Makes the segment of the set larger: the new documents are members. Copies the page that was
     * the last one, and no other.
     *
     * @param newDocumentCount the number of documents that the segment has now, not less than
     *     before
     * @throws InvalidInputException when the segment would have shrunk
     */
    public Builder extendTo(int newDocumentCount) {
      if (newDocumentCount < documentCount) {
        throw new InvalidInputException(
            "document count", newDocumentCount, documentCount + " or more");
      }
      int pagesBefore = pages.length;
      int pageCount = pageCount(newDocumentCount);
      if (pageCount > pagesBefore) {
        pages = Arrays.copyOf(pages, pageCount);
        owned = Arrays.copyOf(owned, pageCount);
        Arrays.fill(pages, pagesBefore, pageCount, EMPTY_PAGE);
      }
      int from = documentCount;
      documentCount = newDocumentCount;
      return addRange(from, newDocumentCount);
    }

    /**
     * Adds a document.
     *
     * @param document its number, 0 to the number of documents − 1
     * @throws InvalidInputException when it is out of range
     */
    public Builder add(int document) {
      check(document);
      long bit = 1L << document;
      int at = wordInPage(document);
      if ((pages[document >>> PAGE_SHIFT][at] & bit) == 0) {
        own(document >>> PAGE_SHIFT)[at] |= bit;
        size++;
      }
      return this;
    }

    /**
     * Takes a document out.
     *
     * @param document its number, 0 to the number of documents − 1
     * @throws InvalidInputException when it is out of range
     */
    public Builder remove(int document) {
      check(document);
      long bit = 1L << document;
      int at = wordInPage(document);
      if ((pages[document >>> PAGE_SHIFT][at] & bit) != 0) {
        own(document >>> PAGE_SHIFT)[at] &= ~bit;
        size--;
      }
      return this;
    }

    /**
     * Adds a range of documents.
     *
     * @param from the first one, 0 or more
     * @param to the one after the last, {@code from} to the number of documents
     * @throws InvalidInputException when the range is not one of the segment
     */
    public Builder addRange(int from, int to) {
      if (from < 0 || to > documentCount || from > to) {
        throw new InvalidInputException(
            "range of documents", from + " to " + to, "0 to " + documentCount + ", ascending");
      }
      int document = from;
      while (document < to) {
        int page = document >>> PAGE_SHIFT;
        int end = (int) Math.min(to, (page + 1L) << PAGE_SHIFT);
        if (end - document == PAGE_LENGTH) {
          size += PAGE_LENGTH - count(pages[page]);
          pages[page] = FULL_PAGE;
          owned[page] = false;
        } else {
          addInPage(own(page), document, end);
        }
        document = end;
      }
      return this;
    }

    /**
     * Adds all documents of a set. Shares its pages where nothing was added before.
     *
     * @param other a set of the same segment
     * @throws InvalidInputException when the other set is of a segment of another size
     */
    public Builder addAll(DocumentSet other) {
      if (documentCount != other.documentCount) {
        throw new InvalidInputException(
            "document count of the other set", other.documentCount, String.valueOf(documentCount));
      }
      for (int page = 0; page < pages.length; page++) {
        long[] added = other.pages[page];
        if (isSame(pages[page], EMPTY_PAGE) || isSame(added, FULL_PAGE)) {
          size += DocumentSet.count(added) - DocumentSet.count(pages[page]);
          pages[page] = added;
          owned[page] = false;
        } else if (!isSame(added, EMPTY_PAGE) && !isSame(pages[page], FULL_PAGE)) {
          addPage(own(page), added);
        }
      }
      return this;
    }

    private void addPage(long[] page, long[] added) {
      for (int at = 0; at < PAGE_WORDS; at++) {
        long before = page[at];
        page[at] = before | added[at];
        size += Long.bitCount(page[at]) - Long.bitCount(before);
      }
    }

    private void addInPage(long[] page, int from, int end) {
      int first = from >>> 6;
      int last = (end - 1) >>> 6;
      for (int at = first; at <= last; at++) {
        long added = mask(at, first, from, last, end) & ~page[at % PAGE_WORDS];
        page[at % PAGE_WORDS] |= added;
        size += Long.bitCount(added);
      }
    }

    /**
     * Adds some of 64 neighbours.
     *
     * @param index which neighbours: bit {@code i} stands for document {@code 64 × index + i}
     * @param bits the documents to add; bits that stand for no document are 0
     * @throws InvalidInputException when a bit is set that stands for no document
     */
    public Builder addWord(int index, long bits) {
      if (bits == 0) {
        return this;
      }
      check((index << 6) + (Long.SIZE - 1 - Long.numberOfLeadingZeros(bits)));
      int page = index / PAGE_WORDS;
      int at = index % PAGE_WORDS;
      long added = bits & ~pages[page][at];
      if (added != 0) {
        own(page)[at] |= added;
        size += Long.bitCount(added);
      }
      return this;
    }

    /** Returns the set of what is in it now. */
    public DocumentSet build() {
      DocumentSet built = new DocumentSet(documentCount, size, pages);
      pages = pages.clone();
      Arrays.fill(owned, false);
      return built;
    }

    private void check(int document) {
      if (document < 0 || document >= documentCount) {
        throw new InvalidInputException("document number", document, "0 to " + (documentCount - 1));
      }
    }

    private static int wordInPage(int document) {
      return (document & PAGE_MASK) >>> 6;
    }

    private long[] own(int page) {
      if (!owned[page]) {
        pages[page] = pages[page].clone();
        owned[page] = true;
      }
      return pages[page];
    }
  }
}

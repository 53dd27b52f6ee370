package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import io.siskin.index.vector.TermLookup;
import org.jspecify.annotations.Nullable;

/**
 * The terms of a segment. It translates between tokens or term ids and term numbers.
 *
 * <p>Term numbers are dense and local to the segment. They are in descending order of document
 * frequency, and ties are ordered by the UTF-8 bytes of the token or by unsigned term id. So the
 * term numbers that queries use most share cache lines. It is a view of mapped memory and is safe
 * for concurrent use.
 */
public final class TermDictionary implements TermLookup {
  private final int size;
  private final Section documentFrequencies;
  private final @Nullable StringList tokens;
  private final @Nullable SlotTable tokenSlots;
  private final @Nullable Section termIds;
  private final @Nullable SlotTable termIdSlots;

  TermDictionary(MappedFile file, int size, Vocabulary vocabulary) throws CorruptSegmentException {
    this.size = size;
    this.documentFrequencies = file.section(SectionKind.DOCUMENT_FREQUENCIES);
    documentFrequencies.requireEncoding(FormatV1.ENCODING_PLAIN);
    documentFrequencies.requireCount(size);
    documentFrequencies.requireLength((long) size * Integer.BYTES);
    if (vocabulary == Vocabulary.TOKEN) {
      this.tokens =
          new StringList(
              file.section(SectionKind.TOKEN_OFFSETS), file.section(SectionKind.TOKEN_BYTES), size);
      this.tokenSlots = new SlotTable(file.section(SectionKind.TOKEN_SLOTS), size);
    } else {
      this.tokens = null;
      this.tokenSlots = null;
    }
    if (vocabulary == Vocabulary.TERM_ID) {
      this.termIds = file.section(SectionKind.TERM_IDS);
      termIds.requireEncoding(FormatV1.ENCODING_PLAIN);
      termIds.requireCount(size);
      termIds.requireLength((long) size * Integer.BYTES);
      this.termIdSlots = new SlotTable(file.section(SectionKind.TERM_ID_SLOTS), size);
    } else {
      this.termIds = null;
      this.termIdSlots = null;
    }
  }

  /**
   * Checks the offsets and slots, because look-ups follow them without a check. It reads them once.
   */
  void check() throws CorruptSegmentException {
    if (tokens != null) {
      tokens.check(1);
    }
    if (tokenSlots != null) {
      tokenSlots.check();
    }
    if (termIdSlots != null) {
      termIdSlots.check();
    }
  }

  /** Returns the number of terms. */
  public int size() {
    return size;
  }

  /** Returns whether terms can be looked up by token. */
  public boolean hasTokens() {
    return tokens != null;
  }

  /** Returns whether terms can be looked up by term id. */
  public boolean hasTermIds() {
    return termIds != null;
  }

  /**
   * Returns the term number of a token, or {@link #ABSENT}. It is always {@link #ABSENT} if {@link
   * #hasTokens} is false.
   *
   * @param token the term's string
   */
  @Override
  public int numberOfToken(String token) {
    StringList list = tokens;
    if (list == null || tokenSlots == null) {
      return ABSENT;
    }
    return list.find(tokenSlots, token);
  }

  /**
   * Returns the term number of a term id, or {@link #ABSENT}. It is always {@link #ABSENT} if
   * {@link #hasTermIds} is false.
   *
   * @param termId an unsigned 32-bit id
   */
  @Override
  public int numberOfTermId(int termId) {
    Section ids = termIds;
    if (ids == null || termIdSlots == null) {
      return ABSENT;
    }
    long hash = StringListLayout.hash(termId);
    for (int probe = 0; ; probe++) {
      int number = termIdSlots.candidate(hash, probe);
      if (number < 0 || ids.u32(number) == termId) {
        return number;
      }
    }
  }

  /**
   * Returns the name of a term. This is its token, or its term id in decimal.
   *
   * @param termNumber 0 to {@link #size} − 1
   */
  public String name(int termNumber) {
    if (tokens != null) {
      return tokens.get(termNumber);
    }
    return termIds == null ? "#" + termNumber : Integer.toUnsignedString(termIds.u32(termNumber));
  }

  /**
   * Returns how many documents have a term.
   *
   * @param termNumber 0 to {@link #size} − 1
   */
  @Override
  public int documentFrequency(int termNumber) {
    return documentFrequencies.u32(termNumber);
  }
}

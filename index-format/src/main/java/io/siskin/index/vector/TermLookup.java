package io.siskin.index.vector;

/**
 * The terms of one segment: which number a term has there, and how many documents have it. Numbers
 * are 0 or more and local to the segment.
 *
 * <p>Safe for concurrent use; a look-up allocates nothing.
 */
public interface TermLookup {
  /** The result of a look-up for a term that the segment does not have. */
  int ABSENT = -1;

  /**
   * Returns the number of a token, or {@link #ABSENT}.
   *
   * @param token the term's string
   */
  int numberOfToken(String token);

  /**
   * Returns the number of a term id, or {@link #ABSENT}.
   *
   * @param termId an unsigned 32-bit id
   */
  int numberOfTermId(int termId);

  /**
   * Returns how many documents of the segment have a term, deleted ones included.
   *
   * @param termNumber a number that a look-up has returned, not {@link #ABSENT}
   */
  int documentFrequency(int termNumber);

  /**
   * Returns the number of a vector's term, or {@link #ABSENT}.
   *
   * @param vector the vector, of tokens or of term ids
   * @param index which of its terms, 0 to its size − 1
   */
  default int number(SparseVector vector, int index) {
    return switch (vector) {
      case TokenVector tokens -> numberOfToken(tokens.token(index));
      case TermIdVector ids -> numberOfTermId(ids.termId(index));
    };
  }
}

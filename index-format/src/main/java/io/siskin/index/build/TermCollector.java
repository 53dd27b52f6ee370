package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Int2IntHashMap;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.Object2IntHashMap;

/**
 * The vocabulary of the segment under construction. It gives each term a provisional number when it
 * first sees the term, and it counts the documents of each term. At the end it numbers all terms by
 * descending document frequency.
 *
 * <p>The heap holds a constant number of bytes per term.
 */
final class TermCollector {
  private static final int ABSENT = -1;

  private final Object2IntHashMap<String> numberByToken = new Object2IntHashMap<>(ABSENT);
  private final Int2IntHashMap numberByTermId = new Int2IntHashMap(ABSENT);
  private final List<String> tokens = new ArrayList<>();
  private final IntArrayList termIds = new IntArrayList();
  private final IntArrayList documentFrequencies = new IntArrayList();

  /** Refuses a vector of another kind than the vectors before it. */
  void checkVocabulary(SparseVector vector) {
    if (vector.size() == 0) {
      return;
    }
    checkVocabulary(vector instanceof TokenVector);
  }

  private void checkVocabulary(boolean byToken) {
    if (byToken ? !termIds.isEmpty() : !tokens.isEmpty()) {
      throw new InvalidInputException(
          "vector",
          byToken ? "keyed by token" : "keyed by term id",
          "one kind of key in a collection, as in its first documents");
    }
  }

  /** Counts a term of a document and returns its provisional number. */
  int collect(SparseVector vector, int index) {
    int number =
        switch (vector) {
          case TokenVector byToken -> number(byToken.token(index));
          case TermIdVector byId -> number(byId.termId(index));
        };
    count(number);
    return number;
  }

  /** Returns the provisional number of a token that a document will have. */
  int numberOf(String token) {
    checkVocabulary(true);
    return number(token);
  }

  /** Returns the provisional number of a term id that a document will have. */
  int numberOf(int termId) {
    checkVocabulary(false);
    return number(termId);
  }

  /** Counts a term of a document. */
  void count(int number) {
    documentFrequencies.set(number, documentFrequencies.getInt(number) + 1);
  }

  int size() {
    return documentFrequencies.size();
  }

  boolean byToken() {
    return !tokens.isEmpty();
  }

  boolean byTermId() {
    return !termIds.isEmpty();
  }

  int documentFrequency(int provisional) {
    return documentFrequencies.getInt(provisional);
  }

  byte[] tokenUtf8(int provisional) {
    return tokens.get(provisional).getBytes(StandardCharsets.UTF_8);
  }

  int termId(int provisional) {
    return termIds.getInt(provisional);
  }

  /**
   * Returns the provisional numbers in the order of the final numbers. This order is by descending
   * document frequency. Ties are ordered by the UTF-8 bytes of the token or by unsigned term id.
   */
  int[] finalOrder() {
    for (int number = 0; number < size(); number++) {
      if (documentFrequency(number) == 0) {
        throw new IllegalStateException("a term has a number, but no document has the term");
      }
    }
    Integer[] order = new Integer[size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        (left, right) -> {
          int byFrequency = Integer.compare(documentFrequency(right), documentFrequency(left));
          if (byFrequency != 0) {
            return byFrequency;
          }
          return byToken()
              ? compareUtf8(tokens.get(left), tokens.get(right))
              : Integer.compareUnsigned(termId(left), termId(right));
        });
    return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
  }

  /**
   * Compares two strings in the order of their UTF-8 bytes, but does not make these bytes. This is
   * the order of code points. It is also the order of UTF-16 units if surrogates count as larger
   * than all other units.
   */
  static int compareUtf8(String left, String right) {
    int common = Math.min(left.length(), right.length());
    for (int i = 0; i < common; i++) {
      char l = left.charAt(i);
      char r = right.charAt(i);
      if (l != r) {
        return Character.isSurrogate(l) == Character.isSurrogate(r)
            ? Character.compare(l, r)
            : Boolean.compare(Character.isSurrogate(l), Character.isSurrogate(r));
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  private int number(String token) {
    int known = numberByToken.getValue(token);
    if (known != ABSENT) {
      return known;
    }
    int number = nextNumber();
    numberByToken.put(token, number);
    tokens.add(token);
    return number;
  }

  private int number(int termId) {
    int known = numberByTermId.get(termId);
    if (known != ABSENT) {
      return known;
    }
    int number = nextNumber();
    numberByTermId.put(termId, number);
    termIds.addInt(termId);
    return number;
  }

  private int nextNumber() {
    int number = documentFrequencies.size();
    if (number == FormatV1.TERM_COUNT_MAX) {
      throw new InvalidInputException(
          "distinct terms", number + 1L, "at most " + FormatV1.TERM_COUNT_MAX);
    }
    documentFrequencies.addInt(0);
    return number;
  }
}

package io.siskin.server.suggest;

import io.siskin.index.vector.TermLookup;
import io.siskin.server.search.SearchableSegment;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds terms that begin with some characters. Pure functions.
 *
 * <p>Only {@link #SCANNED_MAX} terms of each segment are looked at. In files these are its most
 * frequent ones, because terms are numbered by their frequency. How many documents have a term is
 * exact in any case, but for deleted documents, which count until they are merged away.
 */
final class TermCompletion {
  /** How many terms of a segment are looked at. */
  static final int SCANNED_MAX = 50_000;

  private TermCompletion() {}

  /**
   * Returns terms that are longer than a beginning that they have, and in how many documents each
   * is.
   *
   * @param beginning their first characters, at least one
   * @param segments the segments of a collection whose vocabulary are tokens
   */
  static Map<String, Long> find(String beginning, List<SearchableSegment> segments) {
    Set<String> terms = new HashSet<>();
    for (SearchableSegment segment : segments) {
      int count = Math.min(SCANNED_MAX, segment.termCount());
      for (int number = 0; number < count; number++) {
        String name = segment.termName(number);
        if (name.length() > beginning.length() && name.startsWith(beginning)) {
          terms.add(name);
        }
      }
    }
    Map<String, Long> frequencies = new TreeMap<>();
    for (String term : terms) {
      long sum = 0;
      for (SearchableSegment segment : segments) {
        int number = segment.terms().numberOfToken(term);
        sum += number == TermLookup.ABSENT ? 0 : segment.terms().documentFrequency(number);
      }
      // A term of documents that the snapshot does not have yet is in none of them.
      if (sum > 0) {
        frequencies.put(term, sum);
      }
    }
    return frequencies;
  }
}

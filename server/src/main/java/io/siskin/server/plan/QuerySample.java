package io.siskin.server.plan;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Makes queries of a segment's own documents, for want of real ones: some terms of a document,
 * drawn evenly, with its weights. The same segment gives the same queries.
 *
 * <p>Not the heaviest terms: they find the document's near copies, which every mode finds. Queries
 * have weak terms too, and the best answers do not have them all ({@code
 * docs/adr/0010-recall-target.md}).
 */
public final class QuerySample {
  // How many terms a query has: the lengths of learned sparse queries, short ones included.
  private static final int TERMS_MIN = 4;
  private static final int TERMS_MAX = 32;

  // Random documents may be empty; after so many draws a query there is nothing to find.
  private static final int DRAWS_PER_QUERY = 4;

  private QuerySample() {}

  /** What the terms of a query weigh. */
  public enum Weights {
    /** What they weigh in the document. */
    AS_IN_DOCUMENT,
    /** All the same, as the words of a text query under BM25. */
    EQUAL
  }

  /**
   * Draws queries.
   *
   * @param segment the segment, retained by the caller
   * @param count how many queries are wanted; fewer come of a segment with few documents
   * @param weights what their terms weigh
   * @return none when the segment has no forward index or fewer than {@link Planner#DOCUMENTS_MIN}
   *     documents
   */
  public static List<SampleQuery> draw(Segment segment, int count, Weights weights) {
    ForwardIndex forward = segment.forward();
    int documents = segment.statistics().documentCount();
    if (forward == null || documents < Planner.DOCUMENTS_MIN) {
      return List.of();
    }
    // Not from the clock: a calibration can be repeated.
    Random random = new Random(documents * 31L + segment.statistics().postingCount());
    ForwardIndex.Cursor cursor = forward.cursor();
    List<SampleQuery> queries = new ArrayList<>();
    for (int draw = 0; draw < DRAWS_PER_QUERY * count && queries.size() < count; draw++) {
      int document = random.nextInt(documents);
      // Evenly over the logarithm: as many from 4 to 11 terms as from 11 to 32.
      double spread = random.nextDouble();
      int terms = (int) Math.round(TERMS_MIN * Math.pow((double) TERMS_MAX / TERMS_MIN, spread));
      cursor.moveTo(document);
      if (cursor.size() > 0) {
        queries.add(new SampleQuery(query(segment, cursor, terms, weights, random), document));
      }
    }
    return queries;
  }

  private static QuantizedQuery query(
      Segment segment, ForwardIndex.Cursor cursor, int termsMax, Weights wanted, Random random) {
    // Chance in the high half, position in the low half: the first ones are drawn evenly.
    long[] keys = new long[cursor.size()];
    int[] terms = new int[keys.length];
    int[] impacts = new int[keys.length];
    for (int i = 0; cursor.next(); i++) {
      keys[i] = ((long) random.nextInt(Integer.MAX_VALUE) << 32) | i;
      terms[i] = cursor.termNumber();
      impacts[i] = cursor.impact();
    }
    Arrays.sort(keys);
    int size = Math.min(keys.length, termsMax);
    float[] weights = new float[size];
    String[] names = new String[size];
    for (int i = 0; i < size; i++) {
      int drawn = (int) keys[i];
      names[i] = segment.terms().name(terms[drawn]);
      weights[i] =
          switch (wanted) {
            case AS_IN_DOCUMENT -> cursor.scale() * impacts[drawn];
            case EQUAL -> 1;
          };
    }
    if (segment.terms().hasTokens()) {
      return QuantizedQuery.of(TokenVector.of(names, weights));
    }
    int[] ids = new int[size];
    for (int i = 0; i < size; i++) {
      ids[i] = Integer.parseUnsignedInt(names[i]);
    }
    return QuantizedQuery.of(TermIdVector.of(ids, weights));
  }
}

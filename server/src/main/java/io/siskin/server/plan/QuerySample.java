package io.siskin.server.plan;

import io.siskin.index.build.Bm25Formula;
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
  // How many terms a query has. A model that expands texts expands queries as it does documents, so
  // the length of an expanded query follows that of the document.
  private static final int EXPANDED_MIN = 4;
  private static final int EXPANDED_MAX = 256;
  private static final int DOCUMENT_SHARE_MIN = 16;
  private static final int DOCUMENT_SHARE_MAX = 2;
  private static final int WORDS_MIN = 3;
  private static final int WORDS_MAX = 16;

  // Random documents may be empty; after so many draws a query there is nothing to find.
  private static final int DRAWS_PER_QUERY = 4;

  private QuerySample() {}

  /** What the queries of a collection look like. */
  public enum Kind {
    /**
     * As a model expands them: a sixteenth to a half of the document's terms, with their weights.
     */
    EXPANDED,
    /** The words of a text: 3 to 16 terms, with their weights. */
    WORDS,
    /** The words of a text under BM25: 3 to 16 terms that weigh their idf. */
    IDF_WORDS,
    /** The words of a text where the documents' weights have the idf: 3 to 16 equal terms. */
    EQUAL_WORDS
  }

  /**
   * Draws queries.
   *
   * @param segment the segment, retained by the caller
   * @param count how many queries are wanted; fewer come of a segment with few documents
   * @param kind what they look like
   * @return none when the segment has no forward index or fewer than {@link Planner#DOCUMENTS_MIN}
   *     documents
   */
  public static List<SampleQuery> draw(Segment segment, int count, Kind kind) {
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
      double spread = random.nextDouble();
      cursor.moveTo(document);
      if (cursor.size() > 0) {
        int terms = length(kind, cursor.size(), spread);
        queries.add(new SampleQuery(query(segment, cursor, terms, kind, random), document));
      }
    }
    return queries;
  }

  /** Spreads lengths evenly over their logarithm: as many from 4 to 8 terms as from 8 to 16. */
  private static int length(Kind kind, int documentTerms, double spread) {
    int min = WORDS_MIN;
    int max = WORDS_MAX;
    if (kind == Kind.EXPANDED) {
      min = Math.clamp(documentTerms / DOCUMENT_SHARE_MIN, EXPANDED_MIN, EXPANDED_MAX);
      max = Math.clamp(documentTerms / DOCUMENT_SHARE_MAX, min, EXPANDED_MAX);
    }
    return (int) Math.round(min * Math.pow((double) max / min, spread));
  }

  private static QuantizedQuery query(
      Segment segment, ForwardIndex.Cursor cursor, int termsMax, Kind kind, Random random) {
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
          switch (kind) {
            case EXPANDED, WORDS -> cursor.scale() * impacts[drawn];
            case IDF_WORDS ->
                (float)
                    Bm25Formula.idf(
                        segment.statistics().documentCount(),
                        segment.terms().documentFrequency(terms[drawn]));
            case EQUAL_WORDS -> 1;
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

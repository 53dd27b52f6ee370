package io.siskin.server.rank.stage;

import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermLookup;
import io.siskin.server.rank.formula.TermFeature;
import io.siskin.server.rank.list.Places;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.search.SearchableSegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The term features of the documents of one list: each document is read once for all of them, or
 * twice if the first of them needs no weights and a later one does. Most of the time goes into the
 * weights. Sums are added in the order of the terms of a segment. Used by one thread for one list.
 */
final class TermTable {
  private final SparseVector query;
  private final Places places;
  private final @Nullable Reader[] readers;
  private final int[] matched;
  private final int[] terms;
  private final double[] weights;
  private final double[] largest;
  private final double[] sums;
  private boolean hasCounts;
  private boolean hasWeights;

  /**
   * Prepares to read the documents of a list.
   *
   * @param query the query
   * @param places where the documents are
   * @param scope has the documents; each segment has a forward index
   */
  TermTable(SparseVector query, Places places, RankedScope scope) {
    int count = places.size();
    this.query = query;
    this.places = places;
    this.matched = new int[count];
    this.terms = new int[count];
    this.weights = new double[count];
    this.largest = new double[count];
    this.sums = new double[count];
    this.readers = new Reader[scope.scope().size()];
    for (int segment : places.segments()) {
      if (readers[segment] == null) {
        readers[segment] = new Reader(scope.scope().segment(segment), query);
      }
    }
  }

  private void read(boolean withWeights) {
    for (int row = 0; row < matched.length; row++) {
      matched[row] = 0;
      terms[row] = 0;
      Reader reader = Objects.requireNonNull(readers[places.segments()[row]]);
      read(reader, places.documents()[row], row, withWeights);
    }
    hasCounts = true;
    hasWeights = withWeights;
  }

  private void read(Reader reader, int document, int row, boolean withWeights) {
    reader.records.moveTo(document);
    int next = 0;
    while (reader.records.next()) {
      int term = reader.records.termNumber();
      double weight = withWeights ? reader.weight() : 0;
      terms[row]++;
      weights[row] += weight;
      while (next < reader.terms.length && reader.terms[next] < term) {
        next++;
      }
      if (next < reader.terms.length && reader.terms[next] == term) {
        double contribution = reader.weights[next] * weight;
        largest[row] = Math.max(largest[row], contribution);
        sums[row] += contribution;
        matched[row]++;
      }
    }
  }

  /**
   * Returns one feature of all documents, in the order of the list.
   *
   * @param feature which one
   */
  double[] values(TermFeature feature) {
    if (!hasCounts || (needsWeights(feature) && !hasWeights)) {
      read(needsWeights(feature));
    }
    double[] values = new double[matched.length];
    for (int row = 0; row < values.length; row++) {
      values[row] =
          switch (feature) {
            case QUERY_TERMS -> query.size();
            case MATCHED_TERMS -> matched[row];
            case MATCHED_SHARE -> query.size() == 0 ? 0 : (double) matched[row] / query.size();
            case DOCUMENT_TERMS -> terms[row];
            case DOCUMENT_WEIGHT -> weights[row];
            case CONTRIBUTION_MAX -> largest[row];
            case CONTRIBUTION_SUM -> sums[row];
            case CONTRIBUTION_MEAN -> matched[row] == 0 ? 0 : sums[row] / matched[row];
          };
    }
    return values;
  }

  private static boolean needsWeights(TermFeature feature) {
    return switch (feature) {
      case QUERY_TERMS, MATCHED_TERMS, MATCHED_SHARE, DOCUMENT_TERMS -> false;
      case DOCUMENT_WEIGHT, CONTRIBUTION_MAX, CONTRIBUTION_SUM, CONTRIBUTION_MEAN -> true;
    };
  }

  /** The terms of the query in one segment, ascending as those of a document are. */
  private static final class Reader {
    private final SearchableSegment.RecordReader records;
    private final int[] terms;
    private final double[] weights;

    Reader(SearchableSegment segment, SparseVector query) {
      SearchableSegment.RecordReader opened = segment.records();
      if (opened == null) {
        throw new IllegalStateException("a segment without a forward index");
      }
      this.records = opened;
      long[] order = new long[query.size()];
      int known = 0;
      for (int i = 0; i < query.size(); i++) {
        int term = segment.terms().number(query, i);
        if (term != TermLookup.ABSENT) {
          order[known++] = (long) term << Integer.SIZE | i;
        }
      }
      Arrays.sort(order, 0, known);
      this.terms = new int[known];
      this.weights = new double[known];
      for (int i = 0; i < known; i++) {
        terms[i] = (int) (order[i] >>> Integer.SIZE);
        weights[i] = query.weight((int) order[i]);
      }
    }

    /** Returns the weight of the current term of the document. */
    double weight() {
      return (double) records.scale() * records.fineImpact() / ResidualLayout.STEPS;
    }
  }
}

package io.siskin.server.rank.stage;

import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermLookup;
import io.siskin.server.rank.formula.TermFeature;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.search.SearchableSegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The term features of the documents of one list: each document is read once for all of them. Sums
 * are added in the order of the terms of a segment. Used by one thread for one list.
 */
final class TermTable {
  private final int queryTerms;
  private final int[] matched;
  private final int[] terms;
  private final double[] weights;
  private final double[] largest;
  private final double[] sums;

  /**
   * Reads the documents of a list.
   *
   * @param query the query
   * @param segments the segment of each document
   * @param documents its number in the segment
   * @param scope has the documents; each segment has a forward index
   */
  TermTable(SparseVector query, int[] segments, int[] documents, RankedScope scope) {
    int count = documents.length;
    this.queryTerms = query.size();
    this.matched = new int[count];
    this.terms = new int[count];
    this.weights = new double[count];
    this.largest = new double[count];
    this.sums = new double[count];
    @Nullable Reader[] readers = new Reader[scope.scope().size()];
    for (int row = 0; row < count; row++) {
      Reader reader = readers[segments[row]];
      if (reader == null) {
        reader = new Reader(scope.scope().segment(segments[row]), query);
        readers[segments[row]] = reader;
      }
      read(reader, documents[row], row);
    }
  }

  private void read(Reader reader, int document, int row) {
    reader.records.moveTo(document);
    int next = 0;
    while (reader.records.next()) {
      int term = reader.records.termNumber();
      double weight =
          (double) reader.records.scale() * reader.records.fineImpact() / ResidualLayout.STEPS;
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
    double[] values = new double[matched.length];
    for (int row = 0; row < values.length; row++) {
      values[row] =
          switch (feature) {
            case QUERY_TERMS -> queryTerms;
            case MATCHED_TERMS -> matched[row];
            case MATCHED_SHARE -> queryTerms == 0 ? 0 : (double) matched[row] / queryTerms;
            case DOCUMENT_TERMS -> terms[row];
            case DOCUMENT_WEIGHT -> weights[row];
            case CONTRIBUTION_MAX -> largest[row];
            case CONTRIBUTION_SUM -> sums[row];
            case CONTRIBUTION_MEAN -> matched[row] == 0 ? 0 : sums[row] / matched[row];
          };
    }
    return values;
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
  }
}

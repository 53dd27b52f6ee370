package io.siskin.server.rank.stage;

import io.siskin.index.dense.DenseQuery;
import io.siskin.index.document.DocumentSet;
import io.siskin.server.rank.list.BestDocuments;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.tree.DenseEffort;
import io.siskin.server.search.GraphSearch;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the documents with the largest dense scores: by the graph of neighbours in each segment
 * that has one, as far as this is expected to be quicker, and by {@link DenseScan} in the others.
 * Used by one thread for one search.
 */
public final class DenseLookup {
  private final DenseFields.VectorScorer scorer;
  private final SearchScope scope;
  private final StageBudget budget;
  private final BestDocuments best;
  private final int limit;
  private final int candidates;

  // By segment: what a scan looks at; null for all.
  private final List<@Nullable DocumentSet> left = new ArrayList<>();

  private long scored;
  private boolean complete = true;

  private DenseLookup(
      DenseFields.VectorScorer scorer,
      DenseEffort effort,
      SearchScope scope,
      int limit,
      StageBudget budget) {
    this.scorer = scorer;
    this.scope = scope;
    this.budget = budget;
    this.best = new BestDocuments(limit);
    this.limit = limit;
    this.candidates = effort.candidates(limit);
  }

  /**
   * Finds documents.
   *
   * @param scorer scores them
   * @param effort how graphs are used
   * @param scope the segments, and the documents of each that may be found
   * @param limit how many documents are kept at most
   * @param budget how long it may take
   */
  public static StageWork find(
      DenseFields.VectorScorer scorer,
      DenseEffort effort,
      SearchScope scope,
      int limit,
      StageBudget budget) {
    DenseQuery query = scorer.prepared();
    if (query == null || effort instanceof DenseEffort.Exact) {
      return DenseScan.scan(scorer, scope, limit, budget);
    }
    return new DenseLookup(scorer, effort, scope, limit, budget).find(query);
  }

  private StageWork find(DenseQuery query) {
    int byGraph = 0;
    for (int segment = 0; complete && segment < scope.size(); segment++) {
      boolean found = find(query, segment);
      byGraph += found ? 1 : 0;
      left.add(
          found
              ? DocumentSet.none(scope.segment(segment).documentCount())
              : scope.accepted(segment));
    }
    if (complete && byGraph < scope.size()) {
      scan(byGraph == 0 ? scope : scope.accepting(left));
    }
    return new StageWork(best.toRanked(), scored, complete);
  }

  /** Searches the graph of a segment. Returns false if the segment is to be scanned. */
  private boolean find(DenseQuery query, int segment) {
    GraphSearch graph =
        scope.segment(segment) instanceof MappedSegment mapped
            ? mapped.graph(scorer.field())
            : null;
    DocumentSet accepted = scope.accepted(segment);
    if (graph == null || !graph.isWorthwhile(accepted, candidates)) {
      return false;
    }
    GraphSearch.Found found = graph.search(query, accepted, limit, candidates, budget::isSpent);
    scored += found.scored();
    if (found.ending() == GraphSearch.Ending.GAVE_UP) {
      return false;
    }
    int base = scope.positions().base(segment);
    int[] documents = found.documents();
    for (int i = 0; i < documents.length; i++) {
      best.offer(scope.positions().position(base + documents[i]), found.scores()[i]);
    }
    complete = found.ending() == GraphSearch.Ending.COMPLETE;
    return true;
  }

  /** Scans what is left. */
  private void scan(SearchScope rest) {
    StageWork scanned = DenseScan.scan(scorer, rest, limit, budget);
    Ranked list = scanned.list();
    for (int i = 0; i < list.size(); i++) {
      best.offer(list.position(i), list.score(i));
    }
    scored += scanned.documentsScored();
    complete = scanned.isComplete();
  }
}

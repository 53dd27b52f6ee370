package io.siskin.server.rank.stage;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchRoute;
import io.siskin.server.search.SearchStats;
import io.siskin.server.search.Searcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Searches the segments of a snapshot by sparse vectors, as a search without a tree does. Keeps
 * what the searches of one tree did. Used by one thread.
 */
public final class LeafSearch {
  private final RankedScope scope;
  private SearchStats stats = SearchStats.NONE;
  private @Nullable SearchMode mode;
  private int unknownTerms;

  /**
   * Prepares to search.
   *
   * @param scope what is searched
   */
  public LeafSearch(RankedScope scope) {
    this.scope = scope;
  }

  /**
   * Runs one search.
   *
   * @param vector the query
   * @param evaluation how to evaluate
   * @param limit how many documents are wanted
   * @param budget how long it may take
   */
  public StageWork search(
      SparseVector vector, Evaluation evaluation, int limit, StageBudget budget) {
    List<SearchRoute> routes =
        scope
            .planner()
            .plan(scope.scope(), planned(evaluation, budget), scope.defaultRecallTarget(), limit);
    Searcher searcher = scope.searchers().take();
    // Not given back when the search fails: its scratch memory may be half used then.
    boolean complete =
        searcher.search(
            scope.scope(),
            QuantizedQuery.of(vector),
            routes,
            limit,
            budget.request(),
            budget.stage());
    int[] positions = new int[searcher.size()];
    double[] scores = new double[positions.length];
    for (int rank = 0; rank < positions.length; rank++) {
      positions[rank] = scope.positions().position(searcher.documentNumber(rank));
      scores[rank] = searcher.score(rank);
    }
    SearchStats done = searcher.stats();
    if (mode == null) {
      mode = scope.planner().representative(routes);
      unknownTerms = searcher.unknownTermCount();
    }
    scope.searchers().giveBack(searcher);
    stats = stats.plus(done);
    return new StageWork(
        Ranked.best(positions, scores, positions.length, limit),
        done.documentsScored(),
        complete && done.budgetExhausted() == 0);
  }

  /** Lets the one mode that can be planned for a time know how much of it is left. */
  private static Evaluation planned(Evaluation evaluation, StageBudget budget) {
    long micros = budget.remainingMicros();
    if (micros > SearchMode.ScoreAtATime.BUDGET_MICROS_MAX) {
      return evaluation;
    }
    long planned = Math.max(SearchMode.ScoreAtATime.BUDGET_MICROS_MIN, micros);
    return switch (evaluation) {
      case Evaluation.CollectionDefault _ -> new Evaluation.CollectionDefault(planned);
      case Evaluation.RecallTarget(float target, long _) ->
          new Evaluation.RecallTarget(target, planned);
      case Evaluation.InMode(SearchMode.ScoreAtATime named) ->
          new Evaluation.InMode(
              named.withBudgetMicros(
                  named.budgetMicros() == 0 ? planned : Math.min(named.budgetMicros(), planned)));
      case Evaluation.InMode _ -> evaluation;
    };
  }

  /** Returns what all searches did. */
  public SearchStats stats() {
    return stats;
  }

  /** Returns how many terms of the first query no segment has. */
  public int unknownTerms() {
    return unknownTerms;
  }

  /** Returns the mode of the first search; null when there was none. */
  public @Nullable SearchMode mode() {
    return mode;
  }
}

package io.siskin.server.search;

import io.siskin.index.error.InvalidInputException;

/**
 * How a query is evaluated: which guarantee its result list carries. Scores are exact in every
 * mode.
 */
public sealed interface SearchMode extends SearchRoute {
  /** Returns the oracle's list, ties included. */
  record Exact() implements SearchMode {}

  /**
   * Returns most of the oracle's list, after Seismic (Bruch et al., SIGIR 2024): over clustered
   * posting lists.
   *
   * @param queryCut how many of the query's heaviest terms have their posting lists visited, 1 to
   *     4096; raising it raises recall and time. The whole query is still used for the scores
   * @param heapFactor a posting block is skipped when its summary's score is below {@code
   *     heapFactor × threshold}, above 0 to 1: raising it prunes more, which lowers recall and time
   * @param firstSorted whether the blocks of the heaviest term's list are visited in descending
   *     order of their summaries' scores; false visits them in stored order: a little more recall,
   *     more time
   */
  record Clustered(int queryCut, float heapFactor, boolean firstSorted) implements SearchMode {
    /** The largest query cut accepted. */
    public static final int QUERY_CUT_MAX = 4096;

    /**
     * What a request gets that names nothing else: recall@10 of 0.97 or more with the default build
     * options, see {@code docs/adr/0006-clustered-lists.md}.
     */
    public static final Clustered DEFAULTS = new Clustered(10, 0.65f, true);

    /** Checks the ranges. */
    public Clustered {
      if (queryCut < 1 || queryCut > QUERY_CUT_MAX) {
        throw new InvalidInputException("query_cut", queryCut, "1 to " + QUERY_CUT_MAX);
      }
      if (!(heapFactor > 0 && heapFactor <= 1)) {
        throw new InvalidInputException("heap_factor", heapFactor, "above 0, at most 1");
      }
    }
  }

  /**
   * Returns most of the oracle's list in a fraction of its time, over impact-ordered posting lists:
   * adds up the postings with large contributions only, takes the documents with the best partial
   * scores as candidates, and scores those exactly.
   *
   * @param postingFloor a posting is added when its contribution reaches {@code postingFloor ×} a
   *     lower bound of the k-th best score, which is estimated from what the index stores; 0 to 1:
   *     raising it lowers time and recall, 0 adds all postings
   * @param candidateFloor a document is scored exactly when its partial score reaches {@code
   *     candidateFloor ×} the k-th best partial score; 0 to 1: raising it lowers time and recall, 0
   *     scores every document that was met
   * @param candidatesMax how many documents are scored exactly at most, those with the best partial
   *     scores; 0 for no limit, else 1 to 2^31 − 1, where less than k counts as k: raising it
   *     raises recall and time
   * @param budgetMicros about how long the evaluation of a collection may take, in microseconds: it
   *     is planned for that time and stopped when that has passed; 0 for no limit, else 10 to
   *     1,000,000: raising it raises recall and time
   */
  record ScoreAtATime(
      float postingFloor, float candidateFloor, int candidatesMax, long budgetMicros)
      implements SearchMode {
    /** The shortest budget accepted, in microseconds. */
    public static final long BUDGET_MICROS_MIN = 10;

    /** The longest budget accepted, in microseconds. */
    public static final long BUDGET_MICROS_MAX = 1_000_000;

    /** What a request gets that names nothing else. */
    public static final ScoreAtATime DEFAULTS = new ScoreAtATime(0.25f, 0.78f, 0, 0);

    /** Checks the ranges. */
    public ScoreAtATime {
      if (!(postingFloor >= 0 && postingFloor <= 1)) {
        throw new InvalidInputException("posting_floor", postingFloor, "0 to 1");
      }
      if (!(candidateFloor >= 0 && candidateFloor <= 1)) {
        throw new InvalidInputException("candidate_floor", candidateFloor, "0 to 1");
      }
      if (candidatesMax < 0) {
        throw new InvalidInputException(
            "candidates_max", candidatesMax, "0 to " + Integer.MAX_VALUE);
      }
      if (budgetMicros != 0
          && (budgetMicros < BUDGET_MICROS_MIN || budgetMicros > BUDGET_MICROS_MAX)) {
        throw new InvalidInputException(
            "budget_micros",
            budgetMicros,
            "0, or " + BUDGET_MICROS_MIN + " to " + BUDGET_MICROS_MAX);
      }
    }

    /**
     * Returns the same mode with another budget.
     *
     * @param newBudgetMicros 0 for no limit, else 10 to 1,000,000 microseconds
     */
    public ScoreAtATime withBudgetMicros(long newBudgetMicros) {
      return newBudgetMicros == budgetMicros
          ? this
          : new ScoreAtATime(postingFloor, candidateFloor, candidatesMax, newBudgetMicros);
    }
  }
}

package io.siskin.server.search;

import io.siskin.index.error.InvalidInputException;

/** How a request wants to be evaluated. */
public sealed interface Evaluation {
  /**
   * As the collection does by default.
   *
   * @param budgetMicros about how long the evaluation may take, 10 to 1,000,000 microseconds; 0 for
   *     as long as it needs
   */
  record CollectionDefault(long budgetMicros) implements Evaluation {
    /** Checks the range. */
    public CollectionDefault {
      checkBudget(budgetMicros);
    }
  }

  /**
   * In one mode, which carries its own parameters and its own budget.
   *
   * @param mode the mode
   */
  record InMode(SearchMode mode) implements Evaluation {}

  /**
   * As quickly as finds a wanted share of the best documents.
   *
   * @param target the share of the true best k that is wanted, on average over queries: above 0, at
   *     most 1; 1 is exact. Raising it raises time
   * @param budgetMicros about how long the evaluation may take, 10 to 1,000,000 microseconds; 0 for
   *     as long as it needs. The budget wins over the target
   */
  record RecallTarget(float target, long budgetMicros) implements Evaluation {
    /** Checks the ranges. */
    public RecallTarget {
      if (!(target > 0 && target <= 1)) {
        throw new InvalidInputException("recall_target", target, "above 0, at most 1");
      }
      checkBudget(budgetMicros);
    }
  }

  /** As the collection does by default, without a budget. */
  Evaluation BY_DEFAULT = new CollectionDefault(0);

  private static void checkBudget(long micros) {
    if (micros != 0
        && (micros < SearchMode.ScoreAtATime.BUDGET_MICROS_MIN
            || micros > SearchMode.ScoreAtATime.BUDGET_MICROS_MAX)) {
      throw new InvalidInputException(
          "time_budget_micros",
          micros,
          SearchMode.ScoreAtATime.BUDGET_MICROS_MIN
              + " to "
              + SearchMode.ScoreAtATime.BUDGET_MICROS_MAX);
    }
  }
}

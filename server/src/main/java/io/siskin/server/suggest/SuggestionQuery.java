package io.siskin.server.suggest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import java.util.List;

/**
 * What is suggested for.
 *
 * @param prefix what the user has typed so far; empty for next queries
 * @param earlier the earlier queries of the session, the latest last
 * @param count how many suggestions are wanted, 1 to 100
 * @param contextWeight how much the earlier queries count, 0 to 1
 * @param withTerms whether terms of the collection are suggested after the queries of the log
 */
public record SuggestionQuery(
    String prefix, List<String> earlier, int count, double contextWeight, boolean withTerms) {
  /** The most suggestions. */
  public static final int COUNT_MAX = 100;

  /** The most earlier queries. */
  public static final int EARLIER_MAX = 32;

  /** Checks the ranges. */
  public SuggestionQuery {
    earlier = List.copyOf(earlier);
    Ranges.check("count", count, 1, COUNT_MAX);
    // NaN is in no range.
    if (!(contextWeight >= 0 && contextWeight <= 1)) {
      throw new InvalidInputException("context_weight", contextWeight, "0 to 1");
    }
    if (earlier.size() > EARLIER_MAX) {
      throw new InvalidInputException(
          "earlier", earlier.size() + " queries", "at most " + EARLIER_MAX + " queries");
    }
  }
}

package io.siskin.server.suggest;

/**
 * One suggestion.
 *
 * @param text what could be asked
 * @param source where it comes from
 * @param score its score among those of the same source
 * @param count how often the query was asked; of a term, how many documents have it
 * @param popularity the part of the score that does not depend on earlier queries, before it is
 *     weighted
 * @param context the part that does
 */
public record Suggestion(
    String text, Source source, double score, long count, double popularity, double context) {
  /** Where a suggestion comes from. */
  public enum Source {
    /** The log of queries. */
    LOG,
    /** The terms of the collection. */
    TERM
  }
}

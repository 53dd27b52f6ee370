package io.siskin.client;

/**
 * What could be asked.
 *
 * @param text the text, in lower case and with single spaces
 * @param isTerm whether it ends with a term of the collection; else it is a query of the log
 * @param score its score among those of the same kind, 0 to 1
 * @param count how often the query was asked, or how many documents have the term
 * @param popularity the part of the score that does not depend on earlier queries
 * @param context the part that does
 */
public record Suggestion(
    String text, boolean isTerm, double score, long count, double popularity, double context) {}

package io.siskin.server.rank.stage;

/**
 * A sentence of a document that is worth reading for a query.
 *
 * @param field the name of the field that has it
 * @param start where it begins in the text of the field, in UTF-16 code units
 * @param end where it ends
 * @param text the sentence
 * @param score the mean of how likely its tokens are needed, 0 to 1
 */
public record ContextSentence(String field, int start, int end, String text, double score) {}

package io.siskin.server.rank.tree;

/**
 * A text whose token vectors are compared with a dense field.
 *
 * @param field the name of the field
 * @param query the text: {@link TokenQuery.OfRequest} or {@link TokenQuery.Text}
 */
public record TokenSearch(String field, TokenQuery query) {}

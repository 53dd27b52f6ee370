package io.siskin.server.rank.tree;

/**
 * What is looked for in which dense field.
 *
 * @param field the name of the field
 * @param target what is looked for
 */
public record DenseSearch(String field, DenseTarget target) {}

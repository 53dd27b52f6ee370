package io.siskin.index.dense;

/**
 * A vector with a key, for a field that stores keys: the vector of a token, and which token it is.
 *
 * @param key an unsigned number of 32 bits, for example the id of a word piece
 * @param values the values; not to be changed
 */
public record KeyedVector(int key, float[] values) {}

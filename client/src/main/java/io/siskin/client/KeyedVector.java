package io.siskin.client;

/**
 * A vector with a key, such as the vector of a token in a text, and which token it is. Only vectors
 * of the same key are compared.
 *
 * @param key an unsigned number of 32 bits, for example the id of a word piece
 * @param values as many numbers as the dense field has dimensions; not copied
 */
public record KeyedVector(int key, float[] values) {}

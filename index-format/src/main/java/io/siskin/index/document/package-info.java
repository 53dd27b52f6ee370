/**
 * Documents beside their vectors: the types and values of their fields, and sets of document
 * numbers.
 *
 * <p>Knows errors and quantised vectors.
 */
@NullMarked
package io.siskin.index.document;

import org.jspecify.annotations.NullMarked;

/**
 * Floats to integers, once for documents and once for queries, with the error that each promises.
 * After this package a score is an integer: sums of products of integers are exact, so the order of
 * summation never matters and every evaluator returns the same score for the same document.
 */
@NullMarked
package io.siskin.index.quantize;

import org.jspecify.annotations.NullMarked;

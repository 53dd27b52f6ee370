/**
 * Turns float weights into integers, with a documented error: those of queries and those of
 * documents. From then on, a sum has only integers, so it is exact and does not depend on the order
 * of summation. So every evaluator returns the same score for the same document.
 */
@NullMarked
package io.siskin.index.quantize;

import org.jspecify.annotations.NullMarked;

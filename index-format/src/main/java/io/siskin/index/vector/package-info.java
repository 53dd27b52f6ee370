/**
 * Sparse vectors from input files, requests and encoders. They are keyed by token or by term id.
 * Their weights are validated only here. This package does not use term numbers, which are local to
 * a segment.
 */
@NullMarked
package io.siskin.index.vector;

import org.jspecify.annotations.NullMarked;

/**
 * Sparse vectors as they come from outside, keyed by token or by term id, and the only place where
 * their weights are validated: input files, requests and encoders all end here. Segment-local term
 * numbers never appear in this package.
 */
@NullMarked
package io.siskin.index.vector;

import org.jspecify.annotations.NullMarked;

/**
 * Inspects an opened segment as a whole. {@link io.siskin.index.inspect.SegmentVerifier} computes
 * every redundant fact again and reports contradictions. {@link
 * io.siskin.index.inspect.SegmentSummary} gives the sizes of all parts. Both read through the
 * accessors of {@code segment}, as a search does. Only the command line uses this package.
 */
@NullMarked
package io.siskin.index.inspect;

import org.jspecify.annotations.NullMarked;

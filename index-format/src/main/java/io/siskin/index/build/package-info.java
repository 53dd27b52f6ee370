/**
 * Documents to files: {@link io.siskin.index.build.SegmentBuilder} and its stages, one class each:
 * spool, number the terms, reorder, quantise and write the forward index and residuals, invert,
 * then the block-max lists, the impact-ordered lists and the clustered lists. The heap holds a
 * constant a document and a constant a term, never the postings. Same input and options, same
 * bytes.
 */
@NullMarked
package io.siskin.index.build;

import org.jspecify.annotations.NullMarked;

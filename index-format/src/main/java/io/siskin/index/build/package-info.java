/**
 * Builds the files of a segment from documents.
 *
 * <p>{@link io.siskin.index.build.SegmentBuilder} is the way in. It runs its stages one after
 * another, and each stage is one class. They spool the documents, number the terms, reorder the
 * documents, quantise the vectors, write the forward index with its residuals, and invert it. Then
 * they write the block-max lists, the impact-ordered lists and the clustered lists.
 *
 * <p>The heap holds a constant number of bytes per document and per term, but never the postings.
 * The same input and the same options always give the same bytes.
 */
@NullMarked
package io.siskin.index.build;

import org.jspecify.annotations.NullMarked;

/**
 * Dense vectors: <em>what is a dense field, and how near is a document to a query?</em> A {@link
 * io.siskin.index.dense.DenseFieldSpec} declares a field, {@link
 * io.siskin.index.dense.DenseVectors} are what one document has of it, and a {@link
 * io.siskin.index.dense.DenseField} is the field in one segment.
 *
 * <p>Invariant: vectors are rounded to their stored form once, when they are written. Everything
 * after that copies bytes, so a score depends on the document alone.
 */
@NullMarked
package io.siskin.index.dense;

import org.jspecify.annotations.NullMarked;

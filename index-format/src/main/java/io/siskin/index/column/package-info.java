/**
 * The declared fields of the documents of one segment, by column: what filters read. A column says
 * which documents have a value in a range, and what the value of a document is.
 *
 * <p>The columns of a mapped segment and those of a segment that still grows have the same
 * interfaces. Knows no file.
 */
@NullMarked
package io.siskin.index.column;

import org.jspecify.annotations.NullMarked;

/**
 * Looks at an opened segment as a whole: {@link io.siskin.index.inspect.SegmentVerifier} derives
 * every redundant fact anew and says what does not agree, {@link
 * io.siskin.index.inspect.SegmentSummary} says how large everything is. Reads through the accessors
 * of {@code segment}, like a search; nothing depends on it but the command line.
 */
@NullMarked
package io.siskin.index.inspect;

import org.jspecify.annotations.NullMarked;

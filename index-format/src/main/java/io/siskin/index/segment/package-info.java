/**
 * Opened segments. The classes read verified files directly from the mapped memory and allocate
 * nothing per posting. {@link io.siskin.index.segment.Segment} is the way in and owns the mapping.
 * All other classes are views of it.
 */
@NullMarked
package io.siskin.index.segment;

import org.jspecify.annotations.NullMarked;

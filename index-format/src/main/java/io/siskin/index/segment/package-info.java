/**
 * Opened segments: verified files turned into accessors that read straight from the mapping,
 * without allocation a posting. {@link io.siskin.index.segment.Segment} is the way in and owns the
 * mapping; everything else is a view of it.
 */
@NullMarked
package io.siskin.index.segment;

import org.jspecify.annotations.NullMarked;

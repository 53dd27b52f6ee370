/**
 * The newest documents: <em>what is not in a file yet?</em> A {@link
 * io.siskin.index.growing.GrowingSegment} takes documents one after another and is searched at the
 * same time. Its memory is off the heap, so its size does not burden the garbage collector.
 *
 * <p>Invariant: one thread writes, and no reader ever waits for it or takes a lock. A reader sees a
 * {@link io.siskin.index.growing.GrowingView} of the first N documents, and nothing of later ones.
 * Impacts, residuals and scales are those that the document was quantised with, so a score stays
 * the same when the segment becomes files.
 */
@NullMarked
package io.siskin.index.growing;

import org.jspecify.annotations.NullMarked;

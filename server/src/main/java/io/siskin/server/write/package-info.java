/**
 * What changes a collection: the way of a write from the request to the segment.
 *
 * <p>A write is encoded, written to the collection's log, and then applied to its growing segment.
 * Growing segments are sealed into files, and neighbouring segments are merged. Each of these steps
 * ends in a new snapshot, which searches take without waiting.
 *
 * <p>Knows the log, the segments and the encoders. Knows no gRPC and evaluates no query.
 */
@NullMarked
package io.siskin.server.write;

import org.jspecify.annotations.NullMarked;

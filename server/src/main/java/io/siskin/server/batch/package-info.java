/**
 * The front end of a {@link io.siskin.server.encode.TextModel}: many callers' texts become padded
 * batches. {@link io.siskin.server.batch.DynamicBatcher} owns the queue, its bound, deadlines,
 * priorities, the joining of equal texts and the cache of encoded queries; the model owns nothing
 * but the mapping of a batch.
 *
 * <p>A text goes through {@code TextQueue}: admitted or refused by {@code Admission}, tokenised,
 * put among texts of like length in the {@code Lane} of its class, taken into a batch, answered.
 * {@code TextQueue} is a monitor without threads, {@code DynamicBatcher} has the threads and calls
 * the model.
 *
 * <p>Goes out to {@code encode}, {@code tally} and the cancellation of {@code search}; knows
 * nothing of collections and gRPC.
 */
@NullMarked
package io.siskin.server.batch;

import org.jspecify.annotations.NullMarked;

/**
 * What was done since the start: counts that only grow, and durations by size. Plain counters of
 * the JDK, for {@code rpc}, {@code retrieve} and {@code batch} to count with and for {@code
 * metrics} to show.
 *
 * <p>Counting takes no lock and allocates nothing; a snapshot reads one counter after another, so
 * that what is counted meanwhile may be in some of its numbers and not in others.
 *
 * <p>Goes out to the statistics of {@code search}; knows no library of metrics and no gRPC.
 */
@NullMarked
package io.siskin.server.counters;

import org.jspecify.annotations.NullMarked;

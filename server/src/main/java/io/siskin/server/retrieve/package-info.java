/**
 * The one place that orders the steps of a search: encode, evaluate over a snapshot's segments,
 * merge, fetch stored fields, explain. Called by {@code rpc} and by the in-process commands; knows
 * nothing of gRPC.
 */
@NullMarked
package io.siskin.server.retrieve;

import org.jspecify.annotations.NullMarked;

/**
 * What is written about calls: a line for each ({@code AccessLog}), the slow searches ({@link
 * io.siskin.server.rpc.observe.SlowQueries}) and spans ({@code CallTraces}). All of it is made of
 * the {@link io.siskin.server.rpc.transport.CallRecord} of a call that has ended, most of it on
 * other threads, and nobody who calls waits for it.
 */
@NullMarked
package io.siskin.server.rpc.observe;

import org.jspecify.annotations.NullMarked;

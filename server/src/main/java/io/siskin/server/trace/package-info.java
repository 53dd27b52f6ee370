/**
 * Traces: which calls are recorded ({@link io.siskin.server.trace.Sampling}), how a request's trace
 * goes with its work ({@link io.siskin.server.trace.RequestTrace}), and how spans are sent.
 *
 * <p>Spans are made when a call has ended, of what was taken down meanwhile. So a search does
 * nothing for a trace but to read the clock, which it does anyway. The only home of OpenTelemetry,
 * whose classes are loaded when traces are on and not before. Knows no other package of the server.
 */
@NullMarked
package io.siskin.server.trace;

import org.jspecify.annotations.NullMarked;

/**
 * What a server does, shown to the one who collects metrics: {@code GET /metrics} in the text
 * formats of Prometheus and OpenMetrics. The names are an API, listed in {@code docs/metrics.md},
 * and a test keeps list and answers equal.
 *
 * <p>Nothing is counted here: a scrape reads the tallies of {@code rpc}, {@code retrieve} and
 * {@code batch} through {@link io.siskin.server.metrics.MetricSources}. The only home of the
 * library that writes the formats, and of the HTTP server.
 */
@NullMarked
package io.siskin.server.metrics;

import org.jspecify.annotations.NullMarked;

package io.siskin.server.config;

import org.jspecify.annotations.Nullable;

/** The listener for metrics. */
public record MetricsConfig(
    @Setting(
            doc =
                "Shows metrics over HTTP on this TCP port, at /metrics in the format of Prometheus;"
                    + " 0 takes any free one. docs/metrics.md lists them.",
            min = 0,
            max = 65_535,
            flags = "--metrics-port")
        @Nullable Integer port,
    @Setting(
            doc =
                "The address to show metrics on; 0.0.0.0 for all interfaces. The metrics show the"
                    + " names of collections and models. Where callers need a key, a scrape needs"
                    + " one too, with the role 'read' for all collections.",
            label = "NAME",
            allowed = "a host name or an address",
            defaultValue = "127.0.0.1",
            flags = "--metrics-host")
        String host) {}

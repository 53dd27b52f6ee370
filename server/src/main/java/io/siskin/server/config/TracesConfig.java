package io.siskin.server.config;

import org.jspecify.annotations.Nullable;

/** What is sent to a collector of traces. */
public record TracesConfig(
    @Setting(
            doc =
                "Whether calls are traced and the traces are sent. No variable of OpenTelemetry"
                    + " changes it.",
            defaultValue = "false")
        boolean enabled,
    @Setting(
            doc =
                "Where the collector takes OTLP over HTTP, with the path, such as"
                    + " http://127.0.0.1:4318/v1/traces.",
            label = "URL",
            allowed = "an http or https address",
            defaultText =
                "what OTEL_EXPORTER_OTLP_ENDPOINT says, or else http://localhost:4318/v1/traces")
        @Nullable String endpoint,
    @Setting(
            doc =
                "Which share of the calls is traced that come without a trace; a call with one is"
                    + " traced when its caller traces it. Raising it raises work and traffic.",
            min = 0,
            max = 1,
            defaultValue = "0.01")
        double sampleRatio,
    @Setting(
            doc = "What the server is called in traces.",
            label = "NAME",
            allowed = "at most 255 characters",
            defaultText = "what OTEL_SERVICE_NAME says, or else siskin")
        @Nullable String serviceName) {}

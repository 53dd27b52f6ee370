package io.siskin.server.config;

/** How the server ends. */
public record ShutdownConfig(
    @Setting(
            doc =
                "How long the server goes on taking calls while its health is NOT_SERVING already:"
                    + " what balancers need to notice.",
            unit = "ms",
            min = 0,
            max = 600_000,
            defaultValue = "0")
        long drainDelayMillis,
    @Setting(
            doc = "How long it then waits for the calls that it has admitted.",
            unit = "ms",
            min = 0,
            max = 3_600_000,
            defaultValue = "30000")
        long graceMillis) {}

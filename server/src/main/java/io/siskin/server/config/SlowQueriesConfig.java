package io.siskin.server.config;

/** The slow searches that are remembered. */
public record SlowQueriesConfig(
    @Setting(
            doc =
                "Searches that take longer are remembered, and one per second is told in the log;"
                    + " 0 for none.",
            unit = "ms",
            min = 0,
            max = 3_600_000,
            defaultValue = "200")
        long limitMillis,
    @Setting(
            doc = "How many slow searches are remembered, the latest ones.",
            min = 1,
            max = 10_000,
            defaultValue = "1000")
        int countMax,
    @Setting(
            doc = "How much memory they may take.",
            unit = "MiB",
            min = 1,
            max = 1_024,
            defaultValue = "8")
        int mibMax,
    @Setting(
            doc =
                "Whether they are remembered with their queries and filters. These are in memory"
                    + " only, and only callers who may read a collection see them.",
            defaultValue = "true")
        boolean queries) {}

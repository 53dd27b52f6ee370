package io.siskin.server.config;

import org.jspecify.annotations.Nullable;

/** How searches share the processor. */
public record SearchConfig(
    @Setting(
            doc =
                "Threads for searches that are not small. More than cores makes searches share"
                    + " them, which lengthens each.",
            min = 1,
            max = 1_024,
            defaultText = "one per core",
            flags = "--search-threads")
        @Nullable Integer threads,
    @Setting(
            doc =
                "How many searches may wait for a thread; one more is refused with"
                    + " RESOURCE_EXHAUSTED. Raising it turns refusals into latency.",
            min = 1,
            max = 1_000_000,
            defaultText = "64 a core",
            flags = "--queue-capacity")
        @Nullable Integer queueCapacity,
    @Setting(
            doc = "Network threads, which also run small searches.",
            min = 1,
            max = 1_024,
            defaultText = "one per core")
        @Nullable Integer networkThreads,
    @Setting(
            doc =
                "The largest estimated work that still runs on a network thread, about a nanosecond"
                    + " per posting; 0 sends every search to the search threads. Raising it saves"
                    + " more searches the way to another thread, about 20 µs, and makes other calls"
                    + " of the same connection wait longer.",
            unit = "postings",
            min = 0,
            max = 1_000_000_000,
            defaultValue = "50000")
        long smallPostingsMax) {}

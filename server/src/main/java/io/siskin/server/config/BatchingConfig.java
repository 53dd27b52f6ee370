package io.siskin.server.config;

/** How texts of many callers are put into batches for a model. */
public record BatchingConfig(
    @Setting(
            doc =
                "How many tokens a batch of texts may have after padding; one text of the model's"
                    + " full length always fits. Raising it raises throughput where the hardware"
                    + " has room, and memory.",
            unit = "tokens",
            min = 1,
            max = 1 << 24,
            defaultValue = "16384",
            flags = "--batch-tokens")
        int tokensMax,
    @Setting(
            doc =
                "How many texts a batch may have. Raising it helps where texts are short and the"
                    + " hardware has room.",
            unit = "texts",
            min = 1,
            max = 4_096,
            defaultValue = "256",
            flags = "--batch-texts")
        int textsMax,
    @Setting(
            doc =
                "About how long a batch may take by the measured rate: what a query may have to"
                    + " wait for a batch of documents. Raising it raises throughput a little.",
            unit = "ms",
            min = 1,
            max = 3_600_000,
            defaultValue = "100",
            flags = "--batch-millis")
        int millisMax,
    @Setting(
            doc =
                "How long an incomplete batch waits for more texts. Raising it makes fuller batches"
                    + " and a lightly loaded server slower.",
            unit = "µs",
            min = 0,
            max = 1_000_000,
            defaultValue = "0",
            flags = "--batch-delay-micros")
        int delayMicrosMax,
    @Setting(
            doc =
                "Batches of one model that are computed at a time. Raising it helps GPUs that"
                    + " overlap them; a processor is used by one.",
            min = 1,
            max = 64,
            defaultValue = "1",
            flags = "--batch-workers")
        int workers,
    @Setting(
            doc =
                "Threads that cut texts into tokens for one model; one does some 10,000 short texts"
                    + " a second. Of several, one is kept for short interactive texts.",
            min = 1,
            max = 64,
            defaultValue = "2",
            flags = "--tokenizer-threads")
        int tokenizerThreads,
    @Setting(
            doc =
                "How many texts may wait for one model, documents at most half of them; more are"
                    + " refused with RESOURCE_EXHAUSTED. Raising it turns refusals into latency.",
            unit = "texts",
            min = 2,
            max = 1 << 20,
            defaultValue = "2048",
            flags = "--encoder-queue")
        int queueCapacity,
    @Setting(
            doc =
                "Memory for encoded queries; a query takes some kilobytes. Raising it spares the"
                    + " model more repeated queries.",
            unit = "MiB",
            min = 0,
            max = 1 << 20,
            defaultValue = "64",
            flags = "--encoder-cache-mib")
        int cacheMib) {}

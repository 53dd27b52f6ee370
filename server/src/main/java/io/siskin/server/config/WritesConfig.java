package io.siskin.server.config;

/** How much memory and time the writes of one collection may take. */
public record WritesConfig(
    @Setting(
            doc =
                "About how much memory writes may take that wait; more are refused with"
                    + " RESOURCE_EXHAUSTED. Raising it turns refusals into waiting.",
            unit = "MiB",
            min = 1,
            max = 65_536,
            defaultValue = "64")
        int queueMibMax,
    @Setting(
            doc =
                "After how many documents a growing segment is sealed into files. Raising it makes"
                    + " fewer, larger segments, and searches of growing ones slower.",
            unit = "documents",
            min = 1,
            max = 32_768,
            defaultValue = "32768")
        int growingDocumentsMax,
    @Setting(
            doc =
                "After how much memory a growing segment is sealed. A collection may have three of"
                    + " them for a while.",
            unit = "MiB",
            min = 1,
            max = 65_536,
            defaultValue = "256")
        int growingMibMax,
    @Setting(
            doc = "How long after its first document a growing segment is sealed.",
            unit = "s",
            min = 1,
            max = 86_400,
            defaultValue = "600")
        int growingSecondsMax,
    @Setting(
            doc =
                "How long after its last write a collection is given back, so that another process"
                    + " may write it.",
            unit = "s",
            min = 1,
            max = 86_400,
            defaultValue = "30")
        int idleSecondsMax) {}

package io.siskin.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The line that is written for each call. */
public record AccessLogConfig(
    @Setting(
            doc =
                "The file that has a line of JSON for each call, in a folder that exists; - for"
                    + " standard output. A line has no text of a query unless that is asked for."
                    + " Nobody waits for the file: lines that do not fit are lost and counted.",
            label = "FILE",
            defaultText = "no lines")
        @Nullable Path path,
    @Setting(
            doc = "How long the file may become before a new one is begun.",
            unit = "MiB",
            min = 1,
            max = 1 << 20,
            defaultValue = "100")
        int fileMibMax,
    @Setting(
            doc = "How many files are kept, the one that is written included.",
            min = 1,
            max = 100,
            defaultValue = "10")
        int fileCountMax,
    @Setting(doc = "Whether lines have the texts that were searched for.", defaultValue = "false")
        boolean queries,
    @Setting(
            doc =
                "How many lines may wait to be written. Raising it takes more memory and loses"
                    + " fewer lines when the disk is slow.",
            min = 16,
            max = 1 << 20,
            defaultValue = "8192")
        int queueCapacity) {}

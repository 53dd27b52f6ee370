package io.siskin.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The data directory, and how its files are read. */
public record DataConfig(
    @Setting(
            doc = "The data directory. An empty one is served too: collections may come later.",
            label = "DIR",
            allowed = "a folder that exists",
            defaultText = "none; it must be given",
            flags = {"-d", "--data"})
        @Nullable Path dir,
    @Setting(
            doc =
                "What is read before a collection is used: full (every byte's checksum, about 1 s"
                    + " per 5 GB) or structure (headers only: a quick start for data you trust).",
            label = "HOW",
            defaultValue = "full",
            flags = "--verify")
        Verify verify,
    @Setting(
            doc =
                "What is done with the files of a collection before it serves: touch brings all of"
                    + " them into memory, so that no first search waits for the disk or for page"
                    + " tables; none leaves it to the first searches, for a quick start or for"
                    + " collections that do not fit into memory.",
            label = "WHAT",
            defaultText = "touch when verify is full, which reads the files anyway; else none",
            flags = "--preload")
        @Nullable Preloading preload,
    @Setting(
            doc =
                "How fast all files are read again in the background to verify their checksums; 0"
                    + " for never. It finds damage that no search meets. Raising it finds damage"
                    + " sooner and takes more of the disk and of one core.",
            unit = "MiB/s",
            min = 0,
            max = 10_000,
            defaultValue = "4",
            flags = "--scrub-mib-per-second")
        int scrubMibPerSecond,
    @Setting(
            doc =
                "About how long each collection is searched before it serves. Raising it makes the"
                    + " first answers faster and the start slower.",
            unit = "ms",
            min = 0,
            max = 600_000,
            defaultValue = "500",
            flags = "--warmup-millis")
        long warmupMillis) {
  /** What is read of a file before it is used. */
  public enum Verify {
    /** Every byte. */
    FULL,
    /** Headers only. */
    STRUCTURE
  }

  /** What is done with files before their collection serves. */
  public enum Preloading {
    /** All pages are brought into memory. */
    TOUCH,
    /** Nothing. */
    NONE
  }
}

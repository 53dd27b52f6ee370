package io.siskin.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where encodings are kept over a restart. */
public record EncodingsConfig(
    @Setting(
            doc =
                "Disk for encodings of queries and documents, which need no model when the same"
                    + " text comes again, also after a restart; 0 for none, else at least 16. A"
                    + " document takes about 2 KiB. When it is full, the older half is given up."
                    + " Nothing is written unless a model encodes text.",
            unit = "MiB",
            min = 0,
            max = 1 << 20,
            defaultValue = "512",
            flags = "--encoder-store-mib")
        int storeMib,
    @Setting(
            doc =
                "The folder for these encodings, made when missing. One process uses it at a time;"
                    + " another one says so and works without.",
            label = "DIR",
            defaultText = ".encodings in the data directory",
            flags = "--encoder-store-dir")
        @Nullable Path storeDir) {
  /** The settings that this record declares, as they are in {@link ServerConfig}. */
  public static final SettingsTree<EncodingsConfig> TREE =
      SettingsTree.of(EncodingsConfig.class, "encodings");
}

package io.siskin.server.app.flags;

import io.siskin.index.error.Ranges;
import io.siskin.server.app.process.Version;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.batch.persistent.ChronicleEncodingStore;
import io.siskin.server.collection.DataDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where encodings are kept over a restart. */
public final class EncodingStoreFlags {
  private static final int MEBIBYTE_BITS = 20;
  private static final int MEBIBYTES_MIN = (int) (ChronicleEncodingStore.BYTES_MAX_MIN >> 20);
  private static final int MEBIBYTES_MAX = 1 << 20;

  @Option(
      names = "--encoder-store-mib",
      paramLabel = "N",
      defaultValue = "512",
      description =
          "Disk for encodings of queries and documents, which need no model when the same text"
              + " comes again, also after a restart: 16 to 1048576 MiB, or 0 for none. A document"
              + " takes about 2 KiB. When it is full, the older half is given up. Nothing is"
              + " written unless a model encodes text. Default: ${DEFAULT-VALUE}.")
  private int mebibytes;

  @Option(
      names = "--encoder-store-dir",
      paramLabel = "DIR",
      description =
          "The folder for these encodings, made when missing. One process uses it at a time;"
              + " another one says so and works without. Default: .encodings in the data"
              + " directory.")
  private @Nullable Path directory;

  /**
   * Prepares the store of a process. It is opened when a model is open, and not before it is
   * permitted.
   *
   * @param data the data directory
   * @return the store, which the caller closes
   * @throws io.siskin.index.error.InvalidInputException when an option is outside its range
   */
  public StoredEncodings of(DataDirectory data) {
    if (mebibytes == 0) {
      return StoredEncodings.none();
    }
    Ranges.check("--encoder-store-mib", mebibytes, MEBIBYTES_MIN, MEBIBYTES_MAX);
    Path folder = directory == null ? data.encodingsDirectory() : directory;
    long bytesMax = (long) mebibytes << MEBIBYTE_BITS;
    return StoredEncodings.of(
        () -> ChronicleEncodingStore.open(folder, bytesMax, Version.number()), bytesMax);
  }
}

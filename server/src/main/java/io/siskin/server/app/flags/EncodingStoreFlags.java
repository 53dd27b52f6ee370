package io.siskin.server.app.flags;

import io.siskin.index.error.Ranges;
import io.siskin.server.app.process.Version;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.batch.persistent.ChronicleEncodingStore;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.config.EncodingsConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The options that say where encodings are kept over a restart, for commands without a server. */
@Command
public final class EncodingStoreFlags {
  private static final int MEBIBYTE_BITS = 20;
  private static final int MEBIBYTES_MIN = (int) (ChronicleEncodingStore.BYTES_MAX_MIN >> 20);
  private static final int MEBIBYTES_MAX = 1 << 20;

  private final ConfigFlags flags = new ConfigFlags(EncodingsConfig.TREE);
  private @Nullable CommandSpec command;

  /**
   * Adds the options to a command.
   *
   * @param mixee the command
   */
  @Spec(Spec.Target.MIXEE)
  public void addTo(CommandSpec mixee) {
    command = mixee;
    flags.addTo(mixee);
  }

  /**
   * Prepares the store of a process, see the other method of this name.
   *
   * @param data the data directory
   * @throws io.siskin.index.error.InvalidInputException when an option is outside its range
   */
  public StoredEncodings of(DataDirectory data) {
    if (command == null) {
      throw new IllegalStateException("these options belong to no command");
    }
    return of(EncodingsConfig.TREE.make(flags.given(command)), data);
  }

  /**
   * Prepares the store of a process. It is opened when a model is open, and not before it is
   * permitted.
   *
   * @param config where it is and how large
   * @param data the data directory
   * @return the store, which the caller closes
   * @throws io.siskin.index.error.InvalidInputException when it is too small
   */
  public static StoredEncodings of(EncodingsConfig config, DataDirectory data) {
    if (config.storeMib() == 0) {
      return StoredEncodings.none();
    }
    Ranges.check("encodings.store_mib", config.storeMib(), MEBIBYTES_MIN, MEBIBYTES_MAX);
    Path folder = config.storeDir() == null ? data.encodingsDirectory() : config.storeDir();
    long bytesMax = (long) config.storeMib() << MEBIBYTE_BITS;
    return StoredEncodings.of(
        () -> ChronicleEncodingStore.open(folder, bytesMax, Version.number()), bytesMax);
  }
}

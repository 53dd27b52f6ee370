package io.siskin.server.write;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.Aliases;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.ModelStore;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Makes a collection of the folder of a snapshot, which may come from another data directory. It
 * asks no server. A server that serves the data directory finds the new collection by itself.
 *
 * <p>Stateless.
 */
public final class SnapshotImport {
  private SnapshotImport() {}

  /**
   * Makes a collection. All files of the snapshot are verified first, and then copied.
   *
   * @param data the data directory, which is made when it is missing
   * @param snapshot the snapshot's folder, {@code DIR/COLLECTION/snapshots/SNAPSHOT} or a copy of
   *     it
   * @param newCollection the name of the new collection, which must be free
   * @param models opens the models that its encoders need
   * @throws InvalidInputException when the folder is not that of a snapshot, when the name is none,
   *     or when a model is missing
   * @throws NameTakenException when a collection or an alias has the name
   * @throws io.siskin.index.error.CorruptSegmentException when a file is damaged or missing
   * @throws io.siskin.index.error.UnsupportedFormatException when a file is of a newer version
   * @throws DataDirectory.LockedException when another process makes a collection of the name
   */
  public static void run(DataDirectory data, Path snapshot, String newCollection, TextModels models)
      throws IOException {
    DataDirectory.checkName("name", newCollection);
    checkFolder(snapshot);
    Files.createDirectories(data.root());
    if (Aliases.read(data.root()).collections().containsKey(newCollection)) {
      throw new NameTakenException("alias", newCollection);
    }
    if (data.collections().contains(newCollection)) {
      throw new NameTakenException("collection", newCollection);
    }
    requireModels(data, snapshot);
    // Removes what a killed creation has left under the name.
    data.openForWriting(newCollection).close();
    SnapshotStore.copy(data, snapshot, newCollection, models);
  }

  private static void checkFolder(Path snapshot) throws IOException {
    String allowed = "the folder of a snapshot, DIR/COLLECTION/snapshots/SNAPSHOT, or a copy of it";
    if (!Files.isRegularFile(snapshot.resolve(CollectionManifest.FILE_NAME))) {
      throw new InvalidInputException("snapshot", snapshot, allowed);
    }
    try (Stream<Path> inside = Files.list(snapshot)) {
      if (inside.anyMatch(DataDirectory::isLog)) {
        throw new InvalidInputException(
            "snapshot",
            snapshot + ", which has a log, and with it writes that are in no segment",
            allowed + "; siskin snapshot create makes one");
      }
    }
  }

  private static void requireModels(DataDirectory data, Path snapshot) throws IOException {
    for (ModelRef model : CollectionManifest.read(snapshot).models(snapshot)) {
      Path folder = ModelStore.of(data).path(model);
      if (!Files.isDirectory(folder)) {
        throw new InvalidInputException(
            "snapshot",
            "of a collection with the model " + model.name() + ", which is not there",
            "a model of this data directory: copy its folder to " + folder);
      }
    }
  }
}

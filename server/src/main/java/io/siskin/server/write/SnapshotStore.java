package io.siskin.server.write;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.store.Publication;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.LogState;
import io.siskin.server.collection.ModelStore;
import io.siskin.server.collection.Pipelines;
import io.siskin.server.collection.QueryLogFile;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.write.CollectionChanges.KeptSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Snapshots of collections that are kept under names. A snapshot is a folder of hard links to the
 * files of a collection, with a manifest of its own. So it costs nothing until the collection
 * removes these files. Files are never changed in place, so neither side sees the other's changes.
 *
 * <p>Stateless. The one who calls it has the right to write the collection.
 */
final class SnapshotStore {
  private static final String KEEPING = ".building-";

  /** How many snapshots a collection has at most: each keeps files from being removed. */
  static final int COUNT_MAX = 1_000;

  private SnapshotStore() {}

  /**
   * Keeps a collection. All of its documents are in the segments that its manifest names.
   *
   * @param directory the collection's folder
   * @param manifest its manifest
   * @param name the snapshot's name
   * @throws NameTakenException when there is one of the name
   * @throws InvalidInputException when there are too many
   */
  static KeptSnapshot create(Path directory, CollectionManifest manifest, String name)
      throws IOException {
    Path target = DataDirectory.snapshotDirectory(directory, name);
    if (Files.exists(target)) {
      throw new NameTakenException("snapshot", name);
    }
    AtomicFile.createDirectory(DataDirectory.snapshotsDirectory(directory));
    int count = folders(directory).size();
    if (count >= COUNT_MAX) {
      throw new InvalidInputException(
          "snapshots of the collection",
          count + " already",
          "at most " + COUNT_MAX + ", so that one must be deleted first");
    }
    Path folder = Publication.createDirectory(target.resolveSibling("."), KEEPING);
    try {
      transfer(directory, manifest, folder, SnapshotStore::linkFile);
      manifest.write(folder);
      Publication.publishDirectory(folder, target);
    } catch (UncheckedIOException unreadable) {
      throw unreadable.getCause();
    } finally {
      Publication.deleteDirectory(folder);
    }
    return describe(target, manifest.name());
  }

  /** Brings everything that a manifest needs into another folder, durably. */
  private static void transfer(Path from, CollectionManifest manifest, Path to, Transfer transfer)
      throws IOException {
    for (SegmentEntry entry : manifest.segments()) {
      Path segment = DataDirectory.segmentDirectory(to, entry.id());
      transferFolder(DataDirectory.segmentDirectory(from, entry.id()), segment, transfer);
      if (entry.deletesGeneration() > 0) {
        transfer.apply(
            DataDirectory.deletesFile(from, entry.id(), entry.deletesGeneration()),
            DataDirectory.deletesFile(to, entry.id(), entry.deletesGeneration()));
      }
      Path calibration = DataDirectory.calibrationFile(from, entry.id());
      if (Files.exists(calibration)) {
        transfer.apply(calibration, DataDirectory.calibrationFile(to, entry.id()));
      }
    }
    for (String name : List.of(Pipelines.FILE_NAME, QueryLogFile.NAME)) {
      if (Files.exists(from.resolve(name))) {
        transfer.apply(from.resolve(name), to.resolve(name));
      }
    }
    Path encoder = DataDirectory.encoderDirectory(from);
    if (Files.isDirectory(encoder)) {
      transferFolder(encoder, DataDirectory.encoderDirectory(to), transfer);
    }
    try (Stream<Path> all = Files.walk(to)) {
      for (Path folder : all.filter(Files::isDirectory).toList()) {
        AtomicFile.forceDirectory(folder);
      }
    }
  }

  private static void transferFolder(Path from, Path to, Transfer transfer) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        transfer.apply(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void linkFile(Path from, Path to) throws IOException {
    Files.createDirectories(to.resolveSibling("."));
    try {
      Files.createLink(to, from);
    } catch (UnsupportedOperationException | FileAlreadyExistsException notLinked) {
      AtomicFile.copy(from, to);
    }
  }

  private static void copyFile(Path from, Path to) throws IOException {
    Files.createDirectories(to.resolveSibling("."));
    AtomicFile.copy(from, to);
  }

  /** Brings a file to another folder. */
  @FunctionalInterface
  private interface Transfer {
    void apply(Path from, Path to) throws IOException;
  }

  /**
   * Lists the snapshots of a collection, the oldest first.
   *
   * @param directory the collection's folder
   * @param collection its name
   */
  static List<KeptSnapshot> list(Path directory, String collection) throws IOException {
    List<KeptSnapshot> found = new ArrayList<>();
    for (Path snapshot : folders(directory)) {
      try {
        found.add(describe(snapshot, collection));
      } catch (NoSuchFileException gone) {
        // It is deleted at the same time.
      }
    }
    found.sort(Comparator.comparing(KeptSnapshot::created).thenComparing(KeptSnapshot::name));
    return found;
  }

  private static List<Path> folders(Path directory) throws IOException {
    Path folder = DataDirectory.snapshotsDirectory(directory);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(each -> DataDirectory.isName(String.valueOf(each.getFileName()))).toList();
    }
  }

  private static KeptSnapshot describe(Path folder, String collection) throws IOException {
    CollectionManifest manifest = CollectionManifest.read(folder);
    Instant created =
        Files.getLastModifiedTime(folder.resolve(CollectionManifest.FILE_NAME)).toInstant();
    long length = manifest.segments().stream().mapToLong(SegmentEntry::lengthBytes).sum();
    return new KeptSnapshot(
        String.valueOf(folder.getFileName()), collection, created, manifest.liveCount(), length);
  }

  /**
   * Removes a snapshot. Files that the collection still has stay.
   *
   * @param directory the collection's folder
   * @param collection its name
   * @param name the snapshot's name
   * @throws SnapshotNotFoundException when there is none
   */
  static void delete(Path directory, String collection, String name) throws IOException {
    Path folder = existing(directory, collection, name);
    // Under another name first, so that half of a snapshot is never listed.
    Path removed = Publication.temporaryPath(folder.resolveSibling("."), KEEPING);
    try {
      Files.move(folder, removed);
    } catch (NoSuchFileException gone) {
      // Another request was quicker.
      throw new SnapshotNotFoundException(collection, name, List.of());
    }
    AtomicFile.forceDirectory(folder.resolveSibling("."));
    Publication.deleteDirectory(removed);
  }

  private static Path existing(Path directory, String collection, String name) throws IOException {
    Path folder = DataDirectory.snapshotDirectory(directory, name);
    if (!Files.exists(folder.resolve(CollectionManifest.FILE_NAME))) {
      throw new SnapshotNotFoundException(
          collection, name, list(directory, collection).stream().map(KeptSnapshot::name).toList());
    }
    return folder;
  }

  /**
   * Makes a collection of a snapshot. All files are verified first.
   *
   * @param data the data directory
   * @param directory the folder of the collection that it was made of
   * @param collection the name of that collection
   * @param name the snapshot's name
   * @param newCollection the name of the new collection, which is free
   * @param models opens the models that its encoders need
   * @throws SnapshotNotFoundException when there is no such snapshot
   * @throws NameTakenException when the new name is taken
   * @throws CorruptSegmentException when a file is damaged or missing
   * @throws io.siskin.index.error.UnsupportedFormatException when a file is of a newer version
   */
  static void restore(
      DataDirectory data,
      Path directory,
      String collection,
      String name,
      String newCollection,
      TextModels models)
      throws IOException {
    try {
      restore(
          data,
          existing(directory, collection, name),
          newCollection,
          models,
          SnapshotStore::linkFile);
    } catch (NoSuchFileException gone) {
      throw new SnapshotNotFoundException(collection, name, List.of());
    }
  }

  /**
   * Makes a collection of a copy of a snapshot, whose folder may lie anywhere. All files are
   * verified first. They are copied, because nobody knows what becomes of the folder.
   *
   * @param data the data directory
   * @param snapshot the snapshot's folder
   * @param newCollection the name of the new collection, which is free
   * @param models opens the models that its encoders need
   * @throws NameTakenException when the new name is taken
   * @throws CorruptSegmentException when a file is damaged or missing
   * @throws io.siskin.index.error.UnsupportedFormatException when a file is of a newer version
   */
  static void copy(DataDirectory data, Path snapshot, String newCollection, TextModels models)
      throws IOException {
    restore(data, snapshot, newCollection, models, SnapshotStore::copyFile);
  }

  private static void restore(
      DataDirectory data, Path snapshot, String newCollection, TextModels models, Transfer transfer)
      throws IOException {
    Path target = data.collectionDirectory(newCollection);
    if (Files.exists(target.resolve(CollectionManifest.FILE_NAME))) {
      throw new NameTakenException("collection", newCollection);
    }
    CollectionManifest manifest = CollectionManifest.read(snapshot);
    verify(data, snapshot, manifest, models);
    Path folder = data.newRestoreDirectory();
    try {
      transfer(snapshot, manifest, folder, transfer);
      LogState log = manifest.log();
      manifest
          .named(newCollection)
          .next(new LogState(log.epoch() + 1, 0, log.lastPosition()), manifest.segments())
          .write(folder);
      Publication.publishDirectory(folder, target);
    } catch (NoSuchFileException missing) {
      throw whatIsMissing(snapshot, missing);
    } finally {
      Publication.deleteDirectory(folder);
    }
  }

  private static void verify(
      DataDirectory data, Path snapshot, CollectionManifest manifest, TextModels models)
      throws IOException {
    try {
      Pipelines.read(snapshot);
      QueryLogFile.read(snapshot);
      CollectionSnapshot.open(snapshot, manifest, Verification.FULL, withRootOf(data, models))
          .release();
    } catch (NoSuchFileException missing) {
      throw whatIsMissing(snapshot, missing);
    }
  }

  /** While the snapshot itself is there, a missing file of it is damage. */
  private static IOException whatIsMissing(Path snapshot, NoSuchFileException missing) {
    return Files.exists(snapshot.resolve(CollectionManifest.FILE_NAME))
        ? new CorruptSegmentException(missing.getFile(), 0, "a file of the snapshot", "no file")
        : missing;
  }

  /** A snapshot's folder lies deeper than a collection's, but the models are in one place. */
  private static TextModels withRootOf(DataDirectory data, TextModels models) {
    return (_, ref) -> models.open(ModelStore.of(data).path(ref), ref);
  }
}

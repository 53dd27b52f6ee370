package io.siskin.server.collection;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.file.BoundedFile;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Publication;
import io.siskin.index.store.Verification;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.CalibrationJson;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that holds collections, one folder each:
 *
 * <pre>
 * DIR/NAME/collection.json          the manifest; without it there is no collection
 * DIR/NAME/pipelines.json           ranking trees that are stored with it, see {@link Pipelines}
 * DIR/NAME/query-log.json           queries that were asked, see {@link QueryLogFile}
 * DIR/NAME/segments/ID/…            the segments that it names
 * DIR/NAME/deletes/ID-GENERATION.del  which documents of a segment are deleted
 * DIR/NAME/log-EPOCH/…              the log of writes that are not in segments yet
 * DIR/NAME/snapshots/SNAPSHOT/…     the collection as it was, kept under a name
 * DIR/NAME/encoder/…                the files that its encoder needs
 * DIR/NAME/calibration/ID.json      what was measured on a segment; may be missing
 * DIR/NAME/.building-…              a build under way, or the rest of one that was killed
 * DIR/NAME/.encoded-…               vectors of a build that was stopped, for the next one
 * DIR/NAME/.lock                    held by the process that writes
 * DIR/.models/NAME-DIGITS/…         the models that collections name, see {@link ModelStore}
 * DIR/.dropped-…                    the rest of a collection that is being removed
 * DIR/.restoring-…                  a collection that is being made of a snapshot
 * DIR/aliases.json                  further names of collections, see {@link Aliases}
 * DIR/.server-lock                  held by the process that serves, see {@link ServerLock}
 * DIR/.encodings/…                  what models made of texts; may be deleted while nobody uses it
 * </pre>
 *
 * @param root the folder
 */
public record DataDirectory(Path root) {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
  private static final String BUILDING = ".building-";
  private static final String DROPPED = ".dropped-";
  private static final String RESTORING = ".restoring-";
  private static final String DELETES = "deletes";
  private static final String LOG_PREFIX = "log-";
  // Thirty times what the largest one needs that is written.
  private static final int CALIBRATION_LENGTH_BYTES_MAX = 4 << 20;

  /** What the names of files begin with that an unfinished build leaves for the next one. */
  public static final String JOURNAL_PREFIX = ".encoded-";

  /** What the name of a collection may be, in words. */
  public static final String NAME_RULE =
      "1 to 128 letters, digits, '_', '.' or '-', not starting with '.' or '-', and not"
          + " aliases.json";

  /**
   * Checks a collection's name.
   *
   * @param name the name
   * @throws InvalidInputException when it is not 1 to 128 letters, digits, {@code _ . -}, not
   *     starting with . or -
   */
  public static void checkName(String name) {
    checkName("collection", name);
  }

  /**
   * Checks a collection's name.
   *
   * @param field what the caller calls the name, for the message
   * @param name the name
   * @throws InvalidInputException as {@link #checkName(String)}
   */
  public static void checkName(String field, String name) {
    if (!isName(name)) {
      throw new InvalidInputException(field, name.isEmpty() ? "empty" : name, NAME_RULE);
    }
  }

  /**
   * Tells whether a collection may have a name.
   *
   * @param name the name
   */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches() && !name.equals(Aliases.FILE_NAME);
  }

  /** Returns the folder for stored encodings, which may be missing. */
  public Path encodingsDirectory() {
    return root.resolve(".encodings");
  }

  /** Returns the names of all collections, sorted; none when the folder is missing. */
  public List<String> collections() throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve(CollectionManifest.FILE_NAME)))
          .map(folder -> String.valueOf(folder.getFileName()))
          .filter(DataDirectory::isName)
          .sorted()
          .toList();
    }
  }

  /**
   * Returns the folder of a collection, which may be missing.
   *
   * @param name the collection's name
   */
  public Path collectionDirectory(String name) {
    checkName(name);
    return root.resolve(name);
  }

  /**
   * Returns the folder of a segment.
   *
   * @param collectionDirectory the collection's folder
   * @param segmentId the segment's id
   */
  public static Path segmentDirectory(Path collectionDirectory, String segmentId) {
    return collectionDirectory.resolve("segments").resolve(segmentId);
  }

  /**
   * Returns the file that says what of a segment is deleted.
   *
   * @param collectionDirectory the collection's folder
   * @param segmentId the segment's id
   * @param generation the generation of the commit that wrote it, from 1
   */
  public static Path deletesFile(Path collectionDirectory, String segmentId, long generation) {
    return deletesDirectory(collectionDirectory).resolve(segmentId + "-" + generation + ".del");
  }

  /**
   * Returns the folder of the files that say what is deleted, which may be missing.
   *
   * @param collectionDirectory the collection's folder
   */
  public static Path deletesDirectory(Path collectionDirectory) {
    return collectionDirectory.resolve(DELETES);
  }

  /**
   * Returns the folder of a collection's log, which may be missing.
   *
   * @param collectionDirectory the collection's folder
   * @param epoch which log it is, see {@link LogState#epoch}
   */
  public static Path logDirectory(Path collectionDirectory, long epoch) {
    return collectionDirectory.resolve(LOG_PREFIX + epoch);
  }

  /**
   * Returns whether something in a collection's folder is a log.
   *
   * @param path what is in the folder
   */
  public static boolean isLog(Path path) {
    return String.valueOf(path.getFileName()).startsWith(LOG_PREFIX);
  }

  /**
   * Returns the folder of a snapshot, which may be missing.
   *
   * @param collectionDirectory the collection's folder
   * @param snapshot the snapshot's name
   */
  public static Path snapshotDirectory(Path collectionDirectory, String snapshot) {
    checkName("snapshot", snapshot);
    return snapshotsDirectory(collectionDirectory).resolve(snapshot);
  }

  /**
   * Returns the folder that holds a collection's snapshots, which may be missing.
   *
   * @param collectionDirectory the collection's folder
   */
  public static Path snapshotsDirectory(Path collectionDirectory) {
    return collectionDirectory.resolve("snapshots");
  }

  /**
   * Returns the folder of the files that a collection's encoder needs.
   *
   * @param collectionDirectory the collection's folder
   */
  public static Path encoderDirectory(Path collectionDirectory) {
    return collectionDirectory.resolve("encoder");
  }

  /**
   * Returns the file of a segment's calibration, which may be missing.
   *
   * @param collectionDirectory the collection's folder
   * @param segmentId the segment's id
   */
  public static Path calibrationFile(Path collectionDirectory, String segmentId) {
    return calibrationDirectory(collectionDirectory).resolve(segmentId + ".json");
  }

  private static Path calibrationDirectory(Path collectionDirectory) {
    return collectionDirectory.resolve("calibration");
  }

  /**
   * Reads a segment's calibration.
   *
   * @param collectionDirectory the collection's folder
   * @param segmentId the segment's id
   * @return null when there is none
   * @throws io.siskin.index.error.UnsupportedFormatException when it is of another version
   * @throws CorruptSegmentException when it is no calibration, or that of another segment
   */
  public static @Nullable Calibration readCalibration(Path collectionDirectory, String segmentId)
      throws IOException {
    Path file = calibrationFile(collectionDirectory, segmentId);
    byte[] content;
    try {
      content = BoundedFile.readStored(file, CALIBRATION_LENGTH_BYTES_MAX);
    } catch (NoSuchFileException missing) {
      return null;
    }
    Calibration calibration = CalibrationJson.read(content, file.toString());
    if (!calibration.segmentId().equals(segmentId)) {
      throw new CorruptSegmentException(
          file.toString(), 0, "segment " + segmentId, "segment " + calibration.segmentId());
    }
    return calibration;
  }

  /**
   * Returns the folder of a collection that is there.
   *
   * @param name the collection's name
   * @throws InvalidInputException when there is no such collection; names those that there are
   */
  public Path existing(String name) throws IOException {
    List<String> found = collections();
    if (!found.contains(name)) {
      throw new InvalidInputException(
          "--collection",
          name,
          found.isEmpty()
              ? "a collection of " + root + ", which has none yet; siskin index makes one"
              : "one of " + root + ": " + String.join(", ", found));
    }
    return collectionDirectory(name);
  }

  /** Makes a folder for a collection that is being made of a snapshot, on the same disk. */
  public Path newRestoreDirectory() throws IOException {
    return Publication.createDirectory(root, RESTORING);
  }

  /** Removes what stopped removals and restorations of collections left. */
  public void removeLeftovers() throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    try (Stream<Path> inside = Files.list(root)) {
      for (Path path : inside.toList()) {
        String name = String.valueOf(path.getFileName());
        if (name.startsWith(DROPPED) || name.startsWith(RESTORING)) {
          Publication.deleteDirectory(path);
        }
      }
    }
  }

  /**
   * Claims a collection for writing, creating its folder when it is missing, and removes what
   * killed builds left.
   *
   * @param name the collection's name
   * @throws LockedException when another process is writing it; this may pass
   */
  public Writer openForWriting(String name) throws IOException {
    Path directory = collectionDirectory(name);
    FileChannel channel = lock(directory);
    AtomicFile.createDirectory(directory.resolve("segments"));
    Writer writer = new Writer(name, directory, channel);
    writer.removeLeftovers();
    return writer;
  }

  /** Locks the file that has the name now: another process may be removing the folder. */
  private static FileChannel lock(Path directory) throws IOException {
    Path file = directory.resolve(".lock");
    while (true) {
      Files.createDirectories(directory.resolveSibling("."));
      AtomicFile.createDirectory(directory);
      Object before;
      FileChannel channel;
      try {
        Files.write(file, new byte[0], StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        before = fileKey(file);
        channel = FileChannel.open(file, StandardOpenOption.WRITE);
      } catch (NoSuchFileException removed) {
        continue;
      }
      if (tryLock(channel) == null) {
        channel.close();
        throw new LockedException(directory);
      }
      if (Files.exists(file) && Objects.equals(before, fileKey(file))) {
        return channel;
      }
      channel.close();
    }
  }

  private static @Nullable Object fileKey(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** Returns the lock of a file; null when another one has it, in this process too. */
  static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  /** Another process is writing a collection. This may pass. */
  public static final class LockedException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    private LockedException(Path directory) {
      super(
          directory.toString(),
          null,
          "another process is writing this collection; try again later");
    }
  }

  /** The right to write one collection, held by one process at a time; closing gives it back. */
  public static final class Writer implements AutoCloseable {
    private final String name;
    private final Path directory;
    private final FileChannel lockFile;

    private Writer(String name, Path directory, FileChannel lockFile) {
      this.name = name;
      this.directory = directory;
      this.lockFile = lockFile;
    }

    /** Returns the collection's name. */
    public String name() {
      return name;
    }

    /** Returns the collection's folder. */
    public Path directory() {
      return directory;
    }

    /** Makes a folder for a segment under construction, on the same disk. */
    public Path newBuildDirectory() throws IOException {
      return Publication.createDirectory(directory, BUILDING);
    }

    /**
     * Moves a finished segment to its place.
     *
     * @param built its folder, from {@link #newBuildDirectory}
     * @param segmentId its id; a segment of the same id is there already when the same build was
     *     done before
     */
    public void publishSegment(Path built, String segmentId) throws IOException {
      Path target = segmentDirectory(directory, segmentId);
      if (Files.exists(target)) {
        if (isWhole(target)) {
          // The id stands for the content: the same build was done before, and readers may be using
          // it.
          Publication.deleteDirectory(built);
          // A process that was killed may have left the name to the memory of the system only.
          AtomicFile.forceDirectory(target.resolveSibling("."));
          return;
        }
        Publication.deleteDirectory(target);
      }
      Publication.publishDirectory(built, target);
    }

    private static boolean isWhole(Path segment) {
      try {
        Segment.open(segment, Verification.FULL).release();
        return true;
      } catch (IOException damaged) {
        return false;
      }
    }

    /**
     * Replaces a segment's calibration, atomically. A server reads it when it opens the segment
     * next, which the commit of a new generation makes it do.
     *
     * @param segmentId the segment's id
     * @param calibration what was measured on it; null removes what is there
     */
    public void putCalibration(String segmentId, @Nullable Calibration calibration)
        throws IOException {
      Path file = calibrationFile(directory, segmentId);
      if (calibration == null) {
        Files.deleteIfExists(file);
        return;
      }
      AtomicFile.createDirectory(calibrationDirectory(directory));
      AtomicFile.write(file, CalibrationJson.write(calibration));
    }

    /**
     * Commits a manifest and removes what it no longer names: segments with their calibrations,
     * deletes and logs. Processes that have them mapped keep them. What cannot be removed stays
     * until the next commit.
     *
     * @param manifest the new manifest
     * @throws IOException when the manifest cannot be written. Then either one may be in force
     */
    public void commit(CollectionManifest manifest) throws IOException {
      manifest.write(directory);
      try {
        removeUnnamed(manifest);
      } catch (IOException left) {
        LOG.warn("collection {}: a file that is not needed stays: {}", name, left.toString());
      }
    }

    private void removeUnnamed(CollectionManifest manifest) throws IOException {
      Set<String> segments = new HashSet<>();
      Set<Path> deletes = new HashSet<>();
      for (CollectionManifest.SegmentEntry entry : manifest.segments()) {
        segments.add(entry.id());
        deletes.add(deletesFile(directory, entry.id(), entry.deletesGeneration()));
      }
      for (Path segment : list(directory.resolve("segments"))) {
        String id = String.valueOf(segment.getFileName());
        if (!segments.contains(id)) {
          Publication.deleteDirectory(segment);
          putCalibration(id, null);
        }
      }
      for (Path file : list(directory.resolve(DELETES))) {
        if (!deletes.contains(file)) {
          Files.deleteIfExists(file);
        }
      }
      Path log = logDirectory(directory, manifest.log().epoch());
      for (Path file : list(directory)) {
        if (isLog(file) && !file.equals(log)) {
          Publication.deleteDirectory(file);
        }
      }
    }

    private static List<Path> list(Path folder) throws IOException {
      if (!Files.isDirectory(folder)) {
        return List.of();
      }
      try (Stream<Path> inside = Files.list(folder)) {
        return inside.toList();
      }
    }

    /**
     * Removes the collection. It is gone at once, whatever stops the removal of its files later.
     * Processes that have them mapped keep them. Afterwards the writer can only be closed.
     */
    public void drop() throws IOException {
      Path dropped = Publication.createDirectory(directory.resolveSibling("."), DROPPED);
      Path target = dropped.resolve(name);
      Files.move(directory, target, StandardCopyOption.ATOMIC_MOVE);
      AtomicFile.forceDirectory(directory.resolveSibling("."));
      Publication.deleteDirectory(dropped);
    }

    /**
     * Returns the manifest in force; null when there is none, or when what there is is no manifest.
     *
     * @throws io.siskin.index.error.UnsupportedFormatException when a newer build wrote it
     */
    public @Nullable CollectionManifest current() throws IOException {
      try {
        return CollectionManifest.read(directory);
      } catch (NoSuchFileException | CorruptSegmentException none) {
        return null;
      }
    }

    /** Returns the generation of the manifest in force; 0 when there is none that can be read. */
    public long generation() throws IOException {
      CollectionManifest manifest = current();
      return manifest == null ? 0 : manifest.generation();
    }

    /**
     * Gives the right back. Removes the folder where nothing was ever committed, unless it holds
     * what a later build goes on with.
     */
    @Override
    public void close() throws IOException {
      try (lockFile) {
        if (Files.isDirectory(directory)
            && !Files.exists(directory.resolve(CollectionManifest.FILE_NAME))
            && !isResumable()) {
          Publication.deleteDirectory(directory);
        }
      }
    }

    private boolean isResumable() throws IOException {
      try (Stream<Path> inside = Files.list(directory)) {
        return inside.anyMatch(
            path -> String.valueOf(path.getFileName()).startsWith(JOURNAL_PREFIX));
      }
    }

    private void removeLeftovers() throws IOException {
      for (Path folder :
          List.of(
              directory,
              encoderDirectory(directory),
              calibrationDirectory(directory),
              directory.resolve(DELETES),
              snapshotsDirectory(directory))) {
        if (!Files.isDirectory(folder)) {
          continue;
        }
        try (Stream<Path> inside = Files.list(folder)) {
          for (Path path : inside.toList()) {
            if (String.valueOf(path.getFileName()).startsWith(BUILDING)) {
              Publication.deleteDirectory(path);
            } else if (AtomicFile.isPartial(path)) {
              Files.deleteIfExists(path);
            }
          }
        }
      }
    }
  }
}

package io.siskin.server.collection;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Publication;
import io.siskin.index.store.Verification;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.CalibrationJson;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds collections, one folder each:
 *
 * <pre>
 * DIR/NAME/collection.json          the manifest; without it there is no collection
 * DIR/NAME/segments/ID/…            the segments that it names
 * DIR/NAME/encoder/…                the files that its encoder needs
 * DIR/NAME/calibration/ID.json      what was measured on a segment; may be missing
 * DIR/NAME/.building-…              a build under way, or the rest of one that was killed
 * DIR/NAME/.lock                    held by the process that writes
 * DIR/.models/NAME-DIGITS/…         the models that collections name, see {@link ModelStore}
 * </pre>
 *
 * @param root the folder
 */
public record DataDirectory(Path root) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
  private static final String BUILDING = ".building-";

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
    if (!NAME.matcher(name).matches()) {
      throw new InvalidInputException(
          field,
          name.isEmpty() ? "empty" : name,
          "1 to 128 letters, digits, '_', '.' or '-', not starting with '.' or '-'");
    }
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
          .filter(name -> NAME.matcher(name).matches())
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
    return collectionDirectory.resolve("calibration").resolve(segmentId + ".json");
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
      content = Files.readAllBytes(file);
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
   * Claims a collection for writing, creating its folder when it is missing, and removes what
   * killed builds left.
   *
   * @param name the collection's name
   * @throws InvalidInputException when another process is writing it
   */
  public Writer openForWriting(String name) throws IOException {
    Path directory = Files.createDirectories(collectionDirectory(name));
    Files.createDirectories(directory.resolve("segments"));
    FileChannel channel =
        FileChannel.open(
            directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = tryLock(channel);
    if (lock == null) {
      channel.close();
      throw new InvalidInputException(
          "collection", name, "one that no other process is writing just now");
    }
    Writer writer = new Writer(name, directory, channel);
    writer.removeLeftovers();
    return writer;
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
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
      return Files.createTempDirectory(directory, BUILDING);
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
      Files.createDirectories(directory.resolve("calibration"));
      Publication.replaceFile(file, CalibrationJson.write(calibration));
    }

    /**
     * Commits a manifest and removes the segments that it no longer names, with their calibrations.
     * Processes that have them mapped keep them.
     *
     * @param manifest the new manifest
     */
    public void commit(CollectionManifest manifest) throws IOException {
      manifest.write(directory);
      Set<String> live =
          Set.copyOf(
              manifest.segments().stream().map(CollectionManifest.SegmentEntry::id).toList());
      try (Stream<Path> segments = Files.list(directory.resolve("segments"))) {
        for (Path segment : segments.toList()) {
          String id = String.valueOf(segment.getFileName());
          if (!live.contains(id)) {
            Publication.deleteDirectory(segment);
            putCalibration(id, null);
          }
        }
      }
    }

    /** Returns the generation of the manifest in force; 0 when there is none that can be read. */
    public long generation() throws IOException {
      return Files.exists(directory.resolve(CollectionManifest.FILE_NAME))
          ? CollectionManifest.read(directory).generation()
          : 0;
    }

    /** Gives the right back. */
    @Override
    public void close() throws IOException {
      lockFile.close();
    }

    private void removeLeftovers() throws IOException {
      try (Stream<Path> inside = Files.list(directory)) {
        for (Path path : inside.toList()) {
          if (String.valueOf(path.getFileName()).startsWith(BUILDING)) {
            Publication.deleteDirectory(path);
          }
        }
      }
    }
  }
}

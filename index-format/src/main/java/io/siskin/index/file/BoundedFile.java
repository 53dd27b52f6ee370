package io.siskin.index.file;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file whole that ought to be small. Takes regular files of a bounded length only: a link
 * to a device, a pipe or a file that somebody made endless is refused before it fills the memory. A
 * link to a regular file is read.
 */
public final class BoundedFile {
  private BoundedFile() {}

  /** What came of reading a file. */
  private sealed interface Outcome {
    /** It was read. */
    record Content(byte[] bytes) implements Outcome {}

    /** It was not; in words, what was found. */
    record Refused(String found) implements Outcome {}
  }

  /**
   * Reads a file that Siskin has stored.
   *
   * @param file the file
   * @param lengthBytesMax the longest that is accepted, in bytes
   * @return its content
   * @throws CorruptSegmentException when it is no regular file or longer
   * @throws java.nio.file.NoSuchFileException when there is none
   */
  public static byte[] readStored(Path file, int lengthBytesMax) throws IOException {
    return switch (read(file, lengthBytesMax)) {
      case Outcome.Content(byte[] bytes) -> bytes;
      case Outcome.Refused(String found) ->
          throw new CorruptSegmentException(file.toString(), 0, allowed(lengthBytesMax), found);
    };
  }

  /**
   * Reads a file that a user has made or named.
   *
   * @param file the file
   * @param lengthBytesMax the longest that is accepted, in bytes
   * @return its content
   * @throws InvalidInputException when it is no regular file or longer; it names the file
   * @throws java.nio.file.NoSuchFileException when there is none
   */
  public static byte[] readInput(Path file, int lengthBytesMax) throws IOException {
    return switch (read(file, lengthBytesMax)) {
      case Outcome.Content(byte[] bytes) -> bytes;
      case Outcome.Refused(String found) ->
          throw new InvalidInputException("content", found, allowed(lengthBytesMax))
              .at(file.toString());
    };
  }

  /**
   * Demands that a file is a regular one, so that reading it comes to an end.
   *
   * @param file the file
   * @throws InvalidInputException when it is another kind of file; it names the file
   * @throws java.nio.file.NoSuchFileException when there is none
   */
  public static void requireRegular(Path file) throws IOException {
    String other = otherKind(Files.readAttributes(file, BasicFileAttributes.class));
    if (other != null) {
      throw new InvalidInputException("content", other, "that of a regular file")
          .at(file.toString());
    }
  }

  private static Outcome read(Path file, int lengthBytesMax) throws IOException {
    // Before it is opened: to open a pipe is to wait for the one who writes to it.
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    String other = otherKind(attributes);
    if (other != null) {
      return new Outcome.Refused(other);
    }
    if (attributes.size() > lengthBytesMax) {
      return new Outcome.Refused(attributes.size() + " bytes");
    }
    try (InputStream in = Files.newInputStream(file)) {
      // It may grow meanwhile, and some file systems do not know the length.
      byte[] content = in.readNBytes(lengthBytesMax);
      return in.read() < 0
          ? new Outcome.Content(content)
          : new Outcome.Refused("more than " + lengthBytesMax + " bytes");
    }
  }

  private static @Nullable String otherKind(BasicFileAttributes attributes) {
    if (attributes.isRegularFile()) {
      return null;
    }
    return attributes.isDirectory() ? "a folder" : "a device, a pipe or a socket";
  }

  private static String allowed(int lengthBytesMax) {
    return "a regular file of at most " + lengthBytesMax + " bytes";
  }
}

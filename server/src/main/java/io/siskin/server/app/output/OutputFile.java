package io.siskin.server.app.output;

import io.siskin.index.error.InvalidInputException;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that a command writes and that is replaced as a whole: opened before the work begins, so
 * that a path that cannot be written is refused at once, written beside its place, and moved there
 * by {@link #commit}. Whatever ends the command before leaves the file that was there.
 *
 * <p>What is no regular file, such as {@code /dev/stdout} or a named pipe, is written directly.
 * Used by one thread.
 */
public final class OutputFile implements Closeable {
  private final Path target;
  private final Writer writer;
  // Null where the target is written directly, and after the end.
  private @Nullable Path partial;

  private OutputFile(Path target, Writer writer, @Nullable Path partial) {
    this.target = target;
    this.writer = writer;
    this.partial = partial;
  }

  /**
   * Opens a file for writing.
   *
   * @param option the option that names it, for the message
   * @param file where it is to be
   * @throws InvalidInputException when it cannot be written there
   */
  public static OutputFile open(String option, Path file) throws IOException {
    boolean exists = Files.exists(file);
    // Behind a link it is the linked file that is replaced.
    Path target = exists ? file.toRealPath() : file.toAbsolutePath();
    if (Files.isDirectory(target) || (exists && !Files.isWritable(target))) {
      throw new InvalidInputException(option, file, "a file that can be written");
    }
    if (exists && !Files.isRegularFile(target)) {
      return new OutputFile(target, Files.newBufferedWriter(target), null);
    }
    Path name = target.getFileName();
    Path partial = target.resolveSibling("." + name + "." + ProcessHandle.current().pid() + ".tmp");
    try {
      BufferedWriter writer =
          Files.newBufferedWriter(
              partial,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      // For a command that a signal ends.
      partial.toFile().deleteOnExit();
      return new OutputFile(target, writer, partial);
    } catch (IOException refused) {
      throw InvalidInputException.explained(
          option,
          file + " (" + reason(refused) + ")",
          "a file in a folder that exists and can be written",
          refused);
    }
  }

  private static String reason(IOException refused) {
    return switch (refused) {
      case NoSuchFileException _ -> "its folder does not exist";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(refused.getMessage());
    };
  }

  /** Returns where the content is written; closed with this. */
  public Writer writer() {
    return writer;
  }

  /** Puts what was written in its place. */
  public void commit() throws IOException {
    writer.close();
    Path written = partial;
    if (written != null) {
      Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
      partial = null;
    }
  }

  /** Gives up what was not committed. */
  @Override
  public void close() throws IOException {
    writer.close();
    Path left = partial;
    if (left != null) {
      partial = null;
      Files.deleteIfExists(left);
    }
  }
}

package io.siskin.server.observe;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that lines are appended to. When it is full it is renamed, and a new one is begun: {@code
 * access.log} becomes {@code access.log.1}, that becomes {@code access.log.2}, and the oldest is
 * deleted. A line is in one file as a whole.
 *
 * <p>A line that cannot be written is an exception for the caller; the next line is tried again,
 * with the file opened anew. So a full disk loses lines and nothing else. Used by one thread.
 */
public final class RotatingFile implements LineSink {
  private final Path path;
  private final long sizeBytesMax;
  private final int countMax;
  private @Nullable FileChannel channel;
  private long sizeBytes;

  /**
   * Opens a file, which may exist.
   *
   * @param path the file, in a folder that exists
   * @param sizeBytesMax how many bytes a file has at most, unless one line has more
   * @param countMax how many files there are at most, the one that is written included; 1 or more
   * @throws InvalidInputException when it cannot be opened
   */
  public RotatingFile(Path path, long sizeBytesMax, int countMax) {
    this.path = path;
    this.sizeBytesMax = sizeBytesMax;
    this.countMax = countMax;
    try {
      channel = open();
    } catch (IOException failed) {
      throw new InvalidInputException(
          "access_log.path", path, "a file that can be written: " + failed);
    }
  }

  private FileChannel open() throws IOException {
    FileChannel opened =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    sizeBytes = opened.size();
    return opened;
  }

  @Override
  public void write(byte[] line) {
    try {
      FileChannel open = channel == null ? open() : channel;
      channel = open;
      if (sizeBytes > 0 && sizeBytes + line.length > sizeBytesMax) {
        open = rotate(open);
      }
      ByteBuffer bytes = ByteBuffer.wrap(line);
      while (bytes.hasRemaining()) {
        sizeBytes += open.write(bytes);
      }
    } catch (IOException failed) {
      abandon();
      throw new UncheckedIOException(path + ": " + failed.getMessage(), failed);
    }
  }

  private FileChannel rotate(FileChannel full) throws IOException {
    full.close();
    channel = null;
    for (int number = countMax - 1; number >= 1; number--) {
      Path from = number == 1 ? path : numbered(number - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(number), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (countMax == 1) {
      Files.deleteIfExists(path);
    }
    FileChannel fresh = open();
    channel = fresh;
    return fresh;
  }

  private Path numbered(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  private void abandon() {
    FileChannel open = channel;
    channel = null;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException second) {
      // The first failure is told.
    }
  }

  @Override
  public void close() {
    abandon();
  }
}

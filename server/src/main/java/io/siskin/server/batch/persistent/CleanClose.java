package io.siskin.server.batch.persistent;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.file.BoundedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * The marker that says that files were closed cleanly, and what they were like then:
 *
 * <pre>
 * siskin encodings 1
 * WRITER                        what wrote the files, and with which options
 * NAME LENGTH CRC               a file: its name, its bytes, their CRC-32C in hexadecimal digits
 * </pre>
 *
 * It is there only while nobody uses the files. A file that does not fit it exactly is not trusted.
 * Used by one thread, which owns the folder.
 */
final class CleanClose {
  /** The marker's file. */
  static final String FILE_NAME = "clean";

  private static final String HEADER = "siskin encodings 1";
  private static final int LENGTH_BYTES_MAX = 4_096;
  private static final int BUFFER_LENGTH = 1 << 20;

  private CleanClose() {}

  /**
   * Returns the names of the files that may be trusted, and removes the marker durably: from now on
   * they are in use, and a process that finds them after a crash does not trust them.
   *
   * @param directory the folder
   * @param writer what has to have written them
   * @return all files of the marker when all of them are as they were; otherwise none
   */
  static List<String> takeTrusted(Path directory, String writer) throws IOException {
    List<String> names = new ArrayList<>();
    boolean trusted = isIntact(directory, writer, names);
    if (Files.deleteIfExists(directory.resolve(FILE_NAME))) {
      AtomicFile.forceDirectory(directory);
    }
    return trusted ? names : List.of();
  }

  /**
   * Forces files to the disk and then says that they were closed cleanly.
   *
   * @param directory the folder
   * @param writer what wrote them
   * @param names the files, which nobody uses any more
   */
  static void put(Path directory, String writer, List<String> names) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(HEADER).append('\n').append(writer).append('\n');
    for (String name : names) {
      Path file = directory.resolve(name);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      text.append(line(directory, name)).append('\n');
    }
    // After the names of new files: the marker speaks of them.
    AtomicFile.forceDirectory(directory);
    AtomicFile.write(
        directory.resolve(FILE_NAME), text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isIntact(Path directory, String writer, List<String> names)
      throws IOException {
    String text;
    try {
      text =
          new String(
              BoundedFile.readStored(directory.resolve(FILE_NAME), LENGTH_BYTES_MAX),
              StandardCharsets.UTF_8);
    } catch (NoSuchFileException | CorruptSegmentException unusable) {
      return false;
    }
    List<String> lines = text.lines().toList();
    if (lines.size() < 2 || !lines.get(0).equals(HEADER) || !lines.get(1).equals(writer)) {
      return false;
    }
    for (String line : lines.subList(2, lines.size())) {
      String name = line.split(" ", 2)[0];
      if (!MapFiles.isName(name)) {
        return false;
      }
      try {
        if (!line.equals(line(directory, name))) {
          return false;
        }
      } catch (NoSuchFileException missing) {
        return false;
      }
      names.add(name);
    }
    return true;
  }

  /** Returns what the marker says of a file as it is now. */
  private static String line(Path directory, String name) throws IOException {
    CRC32C crc = new CRC32C();
    long length = 0;
    // Read as a file and not through a mapping: a disk that fails gives an exception then.
    try (FileChannel channel = FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH);
      for (int read = channel.read(buffer); read >= 0; read = channel.read(buffer)) {
        length += read;
        crc.update(buffer.flip());
        buffer.clear();
      }
    }
    return String.format(Locale.ROOT, "%s %d %08x", name, length, crc.getValue());
  }
}

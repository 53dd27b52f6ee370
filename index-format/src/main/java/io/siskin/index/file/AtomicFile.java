package io.siskin.index.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Puts a file in its place whole or not at all, and so that it survives a power loss: the content
 * is written beside it, forced to the disk, renamed, and then the folder is forced.
 *
 * <p>Two processes or threads may write one target at the same time; the one that renames last
 * wins. A process that is killed may leave a file whose name is one of {@link #isPartial}.
 */
public final class AtomicFile {
  private static final String PARTIAL_SUFFIX = ".partial";
  private static final int COPY_CHUNK = 1 << 20;
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final Set<StandardOpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private AtomicFile() {}

  /** What writes the content. */
  @FunctionalInterface
  private interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Replaces a file by new content.
   *
   * @param target the file, whether it exists or not; its folder exists
   * @param content what it holds afterwards
   */
  public static void write(Path target, byte[] content) throws IOException {
    replace(target, channel -> writeAll(channel, content));
  }

  private static void writeAll(FileChannel channel, byte[] content) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Replaces a file by new content that only its owner may read and write, from the first byte on.
   *
   * @param target the file, whether it exists or not; its folder exists
   * @param content what it holds afterwards
   * @throws UnsupportedOperationException when the file system has no permissions of POSIX
   */
  public static void writePrivate(Path target, byte[] content) throws IOException {
    replace(target, channel -> writeAll(channel, content), OWNER_ONLY);
  }

  /**
   * Replaces a file by a copy of another one.
   *
   * @param source the file to copy
   * @param target the file, whether it exists or not; its folder exists
   */
  public static void copy(Path source, Path target) throws IOException {
    replace(
        target,
        channel -> {
          try (FileChannel from = FileChannel.open(source, StandardOpenOption.READ)) {
            long at = 0;
            for (long moved = 1; moved > 0; at += moved) {
              moved = from.transferTo(at, COPY_CHUNK, channel);
            }
          }
        });
  }

  private static void replace(Path target, Content content, FileAttribute<?>... attributes)
      throws IOException {
    Path partial = partial(target);
    try {
      try (FileChannel channel = FileChannel.open(partial, NEW_FILE, attributes)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
    forceDirectory(target.resolveSibling("."));
  }

  /**
   * Returns a name beside a file under which the file may be written, to be renamed when it is
   * whole. No other call returns the same name.
   *
   * @param target the file
   * @return a name of {@link #isPartial}
   */
  public static Path partial(Path target) {
    return target.resolveSibling(
        "."
            + target.getFileName()
            + "."
            + ProcessHandle.current().pid()
            + "-"
            + NUMBERS.incrementAndGet()
            + PARTIAL_SUFFIX);
  }

  /**
   * Makes a folder unless it is there, and so that it survives a power loss.
   *
   * @param directory the folder; the one that holds it exists
   */
  public static void createDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
      forceDirectory(directory.resolveSibling("."));
    }
  }

  /**
   * Forces the names in a folder to the disk: without it a rename may be undone by a power loss.
   *
   * @param directory the folder
   */
  public static void forceDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Tells whether a file is the rest of a write that was killed. Only the owner of the folder, who
   * knows that nobody is writing there, may remove it.
   *
   * @param file the file
   */
  public static boolean isPartial(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.startsWith(".") && name.endsWith(PARTIAL_SUFFIX);
  }
}

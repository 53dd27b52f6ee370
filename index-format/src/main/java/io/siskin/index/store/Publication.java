package io.siskin.index.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes files and folders appear whole or not at all, and stay after a power loss: write aside,
 * force, rename, force the folder.
 */
public final class Publication {
  private Publication() {}

  /**
   * Replaces a small file by new content, atomically.
   *
   * @param target the file, whether it exists or not
   * @param content what it holds afterwards
   */
  public static void replaceFile(Path target, byte[] content) throws IOException {
    Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
    try (FileChannel channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    forceDirectory(target.resolveSibling("."));
  }

  /**
   * Makes an empty folder that is to be published later. Who may read it follows the process's
   * umask, as for any folder that a user makes: {@link Files#createTempDirectory} would close it to
   * all others for good, since a rename keeps the permissions.
   *
   * @param parent an existing folder on the disk that is to hold it
   * @param prefix what its name begins with; random characters follow
   * @return the new folder
   */
  public static Path createDirectory(Path parent, String prefix) throws IOException {
    while (true) {
      try {
        return Files.createDirectory(temporaryPath(parent, prefix));
      } catch (FileAlreadyExistsException taken) {
        // Another process had the same luck; the next name is another one.
      }
    }
  }

  /**
   * Returns a path for a file that is to be published later, which does not exist. A file that is
   * created there follows the process's umask, unlike one of {@link Files#createTempFile}.
   *
   * @param parent the folder
   * @param prefix what the file's name begins with; random characters follow
   */
  public static Path temporaryPath(Path parent, String prefix) {
    return parent.resolve(prefix + UUID.randomUUID());
  }

  /**
   * Copies the content of a file into a new file and forces it to the disk. The permissions of the
   * source are not copied: those of the new file follow the process's umask.
   *
   * @param source the file to read
   * @param target the file to make
   * @throws FileAlreadyExistsException when the target exists
   */
  public static void copyFile(Path source, Path target) throws IOException {
    try (FileChannel in = FileChannel.open(source, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long length = in.size();
      long copied = 0;
      while (copied < length) {
        long count = in.transferTo(copied, length - copied, out);
        if (count == 0) {
          throw new EOFException(source + " became shorter while it was copied");
        }
        copied += count;
      }
      out.force(true);
    }
  }

  /**
   * Gives a finished folder, whose files have been forced already, its final name, atomically.
   *
   * @param finished the folder under its temporary name
   * @param target its final name, on the same disk, which does not exist
   */
  public static void publishDirectory(Path finished, Path target) throws IOException {
    forceDirectory(finished);
    Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE);
    forceDirectory(target.resolveSibling("."));
  }

  /**
   * Removes a folder and all that is in it; does nothing when it is missing.
   *
   * @param directory the folder
   */
  public static void deleteDirectory(Path directory) throws IOException {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failed)
                throws IOException {
              if (failed != null) {
                throw failed;
              }
              Files.deleteIfExists(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException gone) {
      // Nothing to remove.
    }
  }

  private static void forceDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}

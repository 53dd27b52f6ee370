package io.siskin.index.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
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

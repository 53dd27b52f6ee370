package io.siskin.index.store;

import io.siskin.index.file.AtomicFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Makes folders appear whole or not at all, and stay after a power loss. {@link AtomicFile} does
 * the same for single files.
 */
public final class Publication {
  private Publication() {}

  /**
   * Gives a finished folder, whose files have been forced already, its final name, atomically.
   *
   * @param finished the folder under its temporary name
   * @param target its final name, on the same disk, which does not exist
   */
  public static void publishDirectory(Path finished, Path target) throws IOException {
    AtomicFile.forceDirectory(finished);
    Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE);
    AtomicFile.forceDirectory(target.resolveSibling("."));
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
}

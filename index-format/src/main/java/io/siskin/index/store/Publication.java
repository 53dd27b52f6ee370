package io.siskin.index.store;

import io.siskin.index.file.AtomicFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes folders appear whole or not at all, and stay after a power loss. {@link AtomicFile} does
 * the same for single files.
 */
public final class Publication {
  private Publication() {}

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

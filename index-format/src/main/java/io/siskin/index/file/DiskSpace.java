package io.siskin.index.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tells a disk that is full from other failures: Java has no type for it. Stateless. */
public final class DiskSpace {
  private DiskSpace() {}

  /**
   * Returns whether an operation has failed because the disk, or the quota of the user, is used up.
   * The system's words may be those of another language, so the free room is asked for too.
   *
   * @param failed how it has failed; its causes are looked at as well
   * @param directory an existing folder of the disk
   * @param lengthBytesWanted for how many bytes there had to be room, 0 or more. With 0, only the
   *     system's words count
   */
  public static boolean isUsedUp(Throwable failed, Path directory, long lengthBytesWanted) {
    boolean isOfDisk = false;
    for (@Nullable Throwable cause = failed; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains("No space left on device") || message.contains("quota exceeded")) {
        return true;
      }
      isOfDisk |= cause instanceof IOException;
    }
    try {
      return isOfDisk && Files.getFileStore(directory).getUsableSpace() < lengthBytesWanted;
    } catch (IOException unknown) {
      return false;
    }
  }
}

package io.siskin.loadtest.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An ext4 disk in a file, which can lose its power: what was not forced is gone then, as after a
 * real loss. It needs Linux, the rights of root, and loop devices.
 *
 * <p>Used by one thread.
 */
final class VolatileDisk implements AutoCloseable {
  private static final int UNMOUNT_TRIES = 50;

  // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: nothing more is written, not even what the
  // journal has in memory.
  private static final String SHUT_DOWN =
      """
      import fcntl,os,struct,sys
      folder=os.open(sys.argv[1],os.O_RDONLY)
      fcntl.ioctl(folder,0x8004587D,struct.pack('I',2))
      """;

  private final Path image;
  private final Path mount;

  private VolatileDisk(Path image, Path mount) {
    this.image = image;
    this.mount = mount;
  }

  /**
   * Makes an empty disk and mounts it.
   *
   * @param folder an empty folder for its file and its mount
   * @param lengthMebibytes its length
   * @return null when this machine does not allow it
   */
  static @Nullable VolatileDisk make(Path folder, int lengthMebibytes) throws IOException {
    Path image = folder.resolve("disk.img");
    Path mount = Files.createDirectories(folder.resolve("disk"));
    VolatileDisk disk = new VolatileDisk(image, mount);
    try {
      run("truncate", "-s", lengthMebibytes + "M", image.toString());
      run("mkfs.ext4", "-q", "-F", image.toString());
      disk.mount();
      return disk;
    } catch (IOException notAllowed) {
      return null;
    }
  }

  /** Returns the folder where it is mounted. */
  Path mounted() {
    return mount;
  }

  private void mount() throws IOException {
    run("mount", "-o", "loop", image.toString(), mount.toString());
  }

  /** Takes the power away. Every later call to the disk fails. */
  void losePower() throws IOException {
    run("python3", "-c", SHUT_DOWN, mount.toString());
  }

  /** Gives the power back, after nobody uses the disk any more. */
  void restart() throws IOException {
    unmount();
    mount();
  }

  /** A process that was killed may hold the disk for a moment longer. */
  private void unmount() throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        run("umount", mount.toString());
        return;
      } catch (IOException busy) {
        if (tries == UNMOUNT_TRIES) {
          throw busy;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
    }
  }

  /**
   * Runs a command.
   *
   * @throws IOException when it is missing or fails, with what it says
   */
  static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(List.of(command) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    unmount();
    Files.delete(image);
  }
}

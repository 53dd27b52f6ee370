package io.siskin.index.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Zeroed off-heap memory for a build. A file without a name holds it, so it may be larger than the
 * RAM. The file disappears when the process ends for any reason.
 *
 * <p>Several threads may write to it at different places. The code that made it must close it.
 */
public final class ScratchMemory implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;

  /**
   * Reserves memory.
   *
   * @param directory an existing directory on the disk that should hold the file
   * @param lengthBytes the length in bytes, 0 or more
   */
  public ScratchMemory(Path directory, long lengthBytes) throws IOException {
    Path file = Files.createTempFile(directory, ".scratch-", ".tmp");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, lengthBytes, arena);
    } catch (IOException failed) {
      arena.close();
      throw failed;
    } finally {
      Files.delete(file);
    }
  }

  /** Returns the memory. It is valid until {@link #close}. */
  public MemorySegment bytes() {
    return bytes;
  }

  /** Releases the memory. */
  @Override
  public void close() {
    arena.close();
  }
}

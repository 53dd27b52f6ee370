package io.siskin.index.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Zeroed off-heap memory for a build, backed by a file without a name so that it may be larger than
 * the RAM and vanishes with the process, however that ends.
 *
 * <p>May be written by several threads at disjoint places. Closed by whoever made it.
 */
public final class ScratchMemory implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;

  /**
   * Reserves memory.
   *
   * @param directory an existing directory on the disk that is to hold it
   * @param lengthBytes how much, 0 or more
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

  /** Returns the memory, valid until {@link #close}. */
  public MemorySegment bytes() {
    return bytes;
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    arena.close();
  }
}

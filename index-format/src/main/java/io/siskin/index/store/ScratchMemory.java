package io.siskin.index.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
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
  private static final int CHUNK_LENGTH = 1 << 20;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;

  /**
   * Reserves memory.
   *
   * @param directory an existing directory on the disk that should hold the file
   * @param lengthBytes the length in bytes, 0 or more
   * @throws IOException when the disk has no room for it
   */
  public ScratchMemory(Path directory, long lengthBytes) throws IOException {
    Path file = Files.createTempFile(directory, ".scratch-", ".tmp");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      reserve(channel, lengthBytes);
      bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, lengthBytes, arena);
    } catch (IOException failed) {
      arena.close();
      throw failed;
    } finally {
      Files.delete(file);
    }
  }

  /**
   * Takes the room on the disk before the file is mapped. A mapped file with holes would fail when
   * a hole is written while the disk is full, in the middle of a build and by a signal.
   */
  private static void reserve(FileChannel channel, long lengthBytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(CHUNK_LENGTH, lengthBytes));
    long at = 0;
    while (at < lengthBytes) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), lengthBytes - at));
      at += channel.write(zeros, at);
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

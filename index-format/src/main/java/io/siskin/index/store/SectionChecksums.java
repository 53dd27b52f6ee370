package io.siskin.index.store;

import io.siskin.index.error.CorruptSegmentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * Reads parts of a file and compares their checksums.
 *
 * <p>Reads the file and never its mapping: the processor instructions for checksums, unlike
 * ordinary reads, end the JVM where a mapped file was shortened meanwhile (ADR 0023). A file that
 * is read instead just ends too early.
 *
 * @param name the file's name, for messages
 * @param channel the open file
 * @param pace told of each chunk
 */
record SectionChecksums(String name, FileChannel channel, ReadPace pace) {
  // Stays in the cache of a core, so that reading twice costs little.
  private static final int CHUNK_LENGTH = 1 << 18;

  /**
   * Returns the checksum of a part of the file.
   *
   * @param offset where it begins
   * @param length its bytes
   * @throws CorruptSegmentException when the file ends before, or cannot be read there
   * @throws java.nio.channels.ClosedChannelException when the thread was interrupted
   */
  int checksum(long offset, long length) throws IOException {
    CRC32C checksum = new CRC32C();
    try (Arena arena = Arena.ofConfined()) {
      ByteBuffer chunk = arena.allocate(Math.max(1, Math.min(CHUNK_LENGTH, length))).asByteBuffer();
      long done = 0;
      while (done < length) {
        chunk.clear().limit((int) Math.min(chunk.capacity(), length - done));
        int count = channel.read(chunk, offset + done);
        if (count < 0) {
          throw new CorruptSegmentException(
              name, offset + done, "a file of at least " + (offset + length) + " bytes", "its end");
        }
        checksum.update(chunk.flip());
        done += count;
        pace.afterRead(count);
      }
    } catch (CorruptSegmentException | ClosedChannelException itself) {
      throw itself;
    } catch (IOException unreadable) {
      CorruptSegmentException corrupt =
          new CorruptSegmentException(
              name, offset, "bytes that can be read", "an error: " + unreadable.getMessage());
      corrupt.initCause(unreadable);
      throw corrupt;
    }
    return (int) checksum.getValue();
  }

  /**
   * Demands that a gap holds zeros.
   *
   * @param from where it begins
   * @param to where it ends
   * @throws CorruptSegmentException when it holds anything else
   */
  void requireZero(long from, long to) throws IOException {
    CRC32C zeros = new CRC32C();
    zeros.update(new byte[Math.toIntExact(to - from)]);
    if (checksum(from, to - from) != (int) zeros.getValue()) {
      throw new CorruptSegmentException(
          name, from, "zero bytes of padding up to byte " + to, "others");
    }
  }

  /** Returns whether a part has a checksum; for streams, which take no checked exception. */
  boolean has(long offset, long length, int expected) {
    try {
      return checksum(offset, length) == expected;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}

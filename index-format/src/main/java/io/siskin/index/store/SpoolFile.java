package io.siskin.index.store;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Append first, read later: bytes of unknown number go to a file without a name, and {@link #map}
 * makes all of them readable at once. Little-endian.
 *
 * <p>Appended to by one thread; the mapped memory may be read by several. Closed by whoever made
 * it.
 */
public final class SpoolFile implements AutoCloseable {
  private static final int BUFFER_LENGTH = 1 << 18;

  private final Arena arena = Arena.ofShared();
  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
  private long flushedBytes;

  /**
   * Makes an empty spool.
   *
   * @param directory an existing directory on the disk that is to hold it
   */
  public SpoolFile(Path directory) throws IOException {
    Path file = Files.createTempFile(directory, ".spool-", ".tmp");
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Files.delete(file);
  }

  /** Returns the position of the next byte. */
  public long position() {
    return flushedBytes + buffer.position();
  }

  /**
   * Appends a u16.
   *
   * @param value its low 16 bits are written
   */
  public void putU16(int value) throws IOException {
    room(Short.BYTES).putShort((short) value);
  }

  /**
   * Appends a u32.
   *
   * @param value the number
   */
  public void putU32(int value) throws IOException {
    room(Integer.BYTES).putInt(value);
  }

  /**
   * Appends an f32.
   *
   * @param value the number
   */
  public void putF32(float value) throws IOException {
    room(Float.BYTES).putFloat(value);
  }

  /**
   * Appends bytes.
   *
   * @param bytes all of them are written
   */
  public void putBytes(byte[] bytes) throws IOException {
    int at = 0;
    while (at < bytes.length) {
      int chunk = Math.min(bytes.length - at, BUFFER_LENGTH);
      room(chunk).put(bytes, at, chunk);
      at += chunk;
    }
  }

  /**
   * Returns all bytes appended so far, valid until {@link #close}. More may be appended and mapped
   * again later.
   */
  public MemorySegment map() throws IOException {
    flush();
    return channel.map(FileChannel.MapMode.READ_ONLY, 0, flushedBytes, arena);
  }

  /**
   * Reads bytes back without mapping.
   *
   * @param position the first of them, as {@link #position} gave it
   * @param length how many
   * @return a little-endian heap buffer of exactly these bytes
   */
  public ByteBuffer read(long position, int length) throws IOException {
    flush();
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException("spool ends before byte " + (position + length));
      }
    }
    return bytes.flip();
  }

  /** Gives file and memory back. */
  @Override
  public void close() throws IOException {
    arena.close();
    channel.close();
  }

  private ByteBuffer room(int lengthBytes) throws IOException {
    if (buffer.remaining() < lengthBytes) {
      flush();
    }
    return buffer;
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
    flushedBytes = channel.position();
  }
}

package io.siskin.index.store;

import java.io.Closeable;
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
import org.jspecify.annotations.Nullable;

/**
 * A temporary file without a name, which is gone when it is closed or when the process ends.
 * Little-endian.
 *
 * <p>It is written in one of two ways. The one who does not know how much there will be appends
 * ({@link #putU32} and its siblings), and {@link #map} makes all of it readable at once. The one
 * who knows the place of everything writes by position.
 *
 * <p>Written by one thread; the mapped memory may be read by several. Closed by the one who made
 * it.
 */
public final class SpoolFile implements Closeable {
  private static final int BUFFER_LENGTH = 1 << 18;

  private final Arena arena = Arena.ofShared();
  private final FileChannel channel;
  // Made by the first append.
  private @Nullable ByteBuffer buffer;
  private long flushedBytes;

  /**
   * Makes an empty file.
   *
   * @param directory an existing directory on the disk that is to hold it
   */
  public SpoolFile(Path directory) throws IOException {
    Path file = Files.createTempFile(directory, ".spool-", ".tmp");
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(file);
    }
  }

  /** Returns the file, for readers of a stream; it is closed with this. */
  public FileChannel channel() {
    return channel;
  }

  /**
   * Writes bytes to their place.
   *
   * @param source its remaining bytes are written
   * @param position where the first of them goes, 0 or more
   */
  public void write(ByteBuffer source, long position) throws IOException {
    long at = position;
    while (source.hasRemaining()) {
      at += channel.write(source, at);
    }
  }

  /**
   * Reads bytes from their place. What was appended must have been flushed by {@link #map}.
   *
   * @param target its remaining bytes are filled
   * @param position where the first of them is, 0 or more
   * @throws EOFException when the file ends before
   */
  public void read(ByteBuffer target, long position) throws IOException {
    long at = position;
    while (target.hasRemaining()) {
      int count = channel.read(target, at);
      if (count < 0) {
        throw new EOFException("the spool file ends at byte " + at);
      }
      at += count;
    }
  }

  /** Returns the position of the next byte that is appended. */
  public long position() {
    return flushedBytes + (buffer == null ? 0 : buffer.position());
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
   * Reads appended bytes back without mapping.
   *
   * @param position the first of them, as {@link #position} gave it
   * @param length how many
   * @return a little-endian heap buffer of exactly these bytes
   */
  public ByteBuffer read(long position, int length) throws IOException {
    flush();
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    read(bytes, position);
    return bytes.flip();
  }

  /** Gives file and memory back. */
  @Override
  public void close() throws IOException {
    arena.close();
    channel.close();
  }

  private ByteBuffer room(int lengthBytes) throws IOException {
    ByteBuffer room = buffer;
    if (room == null) {
      room = ByteBuffer.allocateDirect(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
      buffer = room;
    } else if (room.remaining() < lengthBytes) {
      flush();
    }
    return room;
  }

  private void flush() throws IOException {
    ByteBuffer filled = buffer;
    if (filled == null) {
      return;
    }
    filled.flip();
    long bytes = filled.remaining();
    write(filled, flushedBytes);
    filled.clear();
    flushedBytes += bytes;
  }
}

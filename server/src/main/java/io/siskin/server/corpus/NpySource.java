package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a {@code .npy} file one after another: an array of two dimensions of
 * little-endian numbers of half, single or double precision, rows one after another. Everything
 * else is refused when it is opened, so that no row is read from the wrong place.
 *
 * <p>Used by one thread, which closes it.
 */
public final class NpySource implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path file;
  private final FileChannel channel;
  private final NpyHeader header;
  private final ByteBuffer buffer;
  private long readCount;

  private NpySource(Path file, FileChannel channel, NpyHeader header) {
    this.file = file;
    this.channel = channel;
    this.header = header;
    int rows = Math.max(1, BUFFER_BYTES / header.rowLengthBytes());
    this.buffer =
        ByteBuffer.allocate(rows * header.rowLengthBytes()).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }

  /**
   * Opens a file.
   *
   * @param file the file
   * @throws InvalidInputException when it is another file, another array, cut off or too long
   * @throws IOException when it is missing or cannot be read
   */
  public static NpySource open(Path file) throws IOException {
    BoundedFile.requireRegular(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    boolean opened = false;
    try {
      NpyHeader header = NpyHeader.read(start(channel));
      if (channel.size() != header.fileLengthBytes()) {
        throw new InvalidInputException(
            "length of the file",
            channel.size() + " bytes",
            header.fileLengthBytes()
                + " bytes, for "
                + header.rowCount()
                + " rows of "
                + header.columnCount()
                + " numbers");
      }
      channel.position(header.lengthBytes());
      opened = true;
      return new NpySource(file, channel, header);
    } catch (InvalidInputException wrong) {
      throw wrong.at(file.toString());
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  private static byte[] start(FileChannel channel) throws IOException {
    ByteBuffer start =
        ByteBuffer.allocate((int) Math.min(NpyHeader.LENGTH_BYTES_MAX, channel.size()));
    fill(channel, start);
    return start.array();
  }

  /**
   * Reads the header of a file that is in memory, and its rows, for tests of hostile input.
   *
   * @param content the whole file
   * @throws InvalidInputException when it is no file that {@link #open} takes
   */
  public static void check(byte[] content) {
    NpyHeader header = NpyHeader.read(content);
    if (content.length != header.fileLengthBytes()) {
      throw new InvalidInputException(
          "length of the file", content.length, header.fileLengthBytes() + " bytes");
    }
  }

  /** Returns how many numbers a row has. */
  public int columnCount() {
    return header.columnCount();
  }

  /** Returns how many rows there are. */
  public long rowCount() {
    return header.rowCount();
  }

  /** Returns the next row; null at the end. */
  public float @Nullable [] next() throws IOException {
    if (readCount == header.rowCount()) {
      return null;
    }
    if (!buffer.hasRemaining()) {
      long left = (header.rowCount() - readCount) * header.rowLengthBytes();
      buffer.clear().limit((int) Math.min(buffer.capacity(), left));
      fill(channel, buffer);
      buffer.flip();
    }
    readCount++;
    float[] row = new float[header.columnCount()];
    for (int i = 0; i < row.length; i++) {
      row[i] =
          switch (header.type()) {
            case F2 -> Float.float16ToFloat(buffer.getShort());
            case F4 -> buffer.getFloat();
            case F8 -> (float) buffer.getDouble();
          };
    }
    return row;
  }

  /** Returns the place of the row that was read last, for messages. */
  public String place() {
    return file + "#" + readCount;
  }

  private static void fill(FileChannel channel, ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

package io.siskin.server.corpus;

import io.siskin.index.store.SpoolFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** Reads little-endian numbers one after the other, from a range of a file or from a stream. */
final class LittleEndianReader {
  private static final int BUFFER_BYTES = 1 << 17;

  /** Where more bytes come from: at least one is put into the buffer, or −1 returned at the end. */
  @FunctionalInterface
  private interface Source {
    int read(ByteBuffer target) throws IOException;
  }

  private final Source source;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long consumedBytes;

  private LittleEndianReader(Source source) {
    this.source = source;
  }

  /**
   * Reads a file from a position on. Several readers may share a channel: its own position is not
   * used.
   */
  static LittleEndianReader of(FileChannel channel, long position) {
    return new LittleEndianReader(
        new Source() {
          private long at = position;

          @Override
          public int read(ByteBuffer target) throws IOException {
            int count = channel.read(target, at);
            at += Math.max(count, 0);
            return count;
          }
        });
  }

  static LittleEndianReader of(InputStream in) {
    return new LittleEndianReader(
        target -> {
          int count =
              in.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
          target.position(target.position() + Math.max(count, 0));
          return count;
        });
  }

  /** Returns how many bytes the numbers read so far took. */
  long consumedBytes() {
    return consumedBytes;
  }

  long readLong() throws IOException {
    require(Long.BYTES);
    consumedBytes += Long.BYTES;
    return buffer.getLong();
  }

  void readInts(int[] target, int count) throws IOException {
    for (int done = 0; done < count; ) {
      require(Integer.BYTES);
      int part = Math.min(count - done, buffer.remaining() / Integer.BYTES);
      buffer.asIntBuffer().get(target, done, part);
      advance(part);
      done += part;
    }
  }

  void readFloats(float[] target, int count) throws IOException {
    for (int done = 0; done < count; ) {
      require(Float.BYTES);
      int part = Math.min(count - done, buffer.remaining() / Float.BYTES);
      buffer.asFloatBuffer().get(target, done, part);
      advance(part);
      done += part;
    }
  }

  /** Copies the next bytes into a file. */
  void copyTo(SpoolFile target, long position, long length) throws IOException {
    for (long done = 0; done < length; ) {
      require(1);
      int part = (int) Math.min(length - done, buffer.remaining());
      target.write(buffer.slice(buffer.position(), part), position + done);
      buffer.position(buffer.position() + part);
      consumedBytes += part;
      done += part;
    }
  }

  /** Returns whether nothing follows what was read. */
  boolean atEnd() throws IOException {
    return !buffer.hasRemaining() && !fill();
  }

  private void advance(int numbers) {
    buffer.position(buffer.position() + numbers * Integer.BYTES);
    consumedBytes += (long) numbers * Integer.BYTES;
  }

  private void require(int bytes) throws IOException {
    while (buffer.remaining() < bytes) {
      if (!fill()) {
        throw new EOFException();
      }
    }
  }

  private boolean fill() throws IOException {
    buffer.compact();
    int count = source.read(buffer);
    buffer.flip();
    return count > 0;
  }
}

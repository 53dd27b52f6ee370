package io.siskin.loadtest.live;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The rows of a {@code .csr} file (see {@code docs/input-formats.md}), in arrays, so that reading
 * them takes no time from a measurement. Immutable.
 */
final class Vectors {
  private static final int HEADER_BYTES = 24;
  private static final int CHUNK_BYTES = 1 << 22;

  private final long[] starts;
  private final int[] terms;
  private final float[] weights;

  private Vectors(long[] starts, int[] terms, float[] weights) {
    this.starts = starts;
    this.terms = terms;
    this.weights = weights;
  }

  /**
   * Reads a file.
   *
   * @param file a {@code .csr} file with fewer than 2^31 entries
   * @throws IOException if it cannot be read, or its length does not agree with its header
   */
  static Vectors read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer header = read(channel, 0, HEADER_BYTES);
      int rows = Math.toIntExact(header.getLong(0));
      int entries = Math.toIntExact(header.getLong(16));
      long termsAt = HEADER_BYTES + 8L * (rows + 1);
      long wanted = termsAt + 8L * entries;
      if (channel.size() != wanted) {
        throw new IOException(
            file + ": " + channel.size() + " bytes, want " + wanted + " for its header");
      }
      long[] starts = new long[rows + 1];
      read(channel, HEADER_BYTES, 8 * (rows + 1)).asLongBuffer().get(starts);
      int[] terms = new int[entries];
      float[] weights = new float[entries];
      for (int at = 0; at < entries; at += CHUNK_BYTES / 4) {
        int count = Math.min(CHUNK_BYTES / 4, entries - at);
        read(channel, termsAt + 4L * at, 4 * count).asIntBuffer().get(terms, at, count);
        read(channel, termsAt + 4L * (entries + (long) at), 4 * count)
            .asFloatBuffer()
            .get(weights, at, count);
      }
      return new Vectors(starts, terms, weights);
    }
  }

  private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        throw new IOException("ends at byte " + (from + buffer.position()));
      }
    }
    return buffer.flip();
  }

  /** Returns the number of rows. */
  int rows() {
    return starts.length - 1;
  }

  /** Returns the terms of a row. */
  int[] terms(int row) {
    return Arrays.copyOfRange(terms, (int) starts[row], (int) starts[row + 1]);
  }

  /** Returns the weights of a row, in the order of its terms. */
  float[] weights(int row) {
    return Arrays.copyOfRange(weights, (int) starts[row], (int) starts[row + 1]);
  }
}

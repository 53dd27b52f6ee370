package io.siskin.server.measure;

import io.siskin.index.error.CorruptSegmentException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Rows of an uncompressed BigANN {@code .csr} file by their number, little endian:
 *
 * <pre>i64 rows, terms, entries; i64 start[rows + 1]; i32 term[entries]; f32 weight[entries]</pre>
 *
 * <p>Holds the starts on the heap, eight bytes a row, and reads rows on request, so files larger
 * than memory work. Safe for concurrent use, each thread with its own {@link Rows}.
 */
final class CsrBase implements AutoCloseable {
  private static final int HEADER_LENGTH = 3 * Long.BYTES;
  private static final int ENTRIES_MAX_A_READ = Integer.MAX_VALUE / Integer.BYTES;
  private static final int START_READ_LENGTH = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final long[] starts;

  private CsrBase(Path file, FileChannel channel, long[] starts) {
    this.file = file;
    this.channel = channel;
    this.starts = starts;
  }

  /** Opens a file and checks its header, its length and its starts. */
  static CsrBase open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new CsrBase(file, channel, readStarts(file, channel));
    } catch (IOException | IllegalArgumentException e) {
      channel.close();
      throw e;
    }
  }

  int rowCount() {
    return starts.length - 1;
  }

  /** Reads the rows {@code from} to {@code to} − 1, replacing what {@code into} held. */
  void read(int from, int to, Rows into) throws IOException {
    long first = starts[from];
    long count = starts[to] - first;
    if (count > ENTRIES_MAX_A_READ) {
      throw new CorruptSegmentException(
          file.toString(), startOffset(from), "at most " + ENTRIES_MAX_A_READ + " entries", count);
    }
    into.from = from;
    into.firstEntry = first;
    into.terms =
        readFully(termOffset() + first * Integer.BYTES, into.termBytes((int) count)).asIntBuffer();
    into.weights =
        readFully(
                termOffset() + entryCount() * Integer.BYTES + first * Float.BYTES,
                into.weightBytes((int) count))
            .asFloatBuffer();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Some rows in memory; a buffer to be used again. */
  final class Rows {
    private ByteBuffer termBytes = ByteBuffer.allocate(0);
    private ByteBuffer weightBytes = ByteBuffer.allocate(0);
    private IntBuffer terms = IntBuffer.allocate(0);
    private FloatBuffer weights = FloatBuffer.allocate(0);
    private int from;
    private long firstEntry;

    /** Returns the position of a row's first entry. The row ends where the next one starts. */
    int start(int row) {
      assert row >= from : row;
      return (int) (starts[row] - firstEntry);
    }

    /** Returns the term id of an entry, unsigned. */
    int term(int entry) {
      return terms.get(entry);
    }

    /** Returns the weight of an entry. */
    float weight(int entry) {
      return weights.get(entry);
    }

    private ByteBuffer termBytes(int count) {
      termBytes = sized(termBytes, count);
      return termBytes;
    }

    private ByteBuffer weightBytes(int count) {
      weightBytes = sized(weightBytes, count);
      return weightBytes;
    }

    private static ByteBuffer sized(ByteBuffer old, int count) {
      int length = count * Integer.BYTES;
      ByteBuffer buffer =
          old.capacity() >= length
              ? old
              : ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
      return buffer.clear().limit(length);
    }
  }

  private long entryCount() {
    return starts[starts.length - 1];
  }

  private long termOffset() {
    return HEADER_LENGTH + (long) starts.length * Long.BYTES;
  }

  private ByteBuffer readFully(long offset, ByteBuffer into) throws IOException {
    return readFully(file, channel, offset, into);
  }

  private static ByteBuffer readFully(Path file, FileChannel channel, long offset, ByteBuffer into)
      throws IOException {
    long at = offset;
    while (into.hasRemaining()) {
      int count = channel.read(into, at);
      if (count < 0) {
        throw new EOFException(file + ": ends at byte " + at);
      }
      at += count;
    }
    return into.flip();
  }

  private static long startOffset(long row) {
    return HEADER_LENGTH + row * Long.BYTES;
  }

  private static long[] readStarts(Path file, FileChannel channel) throws IOException {
    String name = file.toString();
    long fileLength = channel.size();
    if (fileLength < HEADER_LENGTH) {
      throw new CorruptSegmentException(
          name, 0, "a .csr header of 24 bytes", fileLength + " bytes");
    }
    ByteBuffer header = littleEndian(HEADER_LENGTH);
    readFully(file, channel, 0, header);
    long rows = header.getLong(0);
    long entries = header.getLong(2 * Long.BYTES);
    // Bounded before they are multiplied: a foreign file's numbers must not overflow into a match.
    if (rows < 0 || rows >= Integer.MAX_VALUE - 8 || entries < 0 || entries > fileLength) {
      throw new CorruptSegmentException(
          name,
          0,
          "rows below 2^31 − 9 and entries within the file",
          rows + " rows, " + entries + " entries");
    }
    long expected = startOffset(rows + 1) + entries * (Integer.BYTES + Float.BYTES);
    if (fileLength != expected) {
      throw new CorruptSegmentException(name, fileLength, "a length of " + expected, fileLength);
    }
    long[] starts = new long[(int) rows + 1];
    ByteBuffer part = littleEndian(START_READ_LENGTH);
    for (int row = 0; row <= rows; ) {
      int count = (int) Math.min(rows + 1 - row, START_READ_LENGTH / Long.BYTES);
      readFully(file, channel, startOffset(row), part.clear().limit(count * Long.BYTES));
      part.asLongBuffer().get(starts, row, count);
      row += count;
    }
    checkStarts(name, starts, entries);
    return starts;
  }

  private static void checkStarts(String name, long[] starts, long entries)
      throws CorruptSegmentException {
    long previous = 0;
    for (int row = 0; row < starts.length; row++) {
      boolean first = row == 0;
      if (first ? starts[row] != 0 : starts[row] < previous || starts[row] > entries) {
        throw new CorruptSegmentException(
            name,
            startOffset(row),
            first ? "start 0" : "a start from " + previous + " to " + entries,
            starts[row]);
      }
      previous = starts[row];
    }
    if (previous != entries) {
      throw new CorruptSegmentException(
          name, startOffset(starts.length - 1), "end " + entries, previous);
    }
  }

  private static ByteBuffer littleEndian(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}

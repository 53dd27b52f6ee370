package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.SpoolFile;
import io.siskin.index.vector.TermIdVector;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a BigANN {@code .csr} file row by row with a bounded heap.
 *
 * <p>The format wants all row offsets before all term ids before all weights, so each column first
 * goes to a temporary file beside the target, and {@link #finish} puts them together. The target
 * appears whole or not at all: closing without {@link #finish} leaves nothing. Not thread-safe.
 */
public final class CsrWriter implements Closeable {
  private static final long COLUMN_COUNT_MAX = 1L << 32;

  private final Path target;
  private final long columnCount;
  private final Column offsets;
  private final Column indices;
  private final Column weights;
  private long rowCount;
  private long entryCount;

  /**
   * Starts a file.
   *
   * @param target the file to make or replace
   * @param columnCount the vocabulary size, 0 to 2^32; every term id must be below it
   */
  public CsrWriter(Path target, long columnCount) throws IOException {
    if (columnCount < 0 || columnCount > COLUMN_COUNT_MAX) {
      throw new InvalidInputException("columnCount", columnCount, "0 to " + COLUMN_COUNT_MAX);
    }
    this.target = target;
    this.columnCount = columnCount;
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null) {
      throw new InvalidInputException("target", target, "a file in a directory");
    }
    this.offsets = new Column(new SpoolFile(directory));
    this.indices = new Column(new SpoolFile(directory));
    this.weights = new Column(new SpoolFile(directory));
    offsets.reserve().putLong(0);
  }

  /** Appends a row; its number is the document's id. */
  public void add(TermIdVector vector) throws IOException {
    for (int i = 0; i < vector.size(); i++) {
      if (Integer.toUnsignedLong(vector.termId(i)) >= columnCount) {
        String id = Integer.toUnsignedString(vector.termId(i));
        throw new InvalidInputException(
            "term id of row " + rowCount, id, "0 to " + (columnCount - 1));
      }
    }
    for (int i = 0; i < vector.size(); i++) {
      indices.reserve().putInt(vector.termId(i));
      weights.reserve().putFloat(vector.weight(i));
    }
    entryCount += vector.size();
    rowCount++;
    offsets.reserve().putLong(entryCount);
  }

  /** Puts the file together, forces it to the disk and gives it its name. */
  public void finish() throws IOException {
    Path whole = target.resolveSibling(target.getFileName() + ".tmp");
    try {
      try (FileChannel out =
          FileChannel.open(
              whole,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer header =
            ByteBuffer.allocate(CsrHeader.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(rowCount).putLong(columnCount).putLong(entryCount).flip();
        while (header.hasRemaining()) {
          out.write(header);
        }
        offsets.appendTo(out);
        indices.appendTo(out);
        weights.appendTo(out);
        out.force(true);
      }
      Files.move(
          whole, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  @Override
  public void close() throws IOException {
    Closing.closeAll(offsets.spool, indices.spool, weights.spool);
  }

  /** One column, buffered. */
  private static final class Column {
    private static final int BUFFER_BYTES = 1 << 16;

    private final SpoolFile spool;
    private final ByteBuffer buffer =
        ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long length;

    Column(SpoolFile spool) {
      this.spool = spool;
    }

    /** The buffer, with room for one more number. */
    ByteBuffer reserve() throws IOException {
      if (buffer.remaining() < Long.BYTES) {
        flush();
      }
      return buffer;
    }

    void appendTo(FileChannel out) throws IOException {
      flush();
      for (long done = 0; done < length; ) {
        done += spool.channel().transferTo(done, length - done, out);
      }
    }

    private void flush() throws IOException {
      buffer.flip();
      int count = buffer.remaining();
      spool.write(buffer, length);
      length += count;
      buffer.clear();
    }
  }
}

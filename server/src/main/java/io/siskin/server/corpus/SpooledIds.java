package io.siskin.server.corpus;

import io.siskin.index.store.SpoolFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * External ids by docid in a temporary file: eight bytes of heap a document, whatever the ids'
 * length.
 *
 * <p>Written in any order of docids, then read; reading in the order of writing, the usual one,
 * goes through one window. Not thread-safe.
 */
final class SpooledIds implements Closeable {
  private static final int WINDOW_BYTES = 1 << 16;

  private final SpoolFile spool;

  /** Where each docid's id stands, plus one; 0 when it has none. */
  private final PagedLongs offsets = new PagedLongs();

  private long length;
  private ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long windowStart;

  SpooledIds(Path directory) throws IOException {
    this.spool = new SpoolFile(directory);
  }

  /** Adds the id of a docid; false when it already has one. */
  boolean add(int docid, String id) throws IOException {
    if (offsets.get(docid) != 0) {
      return false;
    }
    offsets.add(docid, length + 1);
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    append(
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(bytes.length)
            .flip());
    append(ByteBuffer.wrap(bytes));
    return true;
  }

  /** Ends writing: what follows is reading. */
  void finish() throws IOException {
    spool.write(window.flip(), windowStart);
    window.limit(0);
    windowStart = 0;
  }

  boolean has(int docid) {
    return offsets.get(docid) != 0;
  }

  /** Returns the next docid that has an id, this one or a later one; −1 if there is none. */
  int next(int docid) {
    return offsets.next(docid);
  }

  /** Returns the id of a docid that has one. */
  String get(int docid) throws IOException {
    long start = offsets.get(docid) - 1;
    int bytes = at(start, Integer.BYTES).getInt();
    ByteBuffer id = at(start + Integer.BYTES, bytes);
    return StandardCharsets.UTF_8.decode(id.slice(id.position(), bytes)).toString();
  }

  @Override
  public void close() throws IOException {
    spool.close();
  }

  private void append(ByteBuffer source) throws IOException {
    length += source.remaining();
    while (source.hasRemaining()) {
      if (!window.hasRemaining()) {
        window.flip();
        int bytes = window.remaining();
        spool.write(window, windowStart);
        windowStart += bytes;
        window.clear();
      }
      int part = Math.min(source.remaining(), window.remaining());
      window.put(source.slice(source.position(), part));
      source.position(source.position() + part);
    }
  }

  /** The window, positioned at an offset with at least so many bytes behind it. */
  private ByteBuffer at(long offset, int bytes) throws IOException {
    if (offset < windowStart || offset + bytes > windowStart + window.limit()) {
      if (bytes > window.capacity()) {
        window = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      }
      window.clear().limit((int) Math.min(window.capacity(), length - offset));
      spool.read(window, offset);
      windowStart = offset;
    }
    return window.position((int) (offset - windowStart));
  }
}

package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.SpoolFile;
import io.siskin.index.vector.TermIdVector;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Documents of a BigANN {@code .csr} file; a document's id is its row number in decimal.
 *
 * <p>The three columns of the file (row offsets, term ids, weights) are read side by side by
 * position, so the heap holds one row and three buffers whatever the file's size. A packed file
 * cannot be read by position: all but its weights is first spread out into a {@link SpoolFile}, and
 * the weights come from the stream.
 *
 * <p>A row whose entries are bad is a bad record; a header, offset or length that contradicts the
 * rest ends the read.
 */
final class CsrSource implements DocumentSource {
  /** The longest array that every JVM allocates. */
  private static final int ROW_LENGTH_MAX = Integer.MAX_VALUE - 8;

  private final PackedFile file;
  private final BadRecordPolicy policy;
  private final InputOptions options;
  private final CsrHeader header;
  private final @Nullable FileChannel plain;

  /** Has read the header; the rest of a packed file comes from here, too. */
  private final LittleEndianReader front;

  private @Nullable SpoolFile spool;
  private @Nullable Columns columns;
  private long row;
  private long rowStart;
  private int[] termIds = new int[256];
  private float[] weights = new float[256];

  private record Columns(
      LittleEndianReader offsets, LittleEndianReader indices, LittleEndianReader weights) {
    long consumedBytes() {
      return offsets.consumedBytes() + indices.consumedBytes() + weights.consumedBytes();
    }
  }

  private CsrSource(
      PackedFile file, @Nullable FileChannel plain, BadRecordPolicy policy, InputOptions options)
      throws IOException {
    this.file = file;
    this.plain = plain;
    this.policy = policy;
    this.options = options;
    this.front =
        plain == null ? LittleEndianReader.of(file.unpacked()) : LittleEndianReader.of(plain, 0);
    this.header = readHeader(front, file.name());
    if (plain != null && plain.size() != header.fileLength()) {
      throw structural("file length", plain.size(), header.fileLength() + " bytes, by the header");
    }
  }

  static CsrSource open(Path path, BadRecordPolicy policy, InputOptions options)
      throws IOException {
    PackedFile file = PackedFile.open(path);
    FileChannel plain = null;
    try {
      plain = file.packing() == PackedFile.Packing.PLAIN ? FileChannel.open(path) : null;
      return new CsrSource(file, plain, policy, options);
    } catch (IOException | InvalidInputException e) {
      if (plain != null) {
        plain.close();
      }
      file.close();
      throw e;
    }
  }

  @Override
  public @Nullable SourceDocument next() throws IOException {
    try {
      if (columns == null) {
        columns = openColumns();
      }
      while (row < header.rowCount()) {
        int count = readRow(columns);
        String id = Long.toString(row++);
        String place = file.name() + "#" + id;
        try {
          checkTermIds(count);
          TermIdVector vector =
              TermIdVector.of(Arrays.copyOf(termIds, count), Arrays.copyOf(weights, count));
          return new SourceDocument(id, null, vector, Map.of(), place);
        } catch (InvalidInputException e) {
          policy.onBadRecord(e.at(place));
        }
      }
      checkEnd(columns);
      return null;
    } catch (EOFException e) {
      throw structural(
          "file", "cut off in row " + row, header.fileLength() + " unpacked bytes, by the header");
    }
  }

  @Override
  public long consumedBytes() {
    return plain == null || columns == null
        ? file.consumedBytes()
        : CsrHeader.LENGTH_BYTES + columns.consumedBytes();
  }

  @Override
  public long lengthBytes() {
    return file.lengthBytes();
  }

  @Override
  public void close() throws IOException {
    Closing.closeAll(file, plain, spool);
  }

  private static CsrHeader readHeader(LittleEndianReader in, String name) throws IOException {
    try {
      return new CsrHeader(in.readLong(), in.readLong(), in.readLong());
    } catch (EOFException e) {
      throw new InvalidInputException(
              "file", "shorter than a header", CsrHeader.LENGTH_BYTES + " bytes or more")
          .at(name);
    } catch (InvalidInputException e) {
      throw e.at(name);
    }
  }

  private Columns openColumns() throws IOException {
    FileChannel channel = plain;
    LittleEndianReader weightColumn = front;
    if (channel == null) {
      spool = new SpoolFile(options.spoolDirectory());
      channel = spool.channel();
      front.copyTo(spool, CsrHeader.LENGTH_BYTES, header.weightsStart() - CsrHeader.LENGTH_BYTES);
    } else {
      weightColumn = LittleEndianReader.of(channel, header.weightsStart());
    }
    Columns opened =
        new Columns(
            LittleEndianReader.of(channel, CsrHeader.offsetsStart()),
            LittleEndianReader.of(channel, header.indicesStart()),
            weightColumn);
    rowStart = opened.offsets.readLong();
    if (rowStart != 0) {
      throw structural("indptr[0] at byte " + CsrHeader.offsetsStart(), rowStart, "0");
    }
    return opened;
  }

  /** Reads the entries of the next row and returns how many it has. */
  private int readRow(Columns in) throws IOException {
    long rowEnd = in.offsets.readLong();
    // A term stands once in a row, so a longer row is not a row; this also keeps a damaged offset
    // from the heap.
    long lengthMax = Math.min(header.columnCount(), header.entryCount() - rowStart);
    long length = rowEnd - rowStart;
    if (length < 0 || length > Math.min(lengthMax, ROW_LENGTH_MAX)) {
      long offset = CsrHeader.offsetsStart() + Long.BYTES * (row + 1);
      throw structural(
          "indptr[" + (row + 1) + "] at byte " + offset,
          rowEnd,
          rowStart + " to " + (rowStart + lengthMax));
    }
    int count = (int) length;
    if (count > termIds.length) {
      int capacity = Math.max(count, 2 * termIds.length);
      termIds = new int[capacity];
      weights = new float[capacity];
    }
    in.indices.readInts(termIds, count);
    in.weights.readFloats(weights, count);
    rowStart = rowEnd;
    return count;
  }

  private void checkTermIds(int count) {
    for (int i = 0; i < count; i++) {
      if (Integer.toUnsignedLong(termIds[i]) >= header.columnCount()) {
        long entry = rowStart - count + i;
        long offset = header.indicesStart() + Integer.BYTES * entry;
        throw new InvalidInputException(
            "indices[" + entry + "] at byte " + offset,
            termIds[i],
            "0 to " + (header.columnCount() - 1));
      }
    }
  }

  private void checkEnd(Columns in) throws IOException {
    if (rowStart != header.entryCount()) {
      long offset = CsrHeader.offsetsStart() + Long.BYTES * header.rowCount();
      throw structural(
          "indptr[" + header.rowCount() + "] at byte " + offset,
          rowStart,
          "nnz: " + header.entryCount());
    }
    if (!in.weights.atEnd()) {
      throw structural(
          "file", "longer than its header says", header.fileLength() + " unpacked bytes");
    }
  }

  private InvalidInputException structural(String field, Object found, String allowed) {
    return new InvalidInputException(field, found, allowed).at(file.name());
  }
}

package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into batches of lines. A line ends at LF, CRLF or the end of the file; a
 * byte order mark before the first line is left out.
 *
 * <p>The heap is bounded by the line limit: a longer line is marked in its batch and its bytes are
 * dropped while they are read, so that the lines behind it can still be used. When reading fails,
 * the whole lines before the failure come first and the failure with the next call.
 */
final class LineReader {
  static final int BATCH_BYTES = 1 << 19;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private final String file;
  private final int lineLengthMax;
  private final int batchBytes;

  private byte[] buffer;
  private int filled;
  private long nextLine = 1;

  /** Set while the rest of an overlong line, already reported, is passed over. */
  private boolean passingOver;

  private boolean atEnd;
  private boolean atStart = true;
  private @Nullable IOException ioFailure;
  private @Nullable InvalidInputException inputFailure;

  private int[] starts = new int[256];
  private int[] ends = new int[256];
  private int count;

  LineReader(InputStream in, String file, int lineLengthMax) {
    this(in, file, lineLengthMax, BATCH_BYTES);
  }

  /** For tests: batches so small that every border is crossed. */
  LineReader(InputStream in, String file, int lineLengthMax, int batchBytes) {
    this.in = in;
    this.file = file;
    this.lineLengthMax = lineLengthMax;
    this.batchBytes = batchBytes;
    this.buffer = new byte[batchBytes];
  }

  /** Returns the next one or more lines, or null at the end. */
  @Nullable LineBatch next() throws IOException {
    while (true) {
      throwFailure();
      if (atEnd && filled == 0) {
        return null;
      }
      fill();
      LineBatch batch = cut();
      if (batch.count() > 0) {
        return batch;
      }
    }
  }

  private void throwFailure() throws IOException {
    if (ioFailure != null) {
      throw ioFailure;
    }
    if (inputFailure != null) {
      throw inputFailure;
    }
  }

  private void fill() {
    try {
      while (filled < buffer.length && !atEnd) {
        int read = in.read(buffer, filled, buffer.length - filled);
        if (read < 0) {
          atEnd = true;
        } else {
          filled += read;
        }
      }
    } catch (IOException e) {
      ioFailure = e;
    } catch (InvalidInputException e) {
      inputFailure = e;
    }
  }

  /** Takes the whole lines out of the buffer and leaves the begun one in a new buffer. */
  private LineBatch cut() {
    byte[] bytes = buffer;
    boolean failed = ioFailure != null || inputFailure != null;
    long firstLine = nextLine;
    int lineStart = skipByteOrderMark(bytes);
    count = 0;
    for (int at = lineStart; at < filled; at++) {
      if (bytes[at] == '\n') {
        addLine(bytes, lineStart, at);
        lineStart = at + 1;
      }
    }
    if (atEnd && !failed && lineStart < filled) {
      addLine(bytes, lineStart, filled);
      lineStart = filled;
    }
    keepBegunLine(bytes, failed ? filled : lineStart);
    nextLine += count;
    return new LineBatch(
        file,
        firstLine,
        bytes,
        Arrays.copyOf(starts, count),
        Arrays.copyOf(ends, count),
        count,
        lineLengthMax);
  }

  private int skipByteOrderMark(byte[] bytes) {
    boolean marked = atStart && filled >= 3 && Arrays.equals(bytes, 0, 3, BYTE_ORDER_MARK, 0, 3);
    atStart = false;
    return marked ? 3 : 0;
  }

  private void keepBegunLine(byte[] bytes, int lineStart) {
    int begun = filled - lineStart;
    // One byte more than the limit, for the CR of a CRLF that is not yet known to be one.
    if (begun > lineLengthMax + 1L && !passingOver) {
      addLine(bytes, lineStart, filled);
      passingOver = true;
    }
    if (passingOver) {
      begun = 0;
    }
    buffer =
        new byte
            [begun > batchBytes / 2
                ? (int) Math.min(2L * begun, lineLengthMax + 2L + batchBytes)
                : batchBytes];
    System.arraycopy(bytes, lineStart, buffer, 0, begun);
    filled = begun;
  }

  private void addLine(byte[] bytes, int start, int end) {
    if (passingOver) {
      passingOver = false;
      return;
    }
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
    }
    starts[count] = start;
    ends[count++] = end > start && bytes[end - 1] == '\r' ? end - 1 : end;
  }
}

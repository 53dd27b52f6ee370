package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks gzip (RFC 1952) of one or more members, strictly.
 *
 * <p>{@link java.util.zip.GZIPInputStream} takes whatever follows a member and is not a member for
 * the end of the file, so a file with a damaged second member would read as a shorter one. Here
 * what follows the last member is zero padding or an error, and each error names the byte of the
 * packed file.
 */
final class GzipInput extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAGIC_1 = 0x1F;
  private static final int MAGIC_2 = 0x8B;
  private static final int METHOD_DEFLATE = 8;
  private static final int FLAG_HEADER_CRC = 2;
  private static final int FLAG_EXTRA = 4;
  private static final int FLAG_NAME = 8;
  private static final int FLAG_COMMENT = 16;
  private static final int FLAGS_RESERVED = 0xE0;
  private static final int FIXED_REST_BYTES = 6; // modification time, extra flags, operating system

  private final InputStream packed;
  private final String file;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 headerCrc = new CRC32();
  private final CRC32 crc = new CRC32();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final byte[] single = new byte[1];
  private int position;
  private int limit;
  private long limitOffset;
  private boolean inMember;
  private boolean ended;

  GzipInput(InputStream packed, String file) {
    this.packed = packed;
    this.file = file;
  }

  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      if (!inMember && !startMember()) {
        ended = true;
        break;
      }
      int count = inflate(target, offset, length);
      if (count > 0) {
        crc.update(target, offset, count);
        return count;
      }
      if (inflater.finished()) {
        endMember();
      } else if (!fill()) {
        throw damaged("cut off inside a member");
      }
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    packed.close();
  }

  private int inflate(byte[] target, int offset, int length) {
    try {
      inflater.setInput(buffer, position, limit - position);
      int count = inflater.inflate(target, offset, length);
      position = limit - inflater.getRemaining();
      if (inflater.needsDictionary()) {
        throw damaged("damaged: it wants a preset dictionary");
      }
      return count;
    } catch (DataFormatException e) {
      throw damaged("damaged: " + e.getMessage());
    }
  }

  /** Reads a member's header; false at the end of the file. */
  private boolean startMember() throws IOException {
    boolean first = limitOffset == 0;
    if (position == limit && !fill()) {
      return false;
    }
    if (!first && buffer[position] == 0) {
      skipPadding();
      return false;
    }
    headerCrc.reset();
    if (headerByte() != MAGIC_1 || headerByte() != MAGIC_2 || headerByte() != METHOD_DEFLATE) {
      throw damaged(
          first ? "not gzip" : "followed by bytes that are neither a gzip member nor zero padding");
    }
    int flags = headerByte();
    if ((flags & FLAGS_RESERVED) != 0) {
      throw damaged("damaged: reserved header flags are set");
    }
    skipHeader(FIXED_REST_BYTES);
    if ((flags & FLAG_EXTRA) != 0) {
      skipHeader(headerByte() | (headerByte() << 8));
    }
    if ((flags & FLAG_NAME) != 0) {
      skipHeaderString();
    }
    if ((flags & FLAG_COMMENT) != 0) {
      skipHeaderString();
    }
    if ((flags & FLAG_HEADER_CRC) != 0) {
      int expected = (int) headerCrc.getValue() & 0xFFFF;
      if ((headerByte() | (headerByte() << 8)) != expected) {
        throw damaged("damaged: the header's checksum does not fit");
      }
    }
    inflater.reset();
    crc.reset();
    inMember = true;
    return true;
  }

  private void endMember() throws IOException {
    long length = inflater.getBytesWritten() & 0xFFFFFFFFL;
    if (trailerWord() != crc.getValue() || trailerWord() != length) {
      throw damaged("damaged: checksum or length of a member does not fit");
    }
    inMember = false;
  }

  private void skipPadding() throws IOException {
    do {
      for (; position < limit; position++) {
        if (buffer[position] != 0) {
          throw damaged("followed by zero padding and then by other bytes");
        }
      }
    } while (fill());
  }

  private long trailerWord() throws IOException {
    return headerByte() | (headerByte() << 8) | (headerByte() << 16) | ((long) headerByte() << 24);
  }

  private void skipHeader(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      headerByte();
    }
  }

  private void skipHeaderString() throws IOException {
    while (headerByte() != 0) {}
  }

  private int headerByte() throws IOException {
    if (position == limit && !fill()) {
      throw damaged("cut off inside a member's header or trailer");
    }
    int value = buffer[position++] & 0xFF;
    headerCrc.update(value);
    return value;
  }

  private boolean fill() throws IOException {
    int count = packed.read(buffer, 0, buffer.length);
    position = 0;
    limit = Math.max(count, 0);
    limitOffset += limit;
    return count > 0;
  }

  private InvalidInputException damaged(String what) {
    long offset = limitOffset - (limit - position);
    return new InvalidInputException("gzip data", what + " at byte " + offset, "whole gzip members")
        .at(file);
  }
}

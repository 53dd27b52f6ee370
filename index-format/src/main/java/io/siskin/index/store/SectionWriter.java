package io.siskin.index.store;

import io.siskin.index.format.SectionKind;
import io.siskin.index.format.Sha256;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.zip.CRC32C;

/**
 * Writes the bytes of one section, little-endian and in order, to a temporary file. A {@link
 * SegmentFileWriter} makes and owns it, and later joins it with the other sections of its file.
 * Several sections of a file may be open at the same time.
 *
 * <p>Only one thread may use it at a time.
 */
public final class SectionWriter {
  private static final int BUFFER_LENGTH = 1 << 18;

  private final SectionKind kind;
  private final int encoding;
  private final Path temporary;
  private final FileChannel channel;
  private final ByteBuffer buffer;
  private final CRC32C checksum = new CRC32C();
  private final MessageDigest digest = Sha256.newDigest();
  private long flushedBytes;
  private long count;
  private byte[] contentDigest = new byte[0];
  private boolean closed;

  SectionWriter(SectionKind kind, int encoding, Path temporary) throws IOException {
    this.kind = kind;
    this.encoding = encoding;
    this.temporary = temporary;
    this.buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    this.channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
  }

  /**
   * Writes one byte.
   *
   * @param value its low 8 bits are written
   */
  public void putU8(int value) throws IOException {
    room(Byte.BYTES).put((byte) value);
  }

  /**
   * Writes two bytes.
   *
   * @param value its low 16 bits are written
   */
  public void putU16(int value) throws IOException {
    room(Short.BYTES).putShort((short) value);
  }

  /**
   * Writes four bytes.
   *
   * @param value an unsigned 32-bit number
   */
  public void putU32(int value) throws IOException {
    room(Integer.BYTES).putInt(value);
  }

  /**
   * Writes eight bytes.
   *
   * @param value an unsigned 64-bit number
   */
  public void putU64(long value) throws IOException {
    room(Long.BYTES).putLong(value);
  }

  /**
   * Writes an IEEE 754 single.
   *
   * @param value the number
   */
  public void putF32(float value) throws IOException {
    room(Float.BYTES).putFloat(value);
  }

  /**
   * Writes bytes without a change.
   *
   * @param source the array that holds the bytes
   * @param offset the index of the first byte
   * @param length the number of bytes
   */
  public void putBytes(byte[] source, int offset, int length) throws IOException {
    int at = offset;
    int left = length;
    while (left > 0) {
      int chunk = Math.min(left, BUFFER_LENGTH);
      room(chunk).put(source, at, chunk);
      at += chunk;
      left -= chunk;
    }
  }

  /**
   * Writes memory without a change.
   *
   * @param source the bytes to write
   */
  public void putMemory(MemorySegment source) throws IOException {
    long at = 0;
    while (at < source.byteSize()) {
      int chunk = (int) Math.min(source.byteSize() - at, BUFFER_LENGTH);
      room(chunk).put(source.asSlice(at, chunk).asByteBuffer());
      at += chunk;
    }
  }

  /**
   * Returns the number of bytes that have been written. It is the position of the next byte inside
   * the section.
   */
  public long position() {
    return flushedBytes + buffer.position();
  }

  /**
   * Sets the number of elements that the directory will give.
   *
   * @param elements the number of elements, as the section kind defines them
   */
  public void setCount(long elements) {
    this.count = elements;
  }

  SectionKind kind() {
    return kind;
  }

  int encoding() {
    return encoding;
  }

  long count() {
    return count;
  }

  /** Ends the section. Its length, checksum and digest are final from now on. */
  void seal() throws IOException {
    if (!closed) {
      flush();
      contentDigest = digest.digest();
      closed = true;
    }
  }

  int checksum() {
    assert closed;
    return (int) checksum.getValue();
  }

  byte[] contentDigest() {
    assert closed;
    return contentDigest;
  }

  /** Copies the sealed bytes to a position of another file and removes the temporary one. */
  void moveTo(FileChannel target, long offset) throws IOException {
    assert closed;
    long done = 0;
    while (done < flushedBytes) {
      target.position(offset + done);
      done += channel.transferTo(done, flushedBytes - done, target);
    }
    discard();
  }

  void discard() throws IOException {
    closed = true;
    channel.close();
    Files.deleteIfExists(temporary);
  }

  private ByteBuffer room(int lengthBytes) throws IOException {
    assert !closed : "section " + kind + " is sealed";
    if (buffer.remaining() < lengthBytes) {
      flush();
    }
    return buffer;
  }

  private void flush() throws IOException {
    buffer.flip();
    checksum.update(buffer.duplicate());
    digest.update(buffer.duplicate());
    flushedBytes += buffer.remaining();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }
}

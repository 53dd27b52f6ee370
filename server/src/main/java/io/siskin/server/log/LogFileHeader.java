package io.siskin.server.log;

import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.index.format.v2.LogLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The header of a file of the log.
 *
 * @param fileNumber counts the files of the log, from 1
 * @param firstSequence the sequence number of its first frame, 1 or more
 * @param salt a random number that the checksums of its frames cover
 * @param lengthBytes the length of the whole file in bytes
 */
record LogFileHeader(long fileNumber, long firstSequence, long salt, long lengthBytes) {
  private static final String SUFFIX = ".wal";
  private static final Pattern NAME = Pattern.compile("\\d{19}\\.wal");

  /** Returns the name of a file by the sequence number of its first frame. */
  static String nameOf(long firstSequence) {
    return String.format(Locale.ROOT, "%019d", firstSequence) + SUFFIX;
  }

  /** Returns whether a file has the name of a file of the log. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Returns the sequence number in the name of a file. */
  static long firstSequenceOf(String name) {
    return Long.parseUnsignedLong(name.substring(0, name.length() - SUFFIX.length()));
  }

  String name() {
    return nameOf(firstSequence);
  }

  /** Returns the bytes of the header, and zeros up to the first frame. */
  ByteBuffer toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(LogLayout.FRAMES_OFFSET).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(LogLayout.MAGIC_OFFSET, LogLayout.MAGIC);
    bytes.putInt(LogLayout.VERSION_OFFSET, LogLayout.VERSION);
    bytes.putLong(LogLayout.FILE_NUMBER_OFFSET, fileNumber);
    bytes.putLong(LogLayout.FIRST_SEQUENCE_OFFSET, firstSequence);
    bytes.putLong(LogLayout.SALT_OFFSET, salt);
    bytes.putLong(LogLayout.FILE_LENGTH_OFFSET, lengthBytes);
    bytes.putInt(LogLayout.HEADER_CHECKSUM_OFFSET, checksum(bytes));
    return bytes;
  }

  /**
   * Reads and checks the header of a file.
   *
   * @param place the file, for messages
   * @param name the name of the file
   * @throws UnsupportedFormatException when another program or another version wrote it
   * @throws CorruptLogException when it is damaged or has another name or length
   */
  static LogFileHeader read(String place, String name, LogFiles.LogFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LogLayout.FRAMES_OFFSET).order(ByteOrder.LITTLE_ENDIAN);
    file.read(bytes, 0);
    if (bytes.hasRemaining()) {
      throw new CorruptLogException(
          place, bytes.position(), "at least " + bytes.capacity() + " bytes", "its end");
    }
    long magic = bytes.getLong(LogLayout.MAGIC_OFFSET);
    if (magic != LogLayout.MAGIC) {
      throw new UnsupportedFormatException(
          place, LogLayout.MAGIC_OFFSET, hex(LogLayout.MAGIC), hex(magic));
    }
    int checksum = bytes.getInt(LogLayout.HEADER_CHECKSUM_OFFSET);
    if (checksum(bytes) != checksum) {
      throw new CorruptLogException(
          place, LogLayout.HEADER_CHECKSUM_OFFSET, hex(checksum(bytes)), hex(checksum));
    }
    int version = bytes.getInt(LogLayout.VERSION_OFFSET);
    if (version != LogLayout.VERSION) {
      throw new UnsupportedFormatException(
          place, LogLayout.VERSION_OFFSET, "version " + LogLayout.VERSION, "version " + version);
    }
    for (int at = LogLayout.RESERVED_OFFSET; at < LogLayout.FRAMES_OFFSET; at++) {
      if (bytes.get(at) != 0) {
        throw new CorruptLogException(place, at, "a zero byte", bytes.get(at));
      }
    }
    LogFileHeader header =
        new LogFileHeader(
            bytes.getLong(LogLayout.FILE_NUMBER_OFFSET),
            bytes.getLong(LogLayout.FIRST_SEQUENCE_OFFSET),
            bytes.getLong(LogLayout.SALT_OFFSET),
            bytes.getLong(LogLayout.FILE_LENGTH_OFFSET));
    if (!header.name().equals(name)) {
      throw new CorruptLogException(
          place, LogLayout.FIRST_SEQUENCE_OFFSET, "the number in the name", header.firstSequence);
    }
    if (file.lengthBytes() != header.lengthBytes) {
      throw new CorruptLogException(
          place,
          LogLayout.FILE_LENGTH_OFFSET,
          "the length of the file, " + file.lengthBytes(),
          header.lengthBytes);
    }
    return header;
  }

  private static int checksum(ByteBuffer bytes) {
    ByteBuffer covered = bytes.duplicate();
    CRC32C crc = new CRC32C();
    crc.update(covered.position(0).limit(LogLayout.HEADER_CHECKSUM_OFFSET));
    crc.update(new byte[Integer.BYTES]);
    crc.update(covered.limit(LogLayout.HEADER_LENGTH).position(LogLayout.FILE_NUMBER_OFFSET));
    return (int) crc.getValue();
  }

  private static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }

  private static String hex(int number) {
    return "checksum 0x" + Integer.toHexString(number);
  }
}

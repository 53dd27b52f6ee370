package io.siskin.server.ingest;

import io.siskin.index.file.BoundedFile;
import io.siskin.index.format.Sha256;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.DataDirectory;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of a build under way, in the order of its documents, so that a build that was killed
 * need not encode them again. Documents are always read in the same order, so the next build reads
 * the journal beside them: as long as the next entry is of the next document's text, its vector is
 * taken; the first that is not ends the reading, what follows is cut off, and the build goes on by
 * writing.
 *
 * <pre>
 * file    magic (8 bytes), key (32 bytes), entries
 * entry   length of body (4), CRC-32 of the rest of the entry (4), hash of the text (16), body
 * body    number of terms, then a term: number of the token, the token itself where the number is
 *         new (length in UTF-8, bytes), weight (4); numbers are in 7 bits a byte, lowest first.
 *         Without any byte: the text could not be encoded
 * </pre>
 *
 * <p>Big-endian. What was appended reaches the file within half a second of the next entry, and the
 * disk within two. A journal without an entry leaves no file. Used by one thread.
 */
final class EncodingJournal implements AutoCloseable {
  /** How many bytes a {@link #hash} has. */
  static final int HASH_LENGTH = 16;

  private static final int DIGITS_IN_NAME = 12;
  private static final byte[] MAGIC = "SISKENC2".getBytes(StandardCharsets.US_ASCII);
  private static final int KEY_LENGTH = 32;
  private static final int ENTRY_HEADER_LENGTH = 8 + HASH_LENGTH;
  private static final int BODY_LENGTH_MAX = 1 << 26;
  private static final int BUFFER_LENGTH = 1 << 18;
  private static final long FLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long FORCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final byte[] FAILED = {};

  private final Path file;
  private final FileChannel channel;
  private final List<String> tokens = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  // Null as soon as the journal is written.
  private @Nullable DataInputStream input;
  private long positionBytes;
  private long reusedCount;
  private long flushedNanoTime = System.nanoTime();
  private long forcedNanoTime = flushedNanoTime;

  private EncodingJournal(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** What the journal says of a text. */
  sealed interface Entry {
    /**
     * It was encoded.
     *
     * @param vector its vector
     */
    record Known(SparseVector vector) implements Entry {}

    /** It could not be encoded. */
    record Failed() implements Entry {}

    /** Nothing: it is for the caller to {@link #append}. */
    record Missing() implements Entry {}
  }

  /**
   * Opens the journal of a build, or begins one.
   *
   * @param directory the collection's folder
   * @param key what all vectors depend on beside their texts: two builds of one key may share them.
   *     64 hexadecimal digits
   */
  static EncodingJournal open(Path directory, String key) throws IOException {
    Path file = directory.resolve(DataDirectory.JOURNAL_PREFIX + key.substring(0, DIGITS_IN_NAME));
    if (Files.exists(file)) {
      BoundedFile.requireRegular(file);
    }
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    boolean done = false;
    try {
      EncodingJournal journal = new EncodingJournal(file, channel);
      journal.begin(HexFormat.of().parseHex(key));
      done = true;
      return journal;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  /**
   * Removes all journals of a collection: for a build that has been committed.
   *
   * @param directory the collection's folder
   */
  static void deleteAll(Path directory) throws IOException {
    try (DirectoryStream<Path> journals =
        Files.newDirectoryStream(directory, DataDirectory.JOURNAL_PREFIX + "*")) {
      for (Path journal : journals) {
        Files.deleteIfExists(journal);
      }
    }
  }

  /** Returns what stands for a text in the journal. */
  static byte[] hash(String text) {
    return Arrays.copyOf(
        Sha256.newDigest().digest(text.getBytes(StandardCharsets.UTF_16BE)), HASH_LENGTH);
  }

  /** Returns how many vectors were taken from the journal. */
  long reusedCount() {
    return reusedCount;
  }

  /**
   * Returns what the journal has of the next text; once it has nothing, it never has again.
   *
   * @param hash the text's
   */
  Entry next(byte[] hash) throws IOException {
    DataInputStream reading = input;
    if (reading == null) {
      return new Entry.Missing();
    }
    byte[] body = readBody(reading, hash);
    if (body == null) {
      endReading();
      return new Entry.Missing();
    }
    positionBytes += ENTRY_HEADER_LENGTH + body.length;
    if (body.length == FAILED.length) {
      return new Entry.Failed();
    }
    reusedCount++;
    return new Entry.Known(decode(body));
  }

  /**
   * Adds the next text's vector.
   *
   * @param hash the text's
   * @param vector keyed by token
   */
  void append(byte[] hash, TokenVector vector) throws IOException {
    endReading();
    append(hash, encode(vector));
  }

  /**
   * Adds that the next text could not be encoded, so that those behind it are found again.
   *
   * @param hash the text's
   */
  void appendFailure(byte[] hash) throws IOException {
    endReading();
    append(hash, FAILED);
  }

  private void append(byte[] hash, byte[] body) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(ENTRY_HEADER_LENGTH);
    header.putInt(body.length).putInt((int) checksum(hash, body)).put(hash);
    pending.writeBytes(header.array());
    pending.writeBytes(body);
    long now = System.nanoTime();
    if (pending.size() >= BUFFER_LENGTH || now - flushedNanoTime >= FLUSH_NANOS) {
      flush(now);
    }
    if (now - forcedNanoTime >= FORCE_NANOS) {
      forcedNanoTime = now;
      channel.force(false);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      if (input == null) {
        flush(System.nanoTime());
        channel.force(false);
      }
      if (channel.size() <= MAGIC.length + KEY_LENGTH) {
        Files.deleteIfExists(file);
      }
    }
  }

  private void begin(byte[] key) throws IOException {
    DataInputStream reading =
        new DataInputStream(
            new BufferedInputStream(Channels.newInputStream(channel), BUFFER_LENGTH));
    byte[] head = reading.readNBytes(MAGIC.length + KEY_LENGTH);
    byte[] wanted = ByteBuffer.allocate(MAGIC.length + KEY_LENGTH).put(MAGIC).put(key).array();
    positionBytes = wanted.length;
    if (Arrays.equals(head, wanted)) {
      input = reading;
      return;
    }
    channel.truncate(0);
    channel.position(0);
    writeAll(wanted);
  }

  /**
   * Reads an entry; null when it is another text's, incomplete or damaged, or when none is left.
   */
  private static byte @Nullable [] readBody(DataInputStream reading, byte[] hash)
      throws IOException {
    try {
      int length = reading.readInt();
      int checksum = reading.readInt();
      byte[] found = reading.readNBytes(HASH_LENGTH);
      if (length < 0 || length > BODY_LENGTH_MAX || !Arrays.equals(found, hash)) {
        return null;
      }
      byte[] body = reading.readNBytes(length);
      return body.length == length && (int) checksum(hash, body) == checksum ? body : null;
    } catch (EOFException end) {
      return null;
    }
  }

  private void endReading() throws IOException {
    if (input != null) {
      input = null;
      channel.truncate(positionBytes);
      channel.position(positionBytes);
    }
  }

  private void flush(long now) throws IOException {
    writeAll(pending.toByteArray());
    pending.reset();
    flushedNanoTime = now;
  }

  private void writeAll(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static long checksum(byte[] hash, byte[] body) {
    CRC32 crc = new CRC32();
    crc.update(hash);
    crc.update(body);
    return crc.getValue();
  }

  private byte[] encode(TokenVector vector) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    writeNumber(out, vector.size());
    for (int i = 0; i < vector.size(); i++) {
      String token = vector.token(i);
      int number = numbers.getOrDefault(token, tokens.size());
      writeNumber(out, number);
      if (number == tokens.size()) {
        byte[] name = token.getBytes(StandardCharsets.UTF_8);
        writeNumber(out, name.length);
        out.write(name);
        learn(token);
      }
      out.writeFloat(vector.weight(i));
    }
    return bytes.toByteArray();
  }

  private TokenVector decode(byte[] body) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(body));
    int size = readNumber(in);
    String[] names = new String[size];
    float[] weights = new float[size];
    for (int i = 0; i < size; i++) {
      int number = readNumber(in);
      if (number == tokens.size()) {
        learn(new String(in.readNBytes(readNumber(in)), StandardCharsets.UTF_8));
      }
      names[i] = tokens.get(number);
      weights[i] = in.readFloat();
    }
    return TokenVector.of(names, weights);
  }

  private void learn(String token) {
    numbers.put(token, tokens.size());
    tokens.add(token);
  }

  private static void writeNumber(DataOutputStream out, int value) throws IOException {
    int left = value;
    while (left >= 1 << 7) {
      out.writeByte((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.writeByte(left);
  }

  private static int readNumber(DataInputStream in) throws IOException {
    int value = 0;
    int shift = 0;
    int read = in.readUnsignedByte();
    for (; read >= 1 << 7; read = in.readUnsignedByte()) {
      value |= (read & 0x7f) << shift;
      shift += 7;
    }
    return value | read << shift;
  }
}

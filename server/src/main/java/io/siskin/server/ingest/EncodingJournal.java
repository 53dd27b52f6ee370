package io.siskin.server.ingest;

import io.siskin.index.file.BoundedFile;
import io.siskin.index.format.Sha256;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.EncoderInput;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The encodings of a build under way, in the order of its documents, so that a build that was
 * killed need not encode them again. Documents are always read in the same order, so the next build
 * reads the journal beside them: as long as the next entry is of the next document's text, it is
 * taken; the first that is not ends the reading, what follows is cut off, and the build goes on by
 * writing.
 *
 * <pre>
 * file    magic (8 bytes), key (32 bytes), entries
 * entry   length of body (4), CRC-32 of the rest of the entry (4), hash of the text (16), body
 * body    the encoding, see {@link JournalBodies}. Without any byte: the text could not be encoded
 * </pre>
 *
 * <p>Big-endian. What was appended reaches the file within half a second of the next entry, and the
 * disk within two. A journal without an entry leaves no file. Used by one thread.
 *
 * @param <V> the encodings
 */
final class EncodingJournal<V> implements AutoCloseable {
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
  private final JournalBodies<V> bodies;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  // Null as soon as the journal is written.
  private @Nullable DataInputStream input;
  private long positionBytes;
  private long reusedCount;
  private long flushedNanoTime = System.nanoTime();
  private long forcedNanoTime = flushedNanoTime;

  private EncodingJournal(Path file, FileChannel channel, JournalBodies<V> bodies) {
    this.file = file;
    this.channel = channel;
    this.bodies = bodies;
  }

  /**
   * What the journal says of a text.
   *
   * @param <V> the encodings
   */
  sealed interface Entry<V> {
    /**
     * It was encoded.
     *
     * @param value what it became
     * @param <V> the encodings
     */
    record Known<V>(V value) implements Entry<V> {}

    /**
     * It could not be encoded.
     *
     * @param <V> the encodings
     */
    record Failed<V>() implements Entry<V> {}

    /**
     * Nothing: it is for the caller to {@link #append}.
     *
     * @param <V> the encodings
     */
    record Missing<V>() implements Entry<V> {}
  }

  /**
   * Opens the journal of a build, or begins one.
   *
   * @param directory the collection's folder
   * @param key what all vectors depend on beside their texts: two builds of one key may share them.
   *     64 hexadecimal digits
   * @param bodies the form of the encodings, of which the journal is the only user
   */
  static <V> EncodingJournal<V> open(Path directory, String key, JournalBodies<V> bodies)
      throws IOException {
    Path file = directory.resolve(DataDirectory.JOURNAL_PREFIX + key.substring(0, DIGITS_IN_NAME));
    if (Files.exists(file)) {
      BoundedFile.requireRegular(file);
    }
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    boolean done = false;
    try {
      EncodingJournal<V> journal = new EncodingJournal<>(file, channel, bodies);
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
  static byte[] hash(EncoderInput input) {
    String whole =
        input.chunkEnds().isEmpty() ? input.text() : input.text() + "\0" + input.chunkEnds();
    return Arrays.copyOf(
        Sha256.newDigest().digest(whole.getBytes(StandardCharsets.UTF_16BE)), HASH_LENGTH);
  }

  /** Returns how many encodings were taken from the journal. */
  long reusedCount() {
    return reusedCount;
  }

  /**
   * Returns what the journal has of the next text; once it has nothing, it never has again.
   *
   * @param hash the text's
   */
  Entry<V> next(byte[] hash) throws IOException {
    DataInputStream reading = input;
    if (reading == null) {
      return new Entry.Missing<>();
    }
    byte[] body = readBody(reading, hash);
    if (body == null) {
      endReading();
      return new Entry.Missing<>();
    }
    positionBytes += ENTRY_HEADER_LENGTH + body.length;
    if (body.length == FAILED.length) {
      return new Entry.Failed<>();
    }
    reusedCount++;
    return new Entry.Known<>(bodies.read(body));
  }

  /**
   * Adds the next text's encoding, if it can be kept.
   *
   * @param hash the text's
   * @param value what it became
   */
  void append(byte[] hash, V value) throws IOException {
    byte[] body = bodies.write(value);
    if (body != null) {
      endReading();
      appendBody(hash, body);
    }
  }

  /**
   * Adds that the next text could not be encoded, so that those behind it are found again.
   *
   * @param hash the text's
   */
  void appendFailure(byte[] hash) throws IOException {
    endReading();
    appendBody(hash, FAILED);
  }

  private void appendBody(byte[] hash, byte[] body) throws IOException {
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
}

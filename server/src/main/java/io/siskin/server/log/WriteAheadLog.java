package io.siskin.server.log;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.format.v2.LogLayout;
import io.siskin.server.log.LogFiles.LogFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The write-ahead log of one collection: numbered frames of bytes that survive a power loss.
 *
 * <p>{@link #append} writes a frame and gives it the next sequence number. {@link #force} makes all
 * appended frames durable. A writer that serves many callers appends the frames of all of them and
 * then forces once. How often to force is the caller's decision.
 *
 * <p>Opening a log after a crash gives back the frames up to some frame, in order and without a
 * gap. All forced frames are among them, and some that were only appended may be.
 *
 * <p>What can go wrong: {@link LogFullException} leaves the log as it was before the call, and
 * usable. After any other failure of a write or a force, every later call throws {@link
 * LogFailedException}.
 *
 * <p>One thread, the writer, calls all methods. Only {@link #lastSequence} and {@link #lengthBytes}
 * are safe for concurrent use. The writer must not be interrupted: an interrupt closes the file
 * that it is writing, which counts as a failure.
 */
public final class WriteAheadLog implements Closeable {
  /** A frame that is longer is written in several pieces. */
  private static final int BUFFER_LENGTH = 1 << 16;

  private final LogFiles files;
  private final LogOptions options;
  private final SecureRandom salts = new SecureRandom();
  private final FrameChecksum checksum = new FrameChecksum();
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
  private final NextFile next;

  /** The files before the current one, oldest first. */
  private final Deque<LogFileHeader> full = new ArrayDeque<>();

  private LogFile file;
  private LogFileHeader header;

  /** Where the next frame begins in the current file. */
  private long end;

  private long forcedSequence;
  private volatile long lastSequence;
  private volatile long lengthBytes;
  private @Nullable IOException failure;

  /** Takes over what {@link LogRecovery} has found or begun. */
  WriteAheadLog(LogFiles files, LogOptions options, LogRecovery.Recovered recovered) {
    this.files = files;
    this.options = options;
    this.next = recovered.next();
    this.full.addAll(recovered.full());
    this.file = recovered.file();
    this.header = recovered.header();
    this.end = recovered.end();
    this.lastSequence = recovered.lastSequence();
    this.forcedSequence = lastSequence;
    measure();
  }

  /**
   * Opens a log and gives back its frames. An unfinished write at its end is cut off.
   *
   * @param directory the folder of the log. It is made if there is none; its parent folder exists.
   *     Nothing else is in it
   * @param options how to use the disk
   * @param firstNeeded the sequence number of the first frame that the caller needs, 1 or more.
   *     Older frames are not given back. If the log has no frames from there on, the next frame
   *     gets this number
   * @param reader takes the frames
   * @throws CorruptLogException when frames that had been forced are damaged or missing
   * @throws io.siskin.index.error.UnsupportedFormatException when a file is of another program or
   *     another version
   * @throws LogFullException when there is no room for the first file
   */
  public static WriteAheadLog open(
      Path directory, LogOptions options, long firstNeeded, FrameReader reader) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(directory);
      AtomicFile.forceDirectory(directory.resolveSibling("."));
    }
    return open(new DiskLogFiles(directory), options, firstNeeded, reader);
  }

  /** Opens a log on any kind of disk. */
  static WriteAheadLog open(
      LogFiles files, LogOptions options, long firstNeeded, FrameReader reader) throws IOException {
    Ranges.check("first sequence number", firstNeeded, 1, Long.MAX_VALUE);
    return new WriteAheadLog(
        files, options, new LogRecovery(files, options, firstNeeded).run(reader));
  }

  /**
   * Appends a frame. It is durable after the next {@link #force}.
   *
   * @param type what the payload is, 1 to 255. The log only stores it
   * @param payload the bytes from position to limit, at most {@link LogLayout#PAYLOAD_LENGTH_MAX}.
   *     Position and limit stay as they are
   * @return the sequence number of the frame: 1, 2, 3 and so on
   * @throws InvalidInputException when type or payload are out of range
   * @throws LogFullException when there is no room. No number was used up
   * @throws LogFailedException when the log has failed, now or before
   */
  public long append(int type, ByteBuffer payload) throws IOException {
    requireUsable();
    Ranges.check("type of the frame", type, 1, LogLayout.TYPE_MAX);
    if (payload.remaining() > LogLayout.PAYLOAD_LENGTH_MAX) {
      throw new InvalidInputException(
          "length of a batch for the log in bytes",
          payload.remaining(),
          "at most " + LogLayout.PAYLOAD_LENGTH_MAX);
    }
    int length = LogLayout.frameLength(payload.remaining());
    if (end + length > header.lengthBytes()) {
      continueInNextFile(length);
    }
    long sequence = lastSequence + 1;
    try {
      writeFrame(sequence, type, payload.duplicate());
    } catch (LogFullException noRoom) {
      erase(length, noRoom);
      throw noRoom;
    } catch (IOException failed) {
      throw fail(failed);
    }
    end += length;
    lastSequence = sequence;
    if (end > (header.lengthBytes() + LogLayout.FRAMES_OFFSET) / 2
        && next.prepare(NextFile.lengthAfter(header.lengthBytes(), options, 0))) {
      measure();
    }
    return sequence;
  }

  /**
   * Makes all appended frames durable.
   *
   * @return whether there were any that were not durable, so that the disk was asked
   * @throws LogFailedException when the log has failed, now or before. Whether the frames since the
   *     last force survive is unknown then
   */
  public boolean force() throws IOException {
    requireUsable();
    if (forcedSequence == lastSequence) {
      return false;
    }
    try {
      file.force();
    } catch (IOException failed) {
      throw fail(failed);
    }
    forcedSequence = lastSequence;
    return true;
  }

  /**
   * Deletes the files whose frames are not needed any more. The current file stays.
   *
   * @param sequence frames up to this one are not needed: their effects are durable elsewhere. A
   *     later {@link #open} asks for frames above it
   * @throws LogFailedException when the log has failed, now or before
   */
  public void truncateBefore(long sequence) throws IOException {
    requireUsable();
    boolean deleted = false;
    try {
      while (!full.isEmpty() && lastSequenceOfOldest() <= sequence) {
        files.delete(full.getFirst().name());
        full.removeFirst();
        deleted = true;
      }
      if (deleted) {
        files.forceNames();
        measure();
      }
    } catch (IOException failed) {
      throw fail(failed);
    }
  }

  private long lastSequenceOfOldest() {
    Iterator<LogFileHeader> oldest = full.iterator();
    oldest.next();
    return (oldest.hasNext() ? oldest.next() : header).firstSequence() - 1;
  }

  /** Returns the number of the frame that was appended last; 0 before the first one. */
  public long lastSequence() {
    return lastSequence;
  }

  /** Returns how many bytes of the disk the files take, prepared ones included. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /**
   * Closes the files. It does not force them: a caller that wants to keep all frames calls {@link
   * #force} first.
   */
  @Override
  public void close() throws IOException {
    if (failure == null) {
      failure = new IOException("the log was closed");
    }
    try {
      next.close();
    } finally {
      file.close();
    }
  }

  private void writeFrame(long sequence, int type, ByteBuffer payload) throws IOException {
    long unforced = Math.min(lastSequence - forcedSequence, 0xFFFF_FFFFL);
    buffer.clear();
    buffer.putInt(payload.remaining());
    buffer.putInt(0);
    buffer.putLong(sequence);
    buffer.putInt(type);
    buffer.putInt((int) unforced);
    buffer.putInt(LogLayout.FRAME_CHECKSUM_OFFSET, checksum.of(header.salt(), buffer, 0, payload));
    long at = end;
    while (payload.remaining() > buffer.remaining()) {
      int length = buffer.remaining();
      buffer.put(payload.slice().limit(length));
      payload.position(payload.position() + length);
      at += flush(at);
    }
    // The file has zeros where the padding is.
    buffer.put(payload);
    flush(at);
  }

  private int flush(long at) throws IOException {
    int length = buffer.flip().remaining();
    file.write(buffer, at);
    buffer.clear();
    return length;
  }

  /** Takes back a part of a frame that was written before the disk was full. */
  private void erase(int length, LogFullException reason) throws LogFailedException {
    try {
      buffer.clear();
      while (buffer.hasRemaining()) {
        buffer.put((byte) 0);
      }
      for (long at = end; at < end + length; at += buffer.capacity()) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), end + length - at));
        file.write(buffer, at);
      }
    } catch (IOException failed) {
      failed.addSuppressed(reason);
      throw fail(failed);
    }
  }

  /**
   * Makes the next file the current one. Everything in the current file is forced first, so only
   * the last file of a log can have an unfinished end.
   */
  private void continueInNextFile(int frameLength) throws IOException {
    boolean _ = force();
    boolean unused = header.firstSequence() > lastSequence;
    long fileNumber = unused ? header.fileNumber() : header.fileNumber() + 1;
    long length = NextFile.lengthAfter(unused ? 0 : header.lengthBytes(), options, frameLength);
    try {
      LogFileHeader newHeader;
      LogFile newFile;
      do {
        newHeader = new LogFileHeader(fileNumber, lastSequence + 1, salts.nextLong(), length);
        newFile = beginUnlessFull(newHeader, frameLength);
        // A disk that has no room for so long a file may have some for what is written now.
        length = NextFile.shorter(length, options, frameLength);
      } while (newFile == null);
      file.close();
      if (!unused) {
        full.addLast(header);
      }
      file = newFile;
      header = newHeader;
      end = LogLayout.FRAMES_OFFSET;
      measure();
    } catch (LogFullException noRoom) {
      throw noRoom;
    } catch (IOException failed) {
      throw fail(failed);
    }
  }

  /** Returns null when there is no room for the file and a shorter one would do. */
  private @Nullable LogFile beginUnlessFull(LogFileHeader newHeader, int frameLength)
      throws IOException {
    try {
      return begin(files, next, newHeader);
    } catch (LogFullException noRoom) {
      if (NextFile.shorter(newHeader.lengthBytes(), options, frameLength)
          == newHeader.lengthBytes()) {
        throw noRoom;
      }
      return null;
    }
  }

  /** Makes a file of the log. When it returns, the file is durable under its name. */
  static LogFile begin(LogFiles files, NextFile next, LogFileHeader header) throws IOException {
    LogFile file = next.take(header.lengthBytes());
    boolean begun = false;
    try {
      file.write(header.toBytes(), 0);
      file.force();
      files.rename(NextFile.NAME, header.name());
      files.forceNames();
      begun = true;
      return file;
    } catch (LogFullException noRoom) {
      next.discard(file);
      throw noRoom;
    } finally {
      if (!begun) {
        file.close();
      }
    }
  }

  private void measure() {
    long length = header.lengthBytes() + next.lengthBytes();
    for (LogFileHeader older : full) {
      length += older.lengthBytes();
    }
    lengthBytes = length;
  }

  private void requireUsable() throws LogFailedException {
    if (failure != null) {
      throw new LogFailedException(files.place(), failure);
    }
  }

  private LogFailedException fail(IOException failed) {
    failure = failed;
    return new LogFailedException(files.place(), failed);
  }
}

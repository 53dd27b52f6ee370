package io.siskin.server.log;

import io.siskin.index.format.v2.LogLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/**
 * Reads the frames of one file, one after another, and decides what the bytes after the last one
 * are. Only one thread may use it.
 */
final class LogFileScanner {
  private static final int WINDOW_LENGTH = 1 << 18;

  private final String place;
  private final LogFiles.LogFile file;
  private final LogFileHeader header;
  private final FrameChecksum checksum = new FrameChecksum();

  /** A part of the file. It grows to the longest frame. */
  private ByteBuffer window;

  private long windowOffset;

  /** Where the frame begins that comes after the current one. */
  private long end = LogLayout.FRAMES_OFFSET;

  /** Where the last frames begin, from the first one that is not known to have been forced. */
  private final ArrayDeque<Long> unforcedStarts = new ArrayDeque<>();

  private long sequence;
  private int type;
  private ByteBuffer payload;

  /**
   * @param place the file, for messages
   * @param header its header, which was checked
   */
  LogFileScanner(String place, LogFiles.LogFile file, LogFileHeader header) {
    this.place = place;
    this.file = file;
    this.header = header;
    this.sequence = header.firstSequence() - 1;
    this.window = newWindow((int) Math.min(WINDOW_LENGTH, header.lengthBytes()));
    this.payload = window;
    window.limit(0);
  }

  /**
   * Goes to the next frame.
   *
   * @return whether a valid frame follows. If not, the scanner stays where it is
   */
  boolean next() throws IOException {
    if (!holdsFrame(end)) {
      return false;
    }
    int at = load(end, LogLayout.FRAME_PAYLOAD_OFFSET);
    if (window.getLong(at + LogLayout.FRAME_SEQUENCE_OFFSET) != sequence + 1) {
      return false;
    }
    sequence++;
    type = window.getInt(at + LogLayout.FRAME_TYPE_OFFSET);
    int length = window.getInt(at + LogLayout.FRAME_LENGTH_OFFSET);
    payload = payload(at, length);
    unforcedStarts.addLast(end);
    long unforced = Integer.toUnsignedLong(window.getInt(at + LogLayout.FRAME_UNFORCED_OFFSET));
    while (unforcedStarts.size() > unforced + 1) {
      unforcedStarts.removeFirst();
    }
    end += LogLayout.frameLength(length);
    return true;
  }

  /** Returns the number of the current frame; one less than that of the first, before it. */
  long sequence() {
    return sequence;
  }

  int type() {
    return type;
  }

  /** Returns the payload of the current frame. It is valid until the scanner is used again. */
  ByteBuffer payload() {
    return payload;
  }

  /** Returns where the current frame ends. */
  long end() {
    return end;
  }

  /**
   * Demands that nothing after the current frame shows that a frame is missing. The writer may have
   * been stopped before it had forced its last frames. Any parts of them may then be on the disk,
   * and a whole frame may even stand after a bad one. But each frame tells how many frames before
   * it were not forced yet. If a frame shows that the missing one had been forced, the missing one
   * was damaged later.
   *
   * @throws CorruptLogException when a frame that was forced is missing
   */
  void requireUnforcedTail() throws IOException {
    for (long at = nextSuspect(end); at < header.lengthBytes(); at = nextSuspect(at + step())) {
      if (!holdsFrame(at)) {
        continue;
      }
      int index = load(at, LogLayout.FRAME_PAYLOAD_OFFSET);
      long later = window.getLong(index + LogLayout.FRAME_SEQUENCE_OFFSET);
      long unforced =
          Integer.toUnsignedLong(window.getInt(index + LogLayout.FRAME_UNFORCED_OFFSET));
      if (later - unforced > sequence + 1) {
        throw new CorruptLogException(
            place,
            end,
            "frame " + (sequence + 1),
            "no valid frame, but frame " + later + " at byte " + at);
      }
    }
  }

  /**
   * Makes the end of the file such that new frames can follow. Everything after the current frame
   * is overwritten with zeros, so that it never seems to follow a new frame. The frames that are
   * not known to have been forced are written again with the same bytes. They were read from the
   * memory of the system, perhaps, and a force that failed before may have left them there only.
   * The caller forces the file.
   */
  void settleTail() throws IOException {
    rewrite(unforcedStarts.isEmpty() ? end : unforcedStarts.getFirst());
    long at = end;
    while (at < header.lengthBytes()) {
      int length = (int) Math.min(WINDOW_LENGTH, header.lengthBytes() - at);
      int index = load(at, length);
      if (firstNonZero(index, length) < length) {
        file.write(ByteBuffer.allocate(length), at);
        window.limit(0);
      }
      at += length;
    }
  }

  private void rewrite(long from) throws IOException {
    long at = from;
    while (at < end) {
      int length = (int) Math.min(WINDOW_LENGTH, end - at);
      file.write(window.slice(load(at, length), length), at);
      at += length;
    }
  }

  private static int step() {
    return LogLayout.FRAME_ALIGNMENT;
  }

  /** Returns the first aligned offset from which not all bytes of a chunk are zero. */
  private long nextSuspect(long from) throws IOException {
    long at = from;
    while (at < header.lengthBytes()) {
      int length = (int) Math.min(WINDOW_LENGTH / 2, header.lengthBytes() - at);
      int zeros = firstNonZero(load(at, length), length);
      if (zeros < length) {
        return at + (zeros & -step());
      }
      at += length;
    }
    return at;
  }

  private int firstNonZero(int index, int length) {
    int at = 0;
    while (at + Long.BYTES <= length && window.getLong(index + at) == 0) {
      at += Long.BYTES;
    }
    while (at < length && window.get(index + at) == 0) {
      at++;
    }
    return at;
  }

  /** Returns whether a whole frame of this file, of any later number, begins at an offset. */
  private boolean holdsFrame(long at) throws IOException {
    long room = header.lengthBytes() - at;
    if (room < LogLayout.FRAME_PAYLOAD_OFFSET) {
      return false;
    }
    int index = load(at, LogLayout.FRAME_PAYLOAD_OFFSET);
    int length = window.getInt(index + LogLayout.FRAME_LENGTH_OFFSET);
    long number = window.getLong(index + LogLayout.FRAME_SEQUENCE_OFFSET);
    int kind = window.getInt(index + LogLayout.FRAME_TYPE_OFFSET);
    if (kind < 1
        || kind > LogLayout.TYPE_MAX
        || length < 0
        || length > LogLayout.PAYLOAD_LENGTH_MAX
        || LogLayout.frameLength(length) > room
        || number <= sequence) {
      return false;
    }
    index = load(at, LogLayout.frameLength(length));
    int stored = window.getInt(index + LogLayout.FRAME_CHECKSUM_OFFSET);
    return checksum.of(header.salt(), window, index, payload(index, length)) == stored
        && isZero(index + LogLayout.FRAME_PAYLOAD_OFFSET + length, index, length);
  }

  private boolean isZero(int from, int index, int length) {
    for (int at = from; at < index + LogLayout.frameLength(length); at++) {
      if (window.get(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private ByteBuffer payload(int index, int length) {
    return window
        .slice(index + LogLayout.FRAME_PAYLOAD_OFFSET, length)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Makes a part of the file stand in the window, and returns its index there. */
  private int load(long offset, int length) throws IOException {
    if (offset >= windowOffset && offset + length <= windowOffset + window.limit()) {
      return (int) (offset - windowOffset);
    }
    if (window.capacity() < length) {
      window = newWindow(Math.max(length, Math.min(2 * window.capacity(), 1 << 26)));
    }
    window.clear();
    windowOffset = offset;
    try {
      file.read(window, offset);
    } catch (IOException unreadable) {
      CorruptLogException corrupt =
          new CorruptLogException(
              place, offset, "bytes that can be read", "an error: " + unreadable.getMessage());
      corrupt.initCause(unreadable);
      throw corrupt;
    }
    window.flip();
    if (window.limit() < length) {
      throw new CorruptLogException(
          place,
          offset + window.limit(),
          "a file of " + header.lengthBytes() + " bytes",
          "its end");
    }
    return 0;
  }

  private static ByteBuffer newWindow(int length) {
    return ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}

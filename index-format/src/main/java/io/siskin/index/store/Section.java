package io.siskin.index.store;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;

/**
 * One verified section of a mapped file: a view that is valid while the mapping is open.
 *
 * @param file the file, for messages
 * @param offset the section's offset in the file in bytes
 * @param encoding the variant of its encoding
 * @param count the number of elements that the directory names
 * @param bytes exactly the section's bytes
 * @param paddedBytes the section's bytes and 64 more that may be read but mean nothing, for vector
 *     loads
 */
public record Section(
    String file,
    long offset,
    int encoding,
    long count,
    MemorySegment bytes,
    MemorySegment paddedBytes) {
  /** Returns the section's length in bytes. */
  public long lengthBytes() {
    return bytes.byteSize();
  }

  /**
   * Returns the count as an int.
   *
   * @param max the largest count that the reader can use
   * @throws CorruptSegmentException when the count is outside 0 to max
   */
  public int countAtMost(int max) throws CorruptSegmentException {
    require(count >= 0 && count <= max, "a count of 0 to " + max, count);
    return (int) count;
  }

  /**
   * Demands a number of elements.
   *
   * @param expectedCount what the rest of the segment says it is
   * @throws CorruptSegmentException when the directory names another
   */
  public void requireCount(long expectedCount) throws CorruptSegmentException {
    require(count == expectedCount, "a count of " + expectedCount, count);
  }

  /**
   * Demands the length that the count implies.
   *
   * @param expectedBytes the length in bytes that the format gives for this count
   * @throws CorruptSegmentException when the section is longer or shorter
   */
  public void requireLength(long expectedBytes) throws CorruptSegmentException {
    require(lengthBytes() == expectedBytes, expectedBytes + " bytes in the section", lengthBytes());
  }

  /**
   * Demands an array: so many elements of one length and nothing else.
   *
   * @param expectedCount what the rest of the segment says their number is
   * @param elementBytes the length of an element, 0 or more
   * @throws CorruptSegmentException when the directory names another number, or the section is
   *     longer or shorter
   */
  public void requireArray(long expectedCount, long elementBytes) throws CorruptSegmentException {
    requireCount(expectedCount);
    require(
        count >= 0 && count <= Long.MAX_VALUE / Math.max(1, elementBytes),
        "a possible count",
        count);
    requireLength(count * elementBytes);
  }

  /**
   * Demands one of the encodings that this build reads.
   *
   * @param known the encodings read
   * @throws CorruptSegmentException when the section has another one
   */
  public void requireEncoding(int... known) throws CorruptSegmentException {
    for (int encodingRead : known) {
      if (encodingRead == encoding) {
        return;
      }
    }
    require(false, "a section encoding in " + java.util.Arrays.toString(known), encoding);
  }

  /**
   * Demands anything else.
   *
   * @param holds whether the section is as the format says
   * @param expected what the format says
   * @param found what stands there
   * @throws CorruptSegmentException when it does not hold
   */
  public void require(boolean holds, Object expected, Object found) throws CorruptSegmentException {
    if (!holds) {
      throw new CorruptSegmentException(file, offset, expected, found);
    }
  }

  /**
   * Returns the u32 of an index.
   *
   * @param index which element of an array of u32
   */
  public int u32(long index) {
    return bytes.get(FileLayout.U32, index * Integer.BYTES);
  }

  /**
   * Returns the f32 of an index.
   *
   * @param index which element of an array of f32
   */
  public float f32(long index) {
    return bytes.get(FileLayout.F32, index * Float.BYTES);
  }
}

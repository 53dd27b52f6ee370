package io.siskin.index.store;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;

/**
 * One verified section of a mapped file. It is a view that is valid while the mapping is open.
 *
 * @param file the file, for messages
 * @param offset the section's offset in the file in bytes
 * @param encoding the variant of its encoding
 * @param count the number of elements that the directory gives
 * @param bytes exactly the bytes of the section
 * @param paddedBytes the bytes of the section, followed by 64 bytes that vector loads may read but
 *     that have no meaning
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
   * @throws CorruptSegmentException if the count is not in the range 0 to max
   */
  public int countAtMost(int max) throws CorruptSegmentException {
    require(count >= 0 && count <= max, "a count of 0 to " + max, count);
    return (int) count;
  }

  /**
   * Checks the number of elements.
   *
   * @param expectedCount the number that follows from the rest of the segment
   * @throws CorruptSegmentException if the directory gives another number
   */
  public void requireCount(long expectedCount) throws CorruptSegmentException {
    require(count == expectedCount, "a count of " + expectedCount, count);
  }

  /**
   * Checks the length of the section.
   *
   * @param expectedBytes the length in bytes that the format gives for this count
   * @throws CorruptSegmentException if the section is longer or shorter
   */
  public void requireLength(long expectedBytes) throws CorruptSegmentException {
    require(lengthBytes() == expectedBytes, expectedBytes + " bytes in the section", lengthBytes());
  }

  /**
   * Checks that the section is an array of elements of one length, and nothing else.
   *
   * @param expectedCount the number of elements that follows from the rest of the segment
   * @param elementBytes the length of an element in bytes, 0 or more
   * @throws CorruptSegmentException if the directory gives another number, or if the section is
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
   * Checks that this program can read the encoding of the section.
   *
   * @param known the encodings that it can read
   * @throws CorruptSegmentException if the section has another encoding
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
   * Checks any other fact.
   *
   * @param holds whether the fact is as the format demands
   * @param expected what the format demands
   * @param found what the section has
   * @throws CorruptSegmentException if {@code holds} is false
   */
  public void require(boolean holds, Object expected, Object found) throws CorruptSegmentException {
    if (!holds) {
      throw new CorruptSegmentException(file, offset, expected, found);
    }
  }

  /**
   * Returns an element of a section that is an array of u32.
   *
   * @param index the index of the element
   */
  public int u32(long index) {
    return bytes.get(FileLayout.U32, index * Integer.BYTES);
  }

  /**
   * Returns an element of a section that is an array of f32.
   *
   * @param index the index of the element
   */
  public float f32(long index) {
    return bytes.get(FileLayout.F32, index * Float.BYTES);
  }
}

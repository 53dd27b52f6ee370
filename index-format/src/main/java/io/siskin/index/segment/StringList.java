package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.store.Section;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A mapped list of strings by number. {@link StringListLayout} describes the bytes. It is a view of
 * mapped memory and is safe for concurrent use.
 */
final class StringList {
  private final Section offsets;
  private final MemorySegment bytes;
  private final boolean wide;
  private final int size;

  StringList(Section offsets, Section bytes, int size) throws CorruptSegmentException {
    offsets.requireEncoding(StringListLayout.ENCODING_U32, StringListLayout.ENCODING_U64);
    bytes.requireEncoding(FormatV1.ENCODING_PLAIN);
    this.wide = offsets.encoding() == StringListLayout.ENCODING_U64;
    this.offsets = offsets;
    this.bytes = bytes.bytes();
    this.size = size;
    offsets.requireCount(size);
    bytes.requireCount(size);
    offsets.requireLength((size + 1L) * offsets.encoding());
    offsets.require(offset(0) == 0, "a first string offset of 0", offset(0));
    offsets.require(
        offset(size) == bytes.lengthBytes(),
        "a last string offset of " + bytes.lengthBytes(),
        offset(size));
  }

  int size() {
    return size;
  }

  /** Checks that every string has at least this many bytes. */
  void check(int lengthMin) throws CorruptSegmentException {
    for (int number = 0; number < size; number++) {
      long end = offset(number + 1);
      if (end < offset(number) + lengthMin || end > bytes.byteSize()) {
        throw new CorruptSegmentException(
            offsets.file(),
            offsets.offset() + (number + 1L) * offsets.encoding(),
            "a string offset of " + (offset(number) + lengthMin) + " to " + bytes.byteSize(),
            end);
      }
    }
  }

  String get(int number) {
    MemorySegment utf8 = utf8(number);
    return new String(utf8.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /** Returns exactly the bytes of one string. */
  MemorySegment utf8(int number) {
    long start = offset(number);
    return bytes.asSlice(start, offset(number + 1) - start);
  }

  /**
   * Returns how many strings of a sorted part of the list are below a key, in the order of unsigned
   * bytes.
   *
   * @param from the number of the part's first string
   * @param to the number after that of its last string
   */
  int countBelow(int from, int to, byte[] key) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(middle, key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - from;
  }

  private int compare(int number, byte[] key) {
    long start = offset(number);
    long length = offset(number + 1) - start;
    int common = (int) Math.min(length, key.length);
    for (int i = 0; i < common; i++) {
      int order = Integer.compare(bytes.get(FileLayout.U8, start + i) & 0xFF, key[i] & 0xFF);
      if (order != 0) {
        return order;
      }
    }
    return Long.compare(length, key.length);
  }

  /**
   * Returns the number of a string, or {@link SlotTable#ABSENT}. It allocates nothing if the string
   * is ASCII.
   */
  int find(SlotTable slots, String key) {
    if (!StringListLayout.isAscii(key)) {
      byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
      return find(slots, utf8);
    }
    long hash = StringListLayout.hashOfAscii(key);
    for (int probe = 0; ; probe++) {
      int number = slots.candidate(hash, probe);
      if (number < 0 || equalsAt(number, key)) {
        return number;
      }
    }
  }

  private int find(SlotTable slots, byte[] utf8) {
    long hash = StringListLayout.hash(utf8, 0, utf8.length);
    for (int probe = 0; ; probe++) {
      int number = slots.candidate(hash, probe);
      if (number < 0 || equalsAt(number, utf8)) {
        return number;
      }
    }
  }

  private boolean equalsAt(int number, String ascii) {
    long start = offset(number);
    if (offset(number + 1) - start != ascii.length()) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (bytes.get(FileLayout.U8, start + i) != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean equalsAt(int number, byte[] utf8) {
    long start = offset(number);
    if (offset(number + 1) - start != utf8.length) {
      return false;
    }
    return MemorySegment.mismatch(
            bytes, start, start + utf8.length, MemorySegment.ofArray(utf8), 0, utf8.length)
        < 0;
  }

  private long offset(int number) {
    return wide
        ? offsets.bytes().get(FileLayout.U64, (long) number * Long.BYTES)
        : Integer.toUnsignedLong(
            offsets.bytes().get(FileLayout.U32, (long) number * Integer.BYTES));
  }
}

package io.siskin.index.format.v1;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;

/**
 * A list of strings in up to three sections. These are the offsets, the UTF-8 bytes, and hash slots
 * that find the number of a string. There are count + 1 offsets, which are u32 in encoding 4 and
 * u64 in encoding 8.
 *
 * <p>The slots are a hash table with open addressing and linear probing. A slot is a u32. It holds
 * number + 1, or 0 if it is free. The number of slots is a power of two, at least 4/3 of the count,
 * and at least one slot is free. The first slot of a key is given by the low bits of its hash.
 */
public final class StringListLayout {
  /** Encoding of offsets as u32, for fewer than 4 GiB of bytes. */
  public static final int ENCODING_U32 = 4;

  /** Encoding of offsets as u64. */
  public static final int ENCODING_U64 = 8;

  private static final long FNV_OFFSET_BASIS = 0xCBF2_9CE4_8422_2325L;
  private static final long FNV_PRIME = 0x0000_0100_0000_01B3L;
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

  private StringListLayout() {}

  /**
   * Returns the number of slots of a table.
   *
   * @param count the number of keys, 0 to {@link FormatV1#DOCUMENT_COUNT_MAX}
   */
  public static long slotCount(long count) {
    long wanted = Math.max(1, count + count / 3 + 1);
    return Long.highestOneBit((wanted - 1) | 1) << (wanted > 1 ? 1 : 0);
  }

  /**
   * Returns the hash of a string. It is FNV-1a over the UTF-8 bytes of the string, followed by a
   * mixing step.
   *
   * @param utf8 the array that holds the bytes
   * @param offset the index of the first byte
   * @param length the number of bytes
   */
  public static long hash(byte[] utf8, int offset, int length) {
    long hash = FNV_OFFSET_BASIS;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ (utf8[offset + i] & 0xFF)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /**
   * Returns whether a string is ASCII, so that its characters are its UTF-8 bytes.
   *
   * @param text the string
   */
  public static boolean isAscii(String text) {
    int all = 0;
    for (int i = 0; i < text.length(); i++) {
      all |= text.charAt(i);
    }
    return all < 0x80;
  }

  /**
   * Returns the hash of an ASCII string. It is the same as {@link #hash(byte[], int, int)} of its
   * bytes.
   *
   * @param ascii the string
   */
  public static long hashOfAscii(String ascii) {
    long hash = FNV_OFFSET_BASIS;
    for (int i = 0; i < ascii.length(); i++) {
      hash = (hash ^ ascii.charAt(i)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /**
   * Returns the hash of a string in memory.
   *
   * @param utf8 exactly the bytes of the string
   */
  public static long hash(MemorySegment utf8) {
    long hash = FNV_OFFSET_BASIS;
    for (long i = 0; i < utf8.byteSize(); i++) {
      hash = (hash ^ (utf8.get(FileLayout.U8, i) & 0xFF)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /**
   * Returns the hash of a term id. It is the same mixing step, applied to the unsigned number.
   *
   * @param termId an unsigned 32-bit id
   */
  public static long hash(int termId) {
    return mix(Integer.toUnsignedLong(termId));
  }

  private static long mix(long value) {
    long mixed = value * MIX;
    return mixed ^ (mixed >>> 32);
  }
}

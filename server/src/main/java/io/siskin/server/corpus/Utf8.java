package io.siskin.server.corpus;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Strict checks of UTF-8 bytes, eight at a time while they are ASCII. */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EVERY_BYTE = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /**
   * Returns the position of the first byte that begins no well-formed character (Unicode table 3-7:
   * no overlong form, no surrogate, nothing above U+10FFFF), or −1 when there is none.
   */
  static int firstInvalid(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end) {
      if (end - at >= Long.BYTES && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
        at += Long.BYTES;
      } else if (bytes[at] >= 0) {
        at++;
      } else {
        int length = sequenceLength(bytes, at, end);
        if (length == 0) {
          return at;
        }
        at += length;
      }
    }
    return -1;
  }

  /**
   * Returns whether a byte occurs; the search for the one zero byte of {@code word ^ pattern} is
   * the classic one.
   */
  static boolean contains(byte[] bytes, int start, int end, byte wanted) {
    long pattern = EVERY_BYTE * (wanted & 0xFF);
    int at = start;
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      long difference = (long) LONGS.get(bytes, at) ^ pattern;
      if ((difference - EVERY_BYTE & ~difference & HIGH_BITS) != 0) {
        return true;
      }
    }
    for (; at < end; at++) {
      if (bytes[at] == wanted) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether every surrogate of a text has its partner, so that the text has a UTF-8 form.
   */
  static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (Character.isSurrogate(unit)) {
        if (Character.isLowSurrogate(unit)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** The length of the well-formed sequence of two to four bytes at a position, or 0. */
  private static int sequenceLength(byte[] bytes, int at, int end) {
    int lead = bytes[at] & 0xFF;
    if (lead < 0xC2 || lead > 0xF4) {
      return 0;
    }
    int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (end - at < length) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    int secondMin = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int secondMax = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < secondMin || second > secondMax) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}

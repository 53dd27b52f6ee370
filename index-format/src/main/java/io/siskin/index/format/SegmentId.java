package io.siskin.index.format;

import java.util.HexFormat;

/**
 * Identifies a segment by its content: two builds of the same input with the same options give the
 * same id, and files of different segments never pass for one another.
 *
 * @param high first 8 bytes
 * @param low last 8 bytes
 */
public record SegmentId(long high, long low) {
  /** Returns 32 hexadecimal digits. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}

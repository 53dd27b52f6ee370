package io.siskin.index.format;

import java.util.HexFormat;

/**
 * The id of a segment, which is a hash of its content. Two builds of the same input with the same
 * options give the same id. Files of different segments have different ids, so they cannot be mixed
 * up.
 *
 * @param high the first 8 bytes
 * @param low the last 8 bytes
 */
public record SegmentId(long high, long low) {
  /** Returns the id as 32 hexadecimal digits. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}

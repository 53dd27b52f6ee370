package io.siskin.index.format;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The digest by which segments, files, models and encodings are told apart (FIPS 180-4). */
public final class Sha256 {
  private Sha256() {}

  /** Returns a new digest, for content that comes in pieces. Not safe for concurrent use. */
  public static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }

  /**
   * Returns the digest of some content.
   *
   * @param content all of it
   * @return 64 lower-case hexadecimal digits
   */
  public static String hex(byte[] content) {
    return HexFormat.of().formatHex(newDigest().digest(content));
  }
}

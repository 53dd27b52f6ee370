package io.siskin.server.rpc.mapping;

import io.siskin.index.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * Where a page of documents begins. A position means something in one collection only, so the token
 * says which one it is of: an alias may be switched between two pages.
 *
 * @param text the token as it came; empty for the first page
 * @param position the position after which the page begins, 0 for the first page
 * @param collectionChecksum a checksum of the name of the collection that it is of; unused for the
 *     first page
 */
public record PageToken(String text, long position, int collectionChecksum) {
  private static final int LENGTH_BYTES = Long.BYTES + Integer.BYTES;

  /**
   * Translates a token.
   *
   * @param text the token; empty for the first page
   * @throws InvalidInputException when it is no token of ours
   */
  public static PageToken of(String text) {
    if (text.isEmpty()) {
      return new PageToken(text, 0, 0);
    }
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
    } catch (IllegalArgumentException malformed) {
      throw wrong(text);
    }
    if (bytes.remaining() != LENGTH_BYTES || bytes.getLong(0) < 1) {
      throw wrong(text);
    }
    return new PageToken(text, bytes.getLong(), bytes.getInt());
  }

  private static InvalidInputException wrong(String text) {
    return new InvalidInputException(
        "page_token", text, "the next_page_token of an earlier response");
  }

  /**
   * Checks that the token is of a collection.
   *
   * @param collection the name of the collection that was read, not an alias
   * @throws InvalidInputException when it is of another one
   */
  void check(String collection) {
    if (!text.isEmpty() && collectionChecksum != checksum(collection)) {
      throw new InvalidInputException(
          "page_token",
          text,
          "one of the collection " + collection + "; begin with the first page again");
    }
  }

  /**
   * Makes the token of the page after a position.
   *
   * @param collection the name of the collection, not an alias
   * @param position the position of the last document of a page, from 1
   */
  static String after(String collection, long position) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            ByteBuffer.allocate(LENGTH_BYTES)
                .putLong(position)
                .putInt(checksum(collection))
                .array());
  }

  private static int checksum(String collection) {
    CRC32C checksum = new CRC32C();
    checksum.update(collection.getBytes(StandardCharsets.UTF_8));
    return (int) checksum.getValue();
  }
}

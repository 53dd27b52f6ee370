package io.siskin.server.collection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.CorruptSegmentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The checksum of a small JSON file: its last member, {@code checksum}, has the CRC-32C of the
 * object without that member, written without white space. A file without the member is accepted:
 * older versions and people write none.
 */
final class JsonChecksum {
  private static final String MEMBER = "checksum";
  private static final ObjectMapper COMPACT = new ObjectMapper();

  private final @Nullable JsonNode stored;
  private final @Nullable String found;

  private JsonChecksum(@Nullable JsonNode stored, @Nullable String found) {
    this.stored = stored;
    this.found = found;
  }

  /**
   * Adds the checksum.
   *
   * @param object what is to be written, complete
   */
  static void addTo(ObjectNode object) {
    try {
      // As a reader sees it, so that both sides spell each number in the same way.
      JsonNode asRead = COMPACT.readTree(COMPACT.writeValueAsBytes(object));
      object.put(MEMBER, hex(COMPACT.writeValueAsBytes(asRead)));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /**
   * Takes the checksum out of what was read.
   *
   * @param root what was read; it may be anything
   */
  static JsonChecksum takeFrom(JsonNode root) {
    JsonNode stored = root instanceof ObjectNode object ? object.remove(MEMBER) : null;
    return new JsonChecksum(stored, stored == null ? "" : ofRead(root));
  }

  /**
   * Verifies it. To be done last: what is of another version, or has a wrong member, is told so.
   *
   * @param file the file, for the message
   * @throws CorruptSegmentException when the content is not what was written
   */
  void verify(String file) throws CorruptSegmentException {
    if (stored != null && !stored.asText().equals(found)) {
      throw new CorruptSegmentException(
          file,
          0,
          "content of checksum " + ManifestMembers.shown(stored),
          found == null ? "content that JSON has no bytes for" : "content of " + found);
    }
  }

  /** Returns null for what cannot be written: an escape can bring in half of a character. */
  private static @Nullable String ofRead(JsonNode root) {
    try {
      return hex(COMPACT.writeValueAsBytes(root));
    } catch (IOException halfOfACharacter) {
      return null;
    }
  }

  private static String hex(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return HexFormat.of().toHexDigits((int) checksum.getValue());
  }
}

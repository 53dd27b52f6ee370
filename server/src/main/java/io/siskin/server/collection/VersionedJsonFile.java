package io.siskin.server.collection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.file.BoundedFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A file of JSON in a data directory that holds a version, one object and a checksum, see
 * docs/format.md. It is replaced as a whole.
 *
 * @param name the file's name
 * @param member the name of the object
 * @param version the version that is written, and the only one that is read
 * @param lengthBytesMax the longest file that is read, in bytes
 */
record VersionedJsonFile(String name, String member, int version, int lengthBytesMax) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Makes what a file means of its object. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * Reads the object.
     *
     * @param members tells what is wrong with it, and where
     * @param object the object
     */
    T read(ManifestMembers members, JsonNode object) throws CorruptSegmentException;
  }

  /**
   * Reads the file.
   *
   * @param data the data directory
   * @param missing what it means that there is no file
   * @param reader reads the object
   * @throws CorruptSegmentException when the file is something else
   * @throws UnsupportedFormatException when it is of another version
   */
  <T> T read(Path data, T missing, Reader<T> reader) throws IOException {
    Path file = data.resolve(name);
    byte[] content;
    try {
      content = BoundedFile.readStored(file, lengthBytesMax);
    } catch (NoSuchFileException none) {
      return missing;
    }
    String place = file.toString();
    JsonNode root = tree(place, content);
    JsonChecksum checksum = JsonChecksum.takeFrom(root);
    JsonNode found = root.path("version");
    if (found.isIntegralNumber() && found.asLong() != version) {
      throw new UnsupportedFormatException(place, 0, "version " + version, "version " + found);
    }
    ManifestMembers members = new ManifestMembers(place, "", root, Set.of("version", member));
    JsonNode object = members.node(member);
    members.require(object.isObject(), member, "an object");
    T read = reader.read(members, object);
    checksum.verify(place);
    return read;
  }

  private JsonNode tree(String place, byte[] content) throws CorruptSegmentException {
    try {
      return JSON.readTree(content);
    } catch (JsonProcessingException malformed) {
      throw new CorruptSegmentException(place, 0, member + " in JSON", "something else");
    } catch (IOException notUnicode) {
      throw new CorruptSegmentException(
          place, 0, member + " in JSON", "bytes in no encoding of Unicode");
    }
  }

  /**
   * Replaces the file, durably.
   *
   * @param data the data directory
   * @param content fills the object
   */
  void write(Path data, Consumer<ObjectNode> content) throws IOException {
    ObjectNode json = JSON.createObjectNode().put("version", version);
    content.accept(json.putObject(member));
    JsonChecksum.addTo(json);
    AtomicFile.write(data.resolve(name), JSON.writeValueAsBytes(json));
  }
}

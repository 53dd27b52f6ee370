package io.siskin.server.collection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the content of a manifest, member by member, and says in own words what is wrong. */
final class ManifestReader {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Set<String> MEMBERS =
      Set.of("version", "name", "generation", "encoder", "segments");
  private static final Set<String> SEGMENT_MEMBERS = Set.of("id", "documentCount", "lengthBytes");
  private static final Pattern SEGMENT_ID = Pattern.compile("[0-9a-f]{32}");
  private static final int SHOWN_LENGTH_MAX = 80;

  private final String file;

  private ManifestReader(String file) {
    this.file = file;
  }

  /**
   * Reads a manifest.
   *
   * @param file where it stands, for messages
   * @param content its bytes
   * @throws CorruptSegmentException when it is not a manifest
   * @throws UnsupportedFormatException when it is of another version
   */
  static CollectionManifest read(String file, byte[] content)
      throws CorruptSegmentException, UnsupportedFormatException {
    return new ManifestReader(file).manifest(content);
  }

  private CollectionManifest manifest(byte[] content)
      throws CorruptSegmentException, UnsupportedFormatException {
    JsonNode root = tree(content);
    JsonNode version = root.path("version");
    if (version.isIntegralNumber() && version.asLong() != CollectionManifest.VERSION) {
      throw new UnsupportedFormatException(
          file, 0, "version " + CollectionManifest.VERSION, "version " + shown(version));
    }
    checkMembers(root, MEMBERS, "");
    String name = root.path("name").asText();
    require(DataDirectory.isName(name), "name", "a name of a collection", root.path("name"));
    JsonNode encoder = root.path("encoder");
    require(encoder.isObject(), "encoder", "an object", encoder);
    return new CollectionManifest(
        (int) number(root, "version", "", 1, Integer.MAX_VALUE),
        name,
        number(root, "generation", "", 1, Long.MAX_VALUE),
        encoder,
        segments(root.path("segments")));
  }

  private JsonNode tree(byte[] content) throws CorruptSegmentException {
    try {
      JsonNode root = JSON.readTree(content);
      require(root.isObject(), "content", "one object", root);
      return root;
    } catch (JsonProcessingException malformed) {
      long offset =
          malformed.getLocation() == null
              ? 0
              : Math.max(0, malformed.getLocation().getByteOffset());
      throw new CorruptSegmentException(
          file, offset, "a collection manifest in JSON", "something else");
    } catch (CorruptSegmentException other) {
      throw other;
    } catch (IOException e) {
      throw new AssertionError("reads from memory", e);
    }
  }

  private List<SegmentEntry> segments(JsonNode array) throws CorruptSegmentException {
    require(array.isArray(), "segments", "an array", array);
    List<SegmentEntry> segments = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < array.size(); i++) {
      JsonNode segment = array.get(i);
      String place = "segments[" + i + "].";
      require(segment.isObject(), "segments[" + i + "]", "an object", segment);
      checkMembers(segment, SEGMENT_MEMBERS, place);
      JsonNode id = segment.path("id");
      require(
          id.isTextual() && SEGMENT_ID.matcher(id.textValue()).matches(),
          place + "id",
          "32 lower-case hexadecimal digits",
          id);
      require(ids.add(id.textValue()), place + "id", "each segment once", id);
      segments.add(
          new SegmentEntry(
              id.textValue(),
              number(segment, "documentCount", place, 0, Integer.MAX_VALUE),
              number(segment, "lengthBytes", place, 0, Long.MAX_VALUE)));
    }
    return segments;
  }

  private void checkMembers(JsonNode object, Set<String> known, String place)
      throws CorruptSegmentException {
    for (String name : known) {
      require(object.has(name), place + name, "the member", object.path(name));
    }
    for (var member : object.properties()) {
      require(
          known.contains(member.getKey()),
          JSON.getNodeFactory().textNode(shorten(member.getKey())).toString(),
          "no such member",
          member.getValue());
    }
  }

  private long number(JsonNode object, String name, String place, long min, long max)
      throws CorruptSegmentException {
    JsonNode value = object.path(name);
    require(
        value.isIntegralNumber()
            && value.canConvertToLong()
            && value.longValue() >= min
            && value.longValue() <= max,
        place + name,
        "a whole number of " + min + " to " + max,
        value);
    return value.longValue();
  }

  private void require(boolean holds, String member, String expected, JsonNode found)
      throws CorruptSegmentException {
    if (!holds) {
      throw new CorruptSegmentException(file, 0, member + ": " + expected, shown(found));
    }
  }

  /** As JSON, which shows control characters as escapes. */
  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "nothing" : shorten(value.toString());
  }

  private static String shorten(String text) {
    return text.length() <= SHOWN_LENGTH_MAX ? text : text.substring(0, SHOWN_LENGTH_MAX) + "…";
  }
}

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

/** Reads the content of a manifest of version 1 or 2 and believes nothing of it. */
final class ManifestReader {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Set<String> MEMBERS_1 =
      Set.of("version", "name", "generation", "encoder", "segments");
  private static final Set<String> SEGMENT_MEMBERS_1 = Set.of("id", "documentCount", "lengthBytes");
  private static final Set<String> MEMBERS_2 = with(MEMBERS_1, SettingsJson.MEMBERS, "log");
  private static final Set<String> SEGMENT_MEMBERS_2 =
      with(SEGMENT_MEMBERS_1, Set.of(), "deletesGeneration", "deletedCount");
  private static final Pattern SEGMENT_ID = Pattern.compile("[0-9a-f]{32}");

  private ManifestReader() {}

  private static Set<String> with(Set<String> some, Set<String> others, String... more) {
    Set<String> all = new HashSet<>(some);
    all.addAll(others);
    all.addAll(List.of(more));
    return Set.copyOf(all);
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
    JsonNode root = tree(file, content);
    JsonNode found = root.path("version");
    JsonChecksum checksum = found.asLong() == 1 ? null : JsonChecksum.takeFrom(root);
    if (found.isIntegralNumber()
        && !(found.asLong() >= 1 && found.asLong() <= CollectionManifest.VERSION)) {
      throw new UnsupportedFormatException(
          file,
          0,
          "version 1 to " + CollectionManifest.VERSION,
          "version " + ManifestMembers.shown(found));
    }
    boolean first = found.asLong() == 1;
    ManifestMembers members =
        first
            ? new ManifestMembers(file, "", root, MEMBERS_1)
            : new ManifestMembers(file, "", root, MEMBERS_2, SettingsJson.LATER_MEMBERS);
    String name = members.node("name").asText();
    members.require(DataDirectory.isName(name), "name", "a name of a collection");
    members.require(members.node("encoder").isObject(), "encoder", "an object");
    CollectionManifest manifest =
        new CollectionManifest(
            (int) members.number("version", 1, CollectionManifest.VERSION),
            name,
            members.number("generation", 1, Long.MAX_VALUE),
            members.node("encoder"),
            first ? CollectionSettings.DEFAULTS : SettingsJson.read(members),
            first ? LogState.NONE : log(members),
            segments(members, first));
    if (checksum != null) {
      checksum.verify(file);
    }
    return manifest;
  }

  private static JsonNode tree(String file, byte[] content) throws CorruptSegmentException {
    try {
      return JSON.readTree(content);
    } catch (JsonProcessingException malformed) {
      long offset =
          malformed.getLocation() == null
              ? 0
              : Math.max(0, malformed.getLocation().getByteOffset());
      throw new CorruptSegmentException(
          file, offset, "a collection manifest in JSON", "something else");
    } catch (IOException notUnicode) {
      // The first bytes can look like UTF-32, and the others not.
      throw new CorruptSegmentException(
          file, 0, "a collection manifest in JSON", "bytes in no encoding of Unicode");
    }
  }

  private static LogState log(ManifestMembers manifest) throws CorruptSegmentException {
    ManifestMembers log =
        manifest.object("log", Set.of("epoch", "floor", "lastPosition"), Set.of("durable"));
    return new LogState(
        log.number("epoch", 0, Long.MAX_VALUE),
        log.number("floor", 0, Long.MAX_VALUE),
        log.number("lastPosition", 0, Long.MAX_VALUE),
        log.node("durable").isMissingNode() ? 0 : log.number("durable", 0, Long.MAX_VALUE));
  }

  private static List<SegmentEntry> segments(ManifestMembers manifest, boolean first)
      throws CorruptSegmentException {
    List<SegmentEntry> segments = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (ManifestMembers segment :
        manifest.objects("segments", first ? SEGMENT_MEMBERS_1 : SEGMENT_MEMBERS_2)) {
      JsonNode id = segment.node("id");
      segment.require(
          id.isTextual() && SEGMENT_ID.matcher(id.textValue()).matches(),
          "id",
          "32 lower-case hexadecimal digits");
      segment.require(ids.add(id.textValue()), "id", "each segment once");
      long documents = segment.number("documentCount", 0, Integer.MAX_VALUE);
      long length = segment.number("lengthBytes", 0, Long.MAX_VALUE);
      segments.add(
          first
              ? new SegmentEntry(id.textValue(), documents, length)
              : new SegmentEntry(
                  id.textValue(),
                  documents,
                  length,
                  segment.number("deletesGeneration", 0, Long.MAX_VALUE),
                  segment.number("deletedCount", 0, documents)));
    }
    return segments;
  }
}

package io.siskin.server.encode.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.encode.file.JsonFile;
import java.util.stream.Collectors;

/**
 * The stored form of an {@link EncoderSpec}: one JSON object with {@code version}, {@code kind} and
 * the record's members, for example
 *
 * <pre>{"version":1,"kind":"bm25","analyzer":{"kind":"english"},"k1":0.9,"b":0.4,
 * "averageLength":56.2}</pre>
 *
 * <p>Reading is strict, because a member that is missing, misspelt or not understood would encode
 * queries differently from the documents without anybody noticing. Only members that came later may
 * be missing: a spec without them means what it meant before there were any. Equal specs give equal
 * text.
 */
public final class EncoderSpecJson {
  /** The version that is written, and the only one read. */
  public static final int VERSION = 1;

  private static final String VERSION_MEMBER = "version";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private EncoderSpecJson() {}

  /**
   * Writes a spec.
   *
   * @param spec what to write
   * @return JSON on one line
   */
  public static String write(EncoderSpec spec) {
    ObjectNode stored = MAPPER.createObjectNode().put(VERSION_MEMBER, VERSION);
    stored.setAll(MAPPER.<ObjectNode>valueToTree(spec));
    LaterMembers.omit(stored);
    return stored.toString();
  }

  /**
   * Reads a spec.
   *
   * @param json what {@link #write} gave
   * @param file where it was stored, for the messages
   * @throws UnsupportedFormatException when a newer or unknown version wrote it
   * @throws InvalidInputException when it is malformed: not JSON, a member unknown, missing, twice
   *     there, of a wrong type or out of range
   */
  public static EncoderSpec read(String json, String file) throws UnsupportedFormatException {
    try {
      JsonNode stored = MAPPER.readTree(json);
      if (!(stored instanceof ObjectNode members)) {
        throw new InvalidInputException("encoder", json, "a JSON object").at(file);
      }
      JsonNode version = members.remove(VERSION_MEMBER);
      if (version == null || !version.isInt() || version.intValue() != VERSION) {
        throw new UnsupportedFormatException(file, 0, "encoder version " + VERSION, version);
      }
      LaterMembers.fill(members);
      return MAPPER.treeToValue(members, EncoderSpec.class);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof InvalidInputException outOfRange) {
        throw outOfRange.at(file);
      }
      throw new InvalidInputException(
              "encoder", json, "what this version writes; wrong is " + reason(e))
          .at(file);
    }
  }

  /** Says which member is wrong, in our words: the library's are about classes. */
  private static String reason(JsonProcessingException wrong) {
    if (!(wrong instanceof JsonMappingException mapping)) {
      return JsonFile.describe(wrong);
    }
    String path =
        mapping.getPath().stream()
            .map(step -> String.valueOf(step.getFieldName()))
            .collect(Collectors.joining("."));
    return path.isEmpty() ? "its kind or a member" : "the member " + path;
  }
}

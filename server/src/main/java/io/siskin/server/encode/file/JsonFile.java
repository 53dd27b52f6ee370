package io.siskin.server.encode.file;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.siskin.index.error.InvalidInputException;

/** Reads JSON text strictly: one value, no member twice. */
public final class JsonFile {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final String TWICE = "Duplicate field";

  private JsonFile() {}

  /**
   * Reads one JSON value.
   *
   * @param text the JSON text
   * @param field what the value is, for messages
   * @param allowed what it must be, for messages
   * @return the value; never a missing node
   * @throws InvalidInputException when the text is not one JSON value. The message says where and
   *     why, and names no file
   */
  public static JsonNode tree(String text, String field, String allowed) {
    if (text.isBlank()) {
      throw new InvalidInputException(field, "empty", allowed);
    }
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(field, describe(malformed), allowed);
    }
  }

  /**
   * Says what is wrong with a JSON text, in our own words: the library's advice is about its
   * switches, which nobody can turn here.
   *
   * @param malformed the library's error
   */
  public static String describe(JsonProcessingException malformed) {
    JsonLocation at = malformed.getLocation();
    String place = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    String found = String.valueOf(malformed.getOriginalMessage());
    return switch (malformed) {
      case StreamConstraintsException _ ->
          "JSON beyond the limits (values inside one another: "
              + StreamReadConstraints.defaults().getMaxNestingDepth()
              + ", digits of a number: "
              + StreamReadConstraints.defaults().getMaxNumberLength()
              + ")"
              + place;
      case JsonEOFException _ -> "JSON that ends too early," + place;
      default ->
          found.startsWith(TWICE)
              ? "JSON with member" + found.substring(TWICE.length()) + " twice," + place
              : "not JSON," + place;
    };
  }
}

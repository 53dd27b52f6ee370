package io.siskin.server.app.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.corpus.JsonFaults;

/** JSON as the commands write it, one object a line, and as they read it, strictly. */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /**
   * Returns one line.
   *
   * @param value maps, lists, strings, numbers
   */
  public static String line(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new AssertionError("maps, lists, strings and numbers can be written", impossible);
    }
  }

  /**
   * Reads the value of an option.
   *
   * @param option its name
   * @param text its value
   * @param allowed what it may be, in words
   */
  public static JsonNode parse(String option, String text, String allowed) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(
          option, text, allowed + " (the JSON is " + JsonFaults.describe(malformed, text) + ")");
    }
  }
}

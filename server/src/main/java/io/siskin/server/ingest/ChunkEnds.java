package io.siskin.server.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads where the chunks of a document's text end: the member {@code chunk_ends}, an array of
 * places in the member {@code text}, in UTF-16 code units. Pure functions.
 */
final class ChunkEnds {
  /** The member of a record. */
  static final String MEMBER = "chunk_ends";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = "text";

  private ChunkEnds() {}

  /**
   * Takes the ends of chunks out of the fields of a document.
   *
   * @param encoded the text that is encoded: the title and a space, if there is one, and the text,
   *     without white space around them
   * @param fields the fields of the document; loses the member
   * @return the ends in the text that is encoded; empty when there is no such member
   * @throws InvalidInputException when it is something else, or does not divide the text
   */
  static List<Integer> take(@Nullable String encoded, Map<String, String> fields) {
    String json = fields.remove(MEMBER);
    String text = fields.get(TEXT);
    if (json == null || json.equals("null")) {
      return List.of();
    }
    if (encoded == null || text == null) {
      throw new InvalidInputException(MEMBER, "of a document without text", "none");
    }
    int shift = encoded.length() - text.stripTrailing().length();
    List<Integer> ends = new ArrayList<>();
    int before = 0;
    int last = 0;
    for (int end : read(json, text)) {
      if (end <= last) {
        throw wrong(json, text);
      }
      last = end;
      int shifted = Math.min(end + shift, encoded.length());
      // A chunk of white space at an end of the text is not encoded.
      if (shifted > before) {
        ends.add(shifted);
        before = shifted;
      }
    }
    if (last != text.length()) {
      throw wrong(json, text);
    }
    return ends;
  }

  private static List<Integer> read(String json, String text) {
    List<Integer> ends = new ArrayList<>();
    JsonNode array;
    try {
      array = JSON.readTree(json);
    } catch (JsonProcessingException noJson) {
      throw wrong(json, text);
    }
    if (!array.isArray() || array.isEmpty()) {
      throw wrong(json, text);
    }
    for (JsonNode end : array) {
      if (!end.isInt()) {
        throw wrong(json, text);
      }
      ends.add(end.intValue());
    }
    return ends;
  }

  private static InvalidInputException wrong(String found, String text) {
    return new InvalidInputException(
        MEMBER,
        found,
        "an ascending array of whole numbers from 1, the last one the length of the text, "
            + text.length());
  }
}

package io.siskin.server.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the declared fields of documents that come from files, where every value is a text or the
 * JSON text of something else. Safe for concurrent use.
 */
public final class DeclaredFields {
  private static final ObjectMapper JSON = new ObjectMapper();
  // What a file says where a document has no value.
  private static final String NULL = "null";

  private final Schema schema;

  /**
   * Makes a reader.
   *
   * @param schema the declared fields
   */
  public DeclaredFields(Schema schema) {
    this.schema = schema;
  }

  /**
   * Splits the fields of a document: declared ones are read as values of their types, the others
   * stay. A list of texts is a JSON array of strings, or one string. A number, a flag or an instant
   * that is {@code null} counts as missing.
   *
   * @param fields texts and JSON texts by the name of the field
   * @param stored receives the fields that are not declared
   * @return the values of the declared fields
   * @throws InvalidInputException when a text is no value of the declared type
   */
  public Map<String, FieldValue> split(Map<String, String> fields, Map<String, String> stored) {
    if (schema.fields().isEmpty()) {
      stored.putAll(fields);
      return Map.of();
    }
    Map<String, FieldValue> values = new LinkedHashMap<>();
    Map<String, String> others = new LinkedHashMap<>();
    fields.forEach(
        (name, text) -> {
          Schema.Field field = schema.field(name);
          if (field != null && field.type() == FieldType.STRING_LIST && text.startsWith("[")) {
            values.put(name, texts(name, text));
          } else if (field == null || field.type().isText() || !text.equals(NULL)) {
            others.put(name, text);
          }
        });
    values.putAll(schema.split(others, stored));
    return values;
  }

  private static FieldValue texts(String field, String json) {
    List<String> texts = new ArrayList<>();
    try {
      for (JsonNode text : JSON.readTree(json)) {
        if (!text.isTextual()) {
          throw noTexts(field, json);
        }
        texts.add(text.textValue());
      }
    } catch (JsonProcessingException oneText) {
      // A text may begin with a bracket.
      return new FieldValue.TextList(List.of(json));
    }
    return new FieldValue.TextList(texts);
  }

  private static InvalidInputException noTexts(String field, String json) {
    return new InvalidInputException("field '" + field + "'", json, "a list of texts");
  }
}

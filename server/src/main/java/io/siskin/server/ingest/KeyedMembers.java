package io.siskin.server.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the vectors with keys of documents that come from files: the member {@code keyedVectors},
 * an object that has an array for each dense field that stores keys. An element is an object of
 * {@code key} and {@code values}.
 */
public final class KeyedMembers {
  /** The member of a record that holds vectors with keys, where a dense field stores keys. */
  public static final String MEMBER = "keyedVectors";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NULL = "null";
  private static final long KEY_MAX = 0xFFFF_FFFFL;
  private static final String ALLOWED =
      "an object that has, by dense field, an array of objects of 'key' and 'values'";

  private KeyedMembers() {}

  /**
   * Takes the vectors with keys out of the fields of a document. Without a dense field that stores
   * keys, the member is a stored field like any other.
   *
   * @param schema the fields of the collection
   * @param fields the fields of the document, texts or JSON texts; loses the member
   * @return the vectors by the name of the field
   * @throws InvalidInputException when the member is something else
   */
  public static Map<String, List<KeyedVector>> take(Schema schema, Map<String, String> fields) {
    boolean isRead = schema.dense().stream().anyMatch(field -> field.type().hasKeys());
    String json = isRead ? fields.remove(MEMBER) : null;
    if (json == null || json.equals(NULL)) {
      return Map.of();
    }
    try {
      return read(JSON.readTree(json));
    } catch (JsonProcessingException noJson) {
      throw new InvalidInputException(MEMBER, "no JSON object", ALLOWED);
    }
  }

  private static Map<String, List<KeyedVector>> read(JsonNode member) {
    if (!member.isObject()) {
      throw new InvalidInputException(MEMBER, "no JSON object", ALLOWED);
    }
    Map<String, List<KeyedVector>> keyed = new LinkedHashMap<>();
    for (var field : member.properties()) {
      String place = MEMBER + "." + field.getKey();
      if (!field.getValue().isArray()) {
        throw new InvalidInputException(place, field.getValue(), ALLOWED);
      }
      List<KeyedVector> vectors = new ArrayList<>(field.getValue().size());
      for (JsonNode vector : field.getValue()) {
        vectors.add(vector(place + "[" + vectors.size() + "]", vector));
      }
      keyed.put(field.getKey(), vectors);
    }
    return keyed;
  }

  private static KeyedVector vector(String place, JsonNode vector) {
    JsonNode key = vector.path("key");
    JsonNode values = vector.path("values");
    if (!key.canConvertToLong() || key.longValue() < 0 || key.longValue() > KEY_MAX) {
      throw new InvalidInputException(place + ".key", key, "a whole number of 0 to 4294967295");
    }
    if (!values.isArray()) {
      throw new InvalidInputException(place + ".values", values, "an array of numbers");
    }
    float[] numbers = new float[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!values.get(i).isNumber()) {
        throw new InvalidInputException(place + ".values[" + i + "]", values.get(i), "a number");
      }
      numbers[i] = values.get(i).floatValue();
    }
    return new KeyedVector((int) key.longValue(), numbers);
  }
}

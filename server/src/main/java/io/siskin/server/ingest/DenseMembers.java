package io.siskin.server.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the dense vectors of documents that come from files: the member {@code dense}, an object
 * that has an array of numbers for each dense field, or an array of such arrays.
 */
public final class DenseMembers {
  /** The member of a record that holds dense vectors, where a collection declares dense fields. */
  public static final String MEMBER = "dense";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NULL = "null";
  private static final String ALLOWED =
      "an object that has, by dense field, an array of numbers, or an array of such arrays";

  private DenseMembers() {}

  /**
   * Takes the dense vectors out of the fields of a document. Without dense fields in the schema the
   * member is a stored field like any other.
   *
   * @param schema the fields of the collection
   * @param fields the fields of the document, texts or JSON texts; loses the member
   * @return the vectors by the name of the field
   * @throws InvalidInputException when the member is something else
   */
  public static Map<String, List<float[]>> take(Schema schema, Map<String, String> fields) {
    return read(schema.dense().isEmpty() ? null : fields.remove(MEMBER));
  }

  /**
   * Reads the member of a record.
   *
   * @param json its JSON text; null when the record has none
   * @return the vectors by the name of the field
   * @throws InvalidInputException when it is something else
   */
  public static Map<String, List<float[]>> read(@Nullable String json) {
    if (json == null || json.equals(NULL)) {
      return Map.of();
    }
    try {
      return read(JSON.readTree(json));
    } catch (JsonProcessingException noJson) {
      throw new InvalidInputException(MEMBER, "no JSON object", ALLOWED);
    }
  }

  private static Map<String, List<float[]>> read(JsonNode member) {
    if (!member.isObject()) {
      throw new InvalidInputException(MEMBER, "no JSON object", ALLOWED);
    }
    Map<String, List<float[]>> dense = new LinkedHashMap<>();
    for (var field : member.properties()) {
      String place = MEMBER + "." + field.getKey();
      JsonNode value = field.getValue();
      if (value.isNull()) {
        continue;
      }
      dense.put(field.getKey(), vectors(place, value));
    }
    return dense;
  }

  /**
   * Reads the vectors of one field.
   *
   * @param place what they are called in messages
   * @param value an array of numbers, or an array of such arrays
   * @throws InvalidInputException when it is something else
   */
  public static List<float[]> vectors(String place, JsonNode value) {
    if (!value.isArray()) {
      throw new InvalidInputException(place, value, "an array of numbers, or of such arrays");
    }
    List<float[]> vectors = new ArrayList<>();
    if (value.path(0).isNumber()) {
      vectors.add(vector(place, value));
    } else {
      for (int i = 0; i < value.size(); i++) {
        vectors.add(vector(place + "[" + i + "]", value.get(i)));
      }
    }
    return vectors;
  }

  private static float[] vector(String place, JsonNode array) {
    if (!array.isArray()) {
      throw new InvalidInputException(place, array, "an array of numbers");
    }
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      if (!array.get(i).isNumber()) {
        throw new InvalidInputException(place + "[" + i + "]", array.get(i), "a number");
      }
      values[i] = array.get(i).floatValue();
    }
    return values;
  }
}

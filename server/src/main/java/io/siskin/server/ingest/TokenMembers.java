package io.siskin.server.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the token vectors of documents that come from files: the member {@code tokenVectors}, an
 * object that has an array of sparse vectors for each dense field that stores terms. A sparse
 * vector is an object of weights by term, or one of {@code indices} and {@code values}.
 */
public final class TokenMembers {
  /** The member of a record that holds token vectors, where a dense field stores terms. */
  public static final String MEMBER = "tokenVectors";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NULL = "null";
  private static final String INDICES = "indices";
  private static final String VALUES = "values";
  private static final String ALLOWED =
      "an object that has, by dense field, an array of sparse vectors";

  private TokenMembers() {}

  /**
   * Takes the token vectors out of the fields of a document. Without a dense field that stores
   * terms, the member is a stored field like any other.
   *
   * @param schema the fields of the collection
   * @param byTermId whether terms in objects of weights are term ids in decimal
   * @param fields the fields of the document, texts or JSON texts; loses the member
   * @return the vectors by the name of the field
   * @throws InvalidInputException when the member is something else
   */
  public static Map<String, List<SparseVector>> take(
      Schema schema, boolean byTermId, Map<String, String> fields) {
    boolean isRead =
        schema.dense().stream().anyMatch(field -> field.type().storage() == DenseStorage.TERMS);
    return read(isRead ? fields.remove(MEMBER) : null, byTermId);
  }

  /**
   * Reads the member of a record.
   *
   * @param json its JSON text; null when the record has none
   * @param byTermId whether terms in objects of weights are term ids in decimal
   * @return the vectors by the name of the field
   * @throws InvalidInputException when it is something else
   */
  public static Map<String, List<SparseVector>> read(@Nullable String json, boolean byTermId) {
    if (json == null || json.equals(NULL)) {
      return Map.of();
    }
    try {
      return read(JSON.readTree(json), byTermId);
    } catch (JsonProcessingException noJson) {
      throw new InvalidInputException(MEMBER, "no JSON object", ALLOWED);
    }
  }

  private static Map<String, List<SparseVector>> read(JsonNode member, boolean byTermId) {
    if (!member.isObject()) {
      throw new InvalidInputException(MEMBER, "no JSON object", ALLOWED);
    }
    Map<String, List<SparseVector>> tokens = new LinkedHashMap<>();
    for (var field : member.properties()) {
      String place = MEMBER + "." + field.getKey();
      if (!field.getValue().isArray()) {
        throw new InvalidInputException(place, field.getValue(), ALLOWED);
      }
      List<SparseVector> vectors = new ArrayList<>(field.getValue().size());
      for (JsonNode vector : field.getValue()) {
        vectors.add(vector(place + "[" + vectors.size() + "]", vector, byTermId));
      }
      tokens.put(field.getKey(), vectors);
    }
    return tokens;
  }

  private static SparseVector vector(String place, JsonNode vector, boolean byTermId) {
    if (!vector.isObject()) {
      throw new InvalidInputException(place, vector, "an object of weights by term");
    }
    JsonNode indices = vector.path(INDICES);
    JsonNode values = vector.path(VALUES);
    if (indices.isArray() && values.isArray()) {
      return ofArrays(place, indices, values);
    }
    String[] tokens = new String[vector.size()];
    float[] weights = new float[tokens.length];
    int count = 0;
    for (var term : vector.properties()) {
      tokens[count] = term.getKey();
      weights[count++] = weight(place + "." + term.getKey(), term.getValue());
    }
    if (!byTermId) {
      return TokenVector.of(tokens, weights);
    }
    int[] ids = new int[tokens.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = termId(place, tokens[i]);
    }
    return TermIdVector.of(ids, weights);
  }

  private static SparseVector ofArrays(String place, JsonNode indices, JsonNode values) {
    if (indices.size() != values.size()) {
      throw new InvalidInputException(
          place, values.size() + " values", "as many as indices: " + indices.size());
    }
    int[] ids = new int[indices.size()];
    float[] weights = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = termId(place + "." + INDICES + "[" + i + "]", indices.get(i).asText());
      weights[i] = weight(place + "." + VALUES + "[" + i + "]", values.get(i));
    }
    return TermIdVector.of(ids, weights);
  }

  private static int termId(String place, String digits) {
    try {
      return Integer.parseUnsignedInt(digits);
    } catch (NumberFormatException none) {
      throw new InvalidInputException(place, "'" + digits + "'", "a term id: 0 to 4294967295");
    }
  }

  private static float weight(String place, JsonNode weight) {
    if (!weight.isNumber()) {
      throw new InvalidInputException(place, weight, "a number");
    }
    return weight.floatValue();
  }
}

package io.siskin.server.app.output;

import io.siskin.client.Document;
import io.siskin.client.FieldValue;
import io.siskin.client.KeyedVector;
import io.siskin.client.SparseVector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Documents as JSON objects that {@code siskin upsert} and {@code siskin index} read back. */
public final class DocumentJson {
  private DocumentJson() {}

  /**
   * Returns one line.
   *
   * @param document the document
   */
  public static String line(Document document) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("id", document.id());
    document.fields().forEach((name, value) -> members.put(name, value(value)));
    String text = document.text();
    if (text != null) {
      members.put("text", text);
    }
    SparseVector vector = document.vector();
    if (vector != null) {
      members.put("vector", weights(vector));
    }
    if (!document.dense().isEmpty()) {
      Map<String, Object> dense = new LinkedHashMap<>();
      document.dense().forEach((name, vectors) -> dense.put(name, vectors(vectors)));
      members.put("dense", dense);
    }
    if (!document.tokenVectors().isEmpty()) {
      Map<String, Object> tokens = new LinkedHashMap<>();
      document
          .tokenVectors()
          .forEach(
              (name, vectors) ->
                  tokens.put(name, vectors.stream().map(DocumentJson::numbered).toList()));
      members.put("tokenVectors", tokens);
    }
    if (!document.keyedVectors().isEmpty()) {
      Map<String, Object> keyed = new LinkedHashMap<>();
      document
          .keyedVectors()
          .forEach(
              (name, vectors) ->
                  keyed.put(name, vectors.stream().map(DocumentJson::keyed).toList()));
      members.put("keyedVectors", keyed);
    }
    return Json.line(members);
  }

  private static Map<String, Object> keyed(KeyedVector vector) {
    Map<String, Object> keyed = new LinkedHashMap<>();
    keyed.put("key", Integer.toUnsignedLong(vector.key()));
    keyed.put("values", vector.values());
    return keyed;
  }

  /** Token vectors are read with the numbers of their terms. */
  private static Map<String, Object> numbered(SparseVector vector) {
    List<Long> indices = new ArrayList<>();
    List<Float> values = new ArrayList<>();
    for (int i = 0; i < vector.size(); i++) {
      indices.add(Integer.toUnsignedLong(vector.termId(i)));
      values.add(vector.weight(i));
    }
    Map<String, Object> numbered = new LinkedHashMap<>();
    numbered.put("indices", indices);
    numbered.put("values", values);
    return numbered;
  }

  /** One vector is an array of numbers. Several ones are an array of such arrays. */
  private static Object vectors(List<float[]> vectors) {
    return vectors.size() == 1 ? vectors.getFirst() : vectors;
  }

  private static Object value(FieldValue value) {
    return switch (value) {
      case FieldValue.Text(var text) -> text;
      case FieldValue.TextList(var texts) -> texts;
      case FieldValue.Whole(var number) -> number;
      // JSON has no infinite numbers; readers take the word for one.
      case FieldValue.Real(double number) ->
          Double.isFinite(number) ? (Object) number : Double.toString(number);
      case FieldValue.Flag(var flag) -> flag;
      case FieldValue.Moment(var instant) -> instant.toString();
    };
  }

  private static Map<String, Float> weights(SparseVector vector) {
    Map<String, Float> weights = new LinkedHashMap<>();
    for (int i = 0; i < vector.size(); i++) {
      weights.put(
          vector.isKeyedByTermId() ? Integer.toUnsignedString(vector.termId(i)) : vector.token(i),
          vector.weight(i));
    }
    return weights;
  }
}

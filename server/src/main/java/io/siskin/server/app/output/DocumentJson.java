package io.siskin.server.app.output;

import io.siskin.client.Document;
import io.siskin.client.FieldValue;
import io.siskin.client.SparseVector;
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
    return Json.line(members);
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

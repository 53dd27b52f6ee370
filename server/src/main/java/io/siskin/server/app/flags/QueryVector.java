package io.siskin.server.app.flags;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.client.SparseVector;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.app.output.Json;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A vector as it is written on the command line, before it is known how the collection names its
 * terms.
 */
public final class QueryVector {
  private static final String ALLOWED =
      "one JSON object of token or term id to weight, for example {\"insect\": 1.2}";
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,9}");
  private static final long TERM_ID_MAX = 0xFFFF_FFFFL;

  private final String[] names;
  private final float[] weights;

  private QueryVector(String[] names, float[] weights) {
    this.names = names;
    this.weights = weights;
  }

  /**
   * Reads a vector.
   *
   * @param option the option that it is the value of
   * @param json the value
   */
  public static QueryVector parse(String option, String json) {
    JsonNode tree = Json.parse(option, json, ALLOWED);
    if (!tree.isObject()) {
      throw new InvalidInputException(option, json, ALLOWED);
    }
    String[] names = new String[tree.size()];
    float[] weights = new float[tree.size()];
    int count = 0;
    for (Map.Entry<String, JsonNode> term : tree.properties()) {
      if (!term.getValue().isNumber()) {
        throw new InvalidInputException(
            option + ": weight of " + term.getKey(), term.getValue(), "a number, 0 to 1e30");
      }
      names[count] = term.getKey();
      weights[count++] = term.getValue().floatValue();
    }
    return new QueryVector(names, weights);
  }

  /** Tells whether every term could be a term id: a whole number of 32 bits. */
  public boolean isAllNumbers() {
    for (String name : names) {
      if (!NUMBER.matcher(name).matches() || Long.parseLong(name) > TERM_ID_MAX) {
        return false;
      }
    }
    return names.length > 0;
  }

  /** Returns the vector keyed by token. */
  public SparseVector byToken() {
    return SparseVector.ofTokens(names, weights);
  }

  /** Returns the vector keyed by term id; all terms must be numbers. */
  public SparseVector byTermId() {
    int[] ids = new int[names.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Integer.parseUnsignedInt(names[i]);
    }
    return SparseVector.ofTermIds(ids, weights);
  }
}

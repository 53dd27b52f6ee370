package io.siskin.server.corpus;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code vector} member of a record: {@code {"token": weight, …}} or {@code {"indices":
 * […], "values": […]}}.
 *
 * <p>Not thread-safe; one a {@link JsonRecordReader}.
 */
final class JsonVectorReader {
  private static final String INDICES = "indices";
  private static final String VALUES = "values";
  private static final String WEIGHT_ALLOWED = "a number";

  private final TermKeys termKeys;
  private String[] tokens = new String[256];
  private int[] termIds = new int[256];
  private float[] weights = new float[256];

  JsonVectorReader(TermKeys termKeys) {
    this.termKeys = termKeys;
  }

  /**
   * Reads the value of the member; null says the same as no member.
   *
   * @param json stands at the value's first token
   * @param escapes whether the line has escapes, so that a token may be no Unicode text
   */
  @Nullable SparseVector read(JsonParser json, JsonToken first, boolean escapes)
      throws IOException {
    if (first == JsonToken.VALUE_NULL) {
      return null;
    }
    if (first != JsonToken.START_OBJECT) {
      throw new InvalidInputException(
          "vector", JsonRecordReader.describe(first), "an object of weights by term");
    }
    int count = 0;
    boolean allTermIds = termKeys != TermKeys.TOKENS;
    while (JsonRecordReader.nextToken(json) != JsonToken.END_OBJECT) {
      String key = json.currentName();
      JsonToken value = JsonRecordReader.nextToken(json);
      if (count == 0
          && value == JsonToken.START_ARRAY
          && (key.equals(INDICES) || key.equals(VALUES))) {
        return readArrays(json, key);
      }
      if (!isNumber(value)) {
        throw new InvalidInputException(
            "weight of term '" + key + "'", describe(json, value), WEIGHT_ALLOWED);
      }
      reserve(count);
      if (allTermIds) {
        allTermIds = addTermId(key, count);
      }
      if (escapes) {
        JsonRecordReader.checkWellFormed(key, key);
      }
      tokens[count] = key;
      weights[count++] = json.getFloatValue();
    }
    return vector(count, allTermIds);
  }

  private boolean addTermId(String key, int at) {
    long id = TermKeys.termId(key);
    if (id < 0 && termKeys == TermKeys.TERM_IDS) {
      throw new InvalidInputException(
          "vector key",
          "'" + key + "'",
          TermKeys.TERM_ID_ALLOWED + " (or read the whole file with tokens as keys)");
    }
    termIds[at] = (int) id;
    return id >= 0;
  }

  private SparseVector vector(int count, boolean allTermIds) {
    boolean asTermIds = allTermIds && (count > 0 || termKeys == TermKeys.TERM_IDS);
    if (asTermIds) {
      return TermIdVector.of(Arrays.copyOf(termIds, count), Arrays.copyOf(weights, count));
    }
    return TokenVector.of(Arrays.copyOf(tokens, count), Arrays.copyOf(weights, count));
  }

  private SparseVector readArrays(JsonParser json, String first) throws IOException {
    if (termKeys == TermKeys.TOKENS) {
      throw new InvalidInputException(
          "vector", "'indices' and 'values', that is, term ids", "tokens as keys");
    }
    boolean indicesFirst = first.equals(INDICES);
    String second = indicesFirst ? VALUES : INDICES;
    int firstCount = readArray(json, indicesFirst);
    JsonToken token = JsonRecordReader.nextToken(json);
    if (token == JsonToken.END_OBJECT
        || !json.currentName().equals(second)
        || JsonRecordReader.nextToken(json) != JsonToken.START_ARRAY) {
      throw new InvalidInputException(
          "vector", "'" + first + "' without '" + second + "'", "both, as arrays");
    }
    int secondCount = readArray(json, !indicesFirst);
    if (firstCount != secondCount) {
      throw new InvalidInputException(
          second, secondCount + " long", "as long as '" + first + "': " + firstCount);
    }
    if (JsonRecordReader.nextToken(json) != JsonToken.END_OBJECT) {
      throw new InvalidInputException(
          "vector", "'" + json.currentName() + "' beside the arrays", "nothing else");
    }
    return TermIdVector.of(Arrays.copyOf(termIds, firstCount), Arrays.copyOf(weights, firstCount));
  }

  private int readArray(JsonParser json, boolean indices) throws IOException {
    int count = 0;
    for (JsonToken token = JsonRecordReader.nextToken(json);
        token != JsonToken.END_ARRAY;
        token = JsonRecordReader.nextToken(json)) {
      reserve(count);
      if (indices) {
        long id = token == JsonToken.VALUE_NUMBER_INT ? TermKeys.termId(json.getText()) : -1;
        if (id < 0) {
          throw new InvalidInputException(
              "indices[" + count + "]", describe(json, token), TermKeys.TERM_ID_ALLOWED);
        }
        termIds[count++] = (int) id;
      } else {
        if (!isNumber(token)) {
          throw new InvalidInputException(
              "values[" + count + "]", describe(json, token), WEIGHT_ALLOWED);
        }
        weights[count++] = json.getFloatValue();
      }
    }
    return count;
  }

  private void reserve(int count) {
    if (count == weights.length) {
      tokens = Arrays.copyOf(tokens, 2 * count);
      termIds = Arrays.copyOf(termIds, 2 * count);
      weights = Arrays.copyOf(weights, 2 * count);
    }
  }

  private static boolean isNumber(JsonToken token) {
    return token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT;
  }

  private static String describe(JsonParser json, JsonToken token) throws IOException {
    return token == JsonToken.VALUE_STRING || isNumber(token)
        ? JsonRecordReader.describe(token) + ", '" + json.getText() + "'"
        : JsonRecordReader.describe(token);
  }
}

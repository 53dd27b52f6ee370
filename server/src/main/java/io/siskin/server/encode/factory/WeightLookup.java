package io.siskin.server.encode.factory;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.siskin.index.build.Bm25Formula;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The weight of a query token, from a table or from the collection. Safe for concurrent use. */
@FunctionalInterface
interface WeightLookup {
  /** Returns the token's weight, 0 to {@link SparseVector#WEIGHT_MAX}. */
  float weight(String token);

  /** Returns the idf in the collection as it is at each call. */
  static WeightLookup of(TermStatistics statistics) {
    return token -> {
      long documentFrequency = statistics.documentFrequency(token);
      // A collection that grows between both calls must not have fewer documents than the token
      // has.
      long documentCount = Math.max(statistics.documentCount(), documentFrequency);
      return (float) Bm25Formula.idf(documentCount, documentFrequency);
    };
  }

  /**
   * Reads a table: one JSON object of token to weight.
   *
   * @throws InvalidInputException when it is malformed, with the file and the token
   */
  static WeightLookup parse(String file, byte[] json, float unlistedWeight) throws IOException {
    Map<String, Float> table = new HashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw notATable(file, "no object");
      }
      for (String token = parser.nextFieldName(); token != null; token = parser.nextFieldName()) {
        if (!parser.nextToken().isNumeric()) {
          throw new InvalidInputException(
                  "weight of token '" + token + "'", parser.getText(), "a number")
              .at(file);
        }
        float weight = parser.getFloatValue();
        try {
          SparseVector.checkWeight(token, weight);
        } catch (InvalidInputException e) {
          throw e.at(file);
        }
        if (table.put(token, weight) != null) {
          throw new InvalidInputException("token", token, "each token once").at(file);
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        throw notATable(file, "more after the object");
      }
    } catch (JsonParseException e) {
      throw notATable(file, e.getOriginalMessage());
    }
    return token -> table.getOrDefault(token, unlistedWeight);
  }

  private static InvalidInputException notATable(String file, String found) {
    return new InvalidInputException("weight table", found, "one JSON object of token to weight")
        .at(file);
  }
}

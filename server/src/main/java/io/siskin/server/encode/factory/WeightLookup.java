package io.siskin.server.encode.factory;

import io.siskin.index.build.Bm25Formula;
import io.siskin.index.vector.SparseVector;
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

  /** Returns the weights of a table; a token that it lacks has another one. */
  static WeightLookup of(Map<String, Float> table, float unlistedWeight) {
    return token -> table.getOrDefault(token, unlistedWeight);
  }
}

package io.siskin.server.rpc.mapping;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.proto.v1.SparseVector;

/** The translation between the messages of sparse vectors and the domain's own. */
final class VectorMapper {
  /** The most terms of a vector in a message. */
  static final int TERM_COUNT_MAX = 16_384;

  private VectorMapper() {}

  /**
   * Translates a vector.
   *
   * @param path its path in the request
   * @param message the vector
   * @throws InvalidInputException when it is no vector
   */
  static io.siskin.index.vector.SparseVector toDomain(String path, SparseVector message) {
    int tokenCount = message.getTokensCount();
    int termIdCount = message.getTermIdsCount();
    if (tokenCount > 0 && termIdCount > 0) {
      throw new InvalidInputException(
          path, "keyed by tokens and by term ids", "tokens or term_ids, not both");
    }
    int count = Math.max(tokenCount, termIdCount);
    if (count > TERM_COUNT_MAX) {
      throw new InvalidInputException(
          path + (termIdCount > 0 ? ".term_ids" : ".tokens"),
          count + " terms",
          "at most " + TERM_COUNT_MAX + " terms");
    }
    if (message.getWeightsCount() != count) {
      throw new InvalidInputException(
          path + ".weights",
          message.getWeightsCount() + " weights",
          "one weight per term: " + count);
    }
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = message.getWeights(i);
    }
    try {
      return termIdCount > 0
          ? TermIdVector.of(termIds(message, count), weights)
          : TokenVector.of(message.getTokensList().toArray(String[]::new), weights);
    } catch (InvalidInputException e) {
      throw e.at(path);
    }
  }

  /**
   * Translates a vector.
   *
   * @param vector the vector
   */
  static SparseVector toProto(io.siskin.index.vector.SparseVector vector) {
    SparseVector.Builder message = SparseVector.newBuilder();
    for (int i = 0; i < vector.size(); i++) {
      switch (vector) {
        case TokenVector tokens -> message.addTokens(tokens.token(i));
        case TermIdVector ids -> message.addTermIds(ids.termId(i));
      }
      message.addWeights(vector.weight(i));
    }
    return message.build();
  }

  private static int[] termIds(SparseVector message, int count) {
    // Not getTermIdsList, which boxes.
    int[] termIds = new int[count];
    for (int i = 0; i < count; i++) {
      termIds[i] = message.getTermIds(i);
    }
    return termIds;
  }
}

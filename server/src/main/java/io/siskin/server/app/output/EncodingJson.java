package io.siskin.server.app.output;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.TextEncoding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Encodings as the commands print them. */
public final class EncodingJson {
  private EncodingJson() {}

  /**
   * Returns the members of a JSON object.
   *
   * @param encoding {@code vector}, heaviest term first, or {@code dense}, one list a chunk. For a
   *     vector of each token, {@code dense} has one list a token, and {@code keys} their ids
   */
  public static Map<String, Object> members(TextEncoding encoding) {
    Map<String, Object> members = new LinkedHashMap<>();
    switch (encoding) {
      case TextEncoding.Sparse sparse -> members.put("vector", weights(sparse.vector()));
      case TextEncoding.Dense dense -> members.put("dense", dense.vectors());
      case TextEncoding.DenseTokens tokens -> {
        members.put("dense", tokens.vectors());
        members.put("keys", tokens.keys());
      }
      case TextEncoding.SparseTokens tokens -> throw new IllegalStateException(tokens.toString());
      case TextEncoding.Pair pair -> members.put("score", pair.score());
    }
    return members;
  }

  /**
   * Returns the weights by term, heaviest first.
   *
   * @param vector the vector
   */
  public static Map<String, Float> weights(SparseVector vector) {
    return heaviest(vector, vector.size());
  }

  /**
   * Returns the largest weights by term, heaviest first.
   *
   * @param vector the vector
   * @param countMax how many at most
   */
  public static Map<String, Float> heaviest(SparseVector vector, int countMax) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < vector.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> -vector.weight(i)));
    Map<String, Float> weights = new LinkedHashMap<>();
    for (int i : order.subList(0, Math.min(countMax, order.size()))) {
      String term =
          switch (vector) {
            case TokenVector tokens -> tokens.token(i);
            case TermIdVector ids -> Integer.toUnsignedString(ids.termId(i));
          };
      weights.put(term, vector.weight(i));
    }
    return weights;
  }
}

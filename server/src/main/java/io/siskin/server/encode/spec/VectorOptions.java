package io.siskin.server.encode.spec;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.index.vector.VectorPruning;
import io.siskin.server.encode.TextEncoding;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What is made of a model's vector before it is indexed or searched. Applied in the order of the
 * members, so that a text's own terms can neither be pruned below their least weight nor left out
 * by {@code termsMax} in favour of expansion of less weight.
 *
 * @param expansion whether terms stay that the text itself does not have
 * @param weightMin terms below this weight go, 0 to 1e30; 0 keeps all
 * @param originalWeightMin the original terms, those that the text itself has, weigh at least this,
 *     0 to 1e30; above 0 they are never without a weight, as in PROSPER's literal residual. The
 *     stored form calls it {@code literalWeightMin}
 * @param termsMax the most terms that stay, the heaviest, 1 or more
 */
public record VectorOptions(
    boolean expansion,
    float weightMin,
    @JsonProperty("literalWeightMin") float originalWeightMin,
    int termsMax) {
  /** The model's vector as it is. */
  public static final VectorOptions NONE = new VectorOptions(true, 0, 0, Integer.MAX_VALUE);

  /** Checks the ranges. */
  public VectorOptions {
    checkWeight("weight-min", weightMin);
    checkWeight("literal-weight-min", originalWeightMin);
    if (termsMax < 1) {
      throw new InvalidInputException("terms-max", termsMax, "1 or more");
    }
  }

  private static void checkWeight(String name, float weight) {
    if (!(weight >= 0 && weight <= SparseVector.WEIGHT_MAX)) {
      throw new InvalidInputException(name, weight, "a number from 0 to 1e30");
    }
  }

  /**
   * Applies the options.
   *
   * @param encoding what a model gave
   * @return the vector to index or to search
   */
  public SparseVector apply(TextEncoding.Sparse encoding) {
    if (!(encoding.vector() instanceof TokenVector vector) || equals(NONE)) {
      return encoding.vector();
    }
    Set<String> originalTerms = new HashSet<>(encoding.originalTerms());
    Map<String, Float> kept = new LinkedHashMap<>();
    for (int i = 0; i < vector.size(); i++) {
      boolean stays = vector.weight(i) >= weightMin;
      if (stays && (expansion || originalTerms.contains(vector.token(i)))) {
        kept.put(vector.token(i), vector.weight(i));
      }
    }
    if (originalWeightMin > 0) {
      originalTerms.forEach(originalTerm -> kept.merge(originalTerm, originalWeightMin, Math::max));
    }
    return new VectorPruning(termsMax, 1).prune(TokenVector.of(kept));
  }
}

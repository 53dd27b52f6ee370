package io.siskin.loadtest.crash;

import io.siskin.index.build.VectorQuantizer;
import io.siskin.index.build.Weighting;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.encode.spec.Bm25Spec;
import java.util.Map;
import java.util.TreeMap;

/**
 * The vector of a document as it should be stored.
 *
 * <p>Immutable.
 *
 * @param impacts the impact of each term, 1 to 255. A term is its token, or its id in decimal
 * @param scale what an impact of 1 stands for
 */
record ModelVector(Map<String, Integer> impacts, float scale) {
  private static final VectorQuantizer QUANTIZER =
      new VectorQuantizer(
          new Weighting.AsGiven(),
          StorageOptions.DEFAULTS.quantization(),
          StorageOptions.DEFAULTS.structures().residuals(),
          StorageOptions.DEFAULTS.structures().frequencies());

  private static final float TEXT_SCALE = 1f / 255;

  /** Copies the map. */
  ModelVector {
    impacts = Map.copyOf(impacts);
  }

  /**
   * Returns the name of a term.
   *
   * @param vector the vector
   * @param index which of its terms
   */
  static String term(SparseVector vector, int index) {
    return switch (vector) {
      case TokenVector tokens -> tokens.token(index);
      case TermIdVector ids -> Integer.toUnsignedString(ids.termId(index));
    };
  }

  /**
   * Returns what becomes of a vector that was given.
   *
   * @param vector the vector
   */
  static ModelVector given(SparseVector vector) {
    var quantized = QUANTIZER.quantize(vector);
    Map<String, Integer> impacts = new TreeMap<>();
    for (int i = 0; i < vector.size(); i++) {
      impacts.put(term(vector, i), quantized.impact(i));
    }
    return new ModelVector(impacts, quantized.scale());
  }

  /**
   * Returns what becomes of a text in {@link CollectionKind#TEXTS}. It is the formula of BM25 as
   * ADR 0027 has it, and none of the code that is tested.
   *
   * @param text words and single spaces between them
   */
  static ModelVector ofText(String text) {
    Map<String, Integer> counts = counts(text);
    int length = counts.values().stream().mapToInt(count -> count).sum();
    double k1 = Bm25Spec.K1_DEFAULT;
    double b = Bm25Spec.B_DEFAULT;
    Map<String, Integer> impacts = new TreeMap<>();
    counts.forEach(
        (term, count) -> {
          double norm = 1 - b + b * length / CollectionKind.AVERAGE_LENGTH;
          impacts.put(term, (int) Math.round(255 * (count / (count + k1 * norm))));
        });
    // A document without a term has no scale of its own.
    return new ModelVector(impacts, impacts.isEmpty() ? 1 : TEXT_SCALE);
  }

  /**
   * Returns how often each word stands in a text.
   *
   * @param text words and single spaces between them
   */
  static Map<String, Integer> counts(String text) {
    Map<String, Integer> counts = new TreeMap<>();
    for (String word : text.split(" ", -1)) {
      if (!word.isEmpty()) {
        counts.merge(word, 1, Integer::sum);
      }
    }
    return counts;
  }

  /**
   * Tells whether what a server returned is this vector: every term with its weight.
   *
   * @param stored what the server returned
   */
  boolean isSame(SparseVector stored) {
    if (stored.size() != impacts.size()) {
      return false;
    }
    for (int i = 0; i < stored.size(); i++) {
      // The server returns the weights that scores are computed with.
      Integer impact = impacts.get(term(stored, i));
      if (impact == null || stored.weight(i) != (float) (scale * (double) impact)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the score that a search should give; 0 when no term is shared.
   *
   * @param query the query
   */
  float score(QuantizedQuery query) {
    SparseVector terms = query.vector();
    int sum = 0;
    for (int i = 0; i < terms.size(); i++) {
      sum += query.weight(i) * impacts.getOrDefault(term(terms, i), 0);
    }
    return query.score(sum, scale);
  }
}

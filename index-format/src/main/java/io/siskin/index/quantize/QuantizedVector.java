package io.siskin.index.quantize;

import io.siskin.index.error.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The vector of one document as segments store it: quantised, and independent of any segment.
 *
 * <p>A document is quantised once, when it is written. The log, the growing segment and every later
 * segment then hold the same impacts, so its scores never change.
 *
 * <p>Immutable; the arrays belong to it. Terms are unique and in ascending order of their names:
 * tokens by their UTF-16 code units, term ids as unsigned numbers.
 */
public final class QuantizedVector {
  private final String @Nullable [] tokens;
  private final int @Nullable [] termIds;
  private final byte[] impacts;
  private final byte @Nullable [] residuals;
  private final byte @Nullable [] frequencies;
  private final float scale;
  private final float length;

  private QuantizedVector(
      String @Nullable [] tokens,
      int @Nullable [] termIds,
      byte[] impacts,
      byte @Nullable [] residuals,
      byte @Nullable [] frequencies,
      float scale,
      float length) {
    this.tokens = tokens;
    this.termIds = termIds;
    this.impacts = impacts;
    this.residuals = residuals;
    this.frequencies = frequencies;
    this.scale = scale;
    this.length = length;
    requireLength("impacts", impacts);
    requireLength("residuals", residuals);
    requireLength("frequencies", frequencies);
    if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
      throw new InvalidInputException("scale of a document", scale, "above 0 and finite");
    }
    if (!(length >= 0 && length < Float.POSITIVE_INFINITY)) {
      throw new InvalidInputException("length of a document", length, "0 or more and finite");
    }
  }

  private void requireLength(String name, byte @Nullable [] values) {
    if (values != null && values.length != size()) {
      throw new InvalidInputException(name, values.length, size() + ", as many as terms");
    }
  }

  /**
   * Makes a vector whose terms are tokens.
   *
   * @param tokens the terms, ascending
   * @param impacts by term: 1 to 255
   * @param residuals by term: what refines the impact, see {@code ResidualLayout}; null for none
   * @param frequencies by term: how often it is in the document, 1 to 255, where 255 stands for
   *     more as well; null when the collection does not keep them
   * @param scale what an impact of 1 stands for, above 0
   * @param length the length of the document, the sum of the weights that were given; 0 or more
   */
  public static QuantizedVector ofTokens(
      String[] tokens,
      byte[] impacts,
      byte @Nullable [] residuals,
      byte @Nullable [] frequencies,
      float scale,
      float length) {
    return new QuantizedVector(tokens, null, impacts, residuals, frequencies, scale, length);
  }

  /**
   * Makes a vector whose terms are numbers.
   *
   * @param termIds the terms, ascending as unsigned numbers
   * @param impacts as for {@link #ofTokens}
   * @param residuals as for {@link #ofTokens}
   * @param frequencies as for {@link #ofTokens}
   * @param scale as for {@link #ofTokens}
   * @param length as for {@link #ofTokens}
   */
  public static QuantizedVector ofTermIds(
      int[] termIds,
      byte[] impacts,
      byte @Nullable [] residuals,
      byte @Nullable [] frequencies,
      float scale,
      float length) {
    return new QuantizedVector(null, termIds, impacts, residuals, frequencies, scale, length);
  }

  /**
   * Makes a vector whose terms are tokens in any order, such as that of their numbers in a segment.
   *
   * @param tokens the terms
   * @param impacts as for {@link #ofTokens}
   * @param residuals as for {@link #ofTokens}
   * @param frequencies as for {@link #ofTokens}
   * @param scale as for {@link #ofTokens}
   * @param length as for {@link #ofTokens}
   */
  public static QuantizedVector ofUnorderedTokens(
      String[] tokens,
      byte[] impacts,
      byte @Nullable [] residuals,
      byte @Nullable [] frequencies,
      float scale,
      float length) {
    return ofTokens(tokens, impacts, residuals, frequencies, scale, length)
        .sorted(Comparator.comparing(i -> tokens[i]));
  }

  /**
   * Makes a vector whose terms are numbers in any order, such as that of their numbers in a
   * segment.
   *
   * @param termIds the terms
   * @param impacts as for {@link #ofTokens}
   * @param residuals as for {@link #ofTokens}
   * @param frequencies as for {@link #ofTokens}
   * @param scale as for {@link #ofTokens}
   * @param length as for {@link #ofTokens}
   */
  public static QuantizedVector ofUnorderedTermIds(
      int[] termIds,
      byte[] impacts,
      byte @Nullable [] residuals,
      byte @Nullable [] frequencies,
      float scale,
      float length) {
    return ofTermIds(termIds, impacts, residuals, frequencies, scale, length)
        .sorted((a, b) -> Integer.compareUnsigned(termIds[a], termIds[b]));
  }

  /** Returns the same with its terms in order, which compares them by where they are now. */
  private QuantizedVector sorted(Comparator<Integer> byName) {
    Integer[] order = new Integer[size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, byName);
    return new QuantizedVector(
        tokens == null ? null : Arrays.stream(order).map(i -> tokens[i]).toArray(String[]::new),
        termIds == null ? null : Arrays.stream(order).mapToInt(i -> termIds[i]).toArray(),
        reordered(impacts, order),
        residuals == null ? null : reordered(residuals, order),
        frequencies == null ? null : reordered(frequencies, order),
        scale,
        length);
  }

  private static byte[] reordered(byte[] values, Integer[] order) {
    byte[] reordered = new byte[order.length];
    for (int i = 0; i < order.length; i++) {
      reordered[i] = values[order[i]];
    }
    return reordered;
  }

  /** Returns the number of terms. */
  public int size() {
    return tokens == null ? (termIds == null ? 0 : termIds.length) : tokens.length;
  }

  /** Returns whether the terms are tokens; otherwise they are numbers. */
  public boolean isByToken() {
    return tokens != null;
  }

  /**
   * Returns a term by its token.
   *
   * @param index 0 to {@link #size} − 1
   */
  public String token(int index) {
    if (tokens == null) {
      throw new IllegalStateException("the terms are numbers");
    }
    return tokens[index];
  }

  /**
   * Returns a term by its number.
   *
   * @param index 0 to {@link #size} − 1
   */
  public int termId(int index) {
    if (termIds == null) {
      throw new IllegalStateException("the terms are tokens");
    }
    return termIds[index];
  }

  /**
   * Returns an impact, 1 to 255.
   *
   * @param index 0 to {@link #size} − 1
   */
  public int impact(int index) {
    return impacts[index] & 0xFF;
  }

  /** Returns whether the impacts are refined by residuals. */
  public boolean hasResiduals() {
    return residuals != null;
  }

  /**
   * Returns what refines an impact, −128 to 127; 0 when there are no residuals.
   *
   * @param index 0 to {@link #size} − 1
   */
  public int residual(int index) {
    return residuals == null ? 0 : residuals[index];
  }

  /** Returns whether it has term frequencies. */
  public boolean hasFrequencies() {
    return frequencies != null;
  }

  /**
   * Returns how often a term is in the document, 1 to 255; 0 when there are no frequencies.
   *
   * @param index 0 to {@link #size} − 1
   */
  public int frequency(int index) {
    return frequencies == null ? 0 : frequencies[index] & 0xFF;
  }

  /** Returns what an impact of 1 stands for, above 0. */
  public float scale() {
    return scale;
  }

  /** Returns the length of the document: the sum of the weights that were given. */
  public float length() {
    return length;
  }
}

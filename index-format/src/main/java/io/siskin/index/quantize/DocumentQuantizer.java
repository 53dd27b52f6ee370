package io.siskin.index.quantize;

import io.siskin.index.format.v1.FormatV1;

/**
 * Turns the weights of one document into a scale and impacts. The result depends on the document
 * and the rule alone, and not on other documents.
 *
 * <p>Instances are immutable and safe to share between threads.
 */
public final class DocumentQuantizer {
  private final Quantization.Pinned rule;

  /**
   * Makes a quantiser.
   *
   * @param rule how the scale of a document is chosen
   */
  public DocumentQuantizer(Quantization.Pinned rule) {
    this.rule = rule;
  }

  /** Returns the rule. */
  public Quantization.Pinned rule() {
    return rule;
  }

  /**
   * Returns the scale of a document: what an impact of 1 stands for.
   *
   * @param weights the document's weights in any order, each above 0 and finite
   * @param count how many of them count, the first ones
   * @return a normal number above 0; 1 for a document without a weight
   */
  public float scale(float[] weights, int count) {
    if (count == 0) {
      return 1;
    }
    float max = 0;
    boolean whole = true;
    for (int i = 0; i < count; i++) {
      float weight = weights[i];
      max = Math.max(max, weight);
      whole &= isWhole(weight);
    }
    return switch (rule) {
      case Quantization.Auto() -> whole ? 1 : ownScale(max);
      case Quantization.PerDocument() -> ownScale(max);
      case Quantization.Global(float scale) -> fits(max, scale) ? scale : ownScale(max);
    };
  }

  /**
   * Returns whether the scale 1 keeps a weight exactly.
   *
   * @param weight a weight above 0
   */
  public static boolean isWhole(float weight) {
    return weight <= FormatV1.IMPACT_MAX && weight == Math.rint(weight);
  }

  /**
   * Returns the scale by which a weight gets the impact 255.
   *
   * @param max the heaviest weight, above 0 and finite
   */
  public static float ownScale(float max) {
    // The smallest normal number keeps the scale above zero if the weights are subnormal.
    return Math.max(max / FormatV1.IMPACT_MAX, Float.MIN_NORMAL);
  }

  /**
   * Returns whether a weight gets an impact of at most 255.
   *
   * @param weight a weight above 0
   * @param scale the scale, above 0
   */
  public static boolean fits(float weight, float scale) {
    return Math.round(weight / scale) <= FormatV1.IMPACT_MAX;
  }

  /**
   * Returns the impact of a weight, rounded to the nearest, half up. The impact of a weight above
   * zero is at least 1.
   *
   * @param weight a weight above 0
   * @param scale the scale of its document
   * @return 1 to 255
   */
  public static int impact(float weight, float scale) {
    return Math.max(1, Math.min(FormatV1.IMPACT_MAX, Math.round(weight / scale)));
  }
}

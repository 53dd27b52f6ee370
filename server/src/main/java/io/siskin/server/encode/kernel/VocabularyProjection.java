package io.siskin.server.encode.kernel;

import io.siskin.index.error.InvalidInputException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The last layer of a masked language model, from a token's hidden state to one logit a term, with
 * the maximum over a text's tokens taken at once. A whole batch goes through one panel of weights
 * before the next is read, so that the weights are read from memory once per batch.
 *
 * <p>Immutable and safe to share; the weights lie on the heap, 4 bytes each, and are not to be
 * changed. Panels are independent: threads may take a range each.
 */
public final class VocabularyProjection {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int PANEL = ProjectionKernel.PANEL_TERMS;

  /** Above it an array of one panel could not be indexed. */
  private static final int HIDDEN_SIZE_MAX = 1 << 20;

  private static final int TERM_COUNT_MAX = 1 << 26;

  private final int termCount;
  private final int hiddenSize;
  private final float[][] panels;
  private final float[] bias;
  private final ProjectionKernel kernel;

  private VocabularyProjection(
      int termCount, int hiddenSize, float[] bias, ProjectionKernel kernel) {
    this.termCount = termCount;
    this.hiddenSize = hiddenSize;
    this.panels = new float[Math.ceilDiv(termCount, PANEL)][];
    this.bias = Arrays.copyOf(bias, panels.length * PANEL);
    this.kernel = kernel;
  }

  /** How a matrix of weights is laid out. */
  public enum Layout {
    /** The weights of a term lie side by side: {@code [terms, hidden]}. */
    BY_TERM,
    /** The weights of a hidden unit lie side by side: {@code [hidden, terms]}. */
    BY_HIDDEN
  }

  /**
   * Packs weights.
   *
   * @param weights little-endian floats, {@code termCount × hiddenSize} of them
   * @param layout in which order
   * @param termCount size of the vocabulary, 1 to 2^26
   * @param hiddenSize length of a hidden state, 1 to 2^20
   * @param bias added to the logits, one per term
   * @param kernel what computes
   * @throws InvalidInputException when a size is out of range or fits another
   */
  public static VocabularyProjection pack(
      MemorySegment weights,
      Layout layout,
      int termCount,
      int hiddenSize,
      float[] bias,
      ProjectionKernel kernel) {
    check("terms of the projection", termCount, TERM_COUNT_MAX);
    check("hidden units of the projection", hiddenSize, HIDDEN_SIZE_MAX);
    long expected = (long) Float.BYTES * termCount * hiddenSize;
    if (weights.byteSize() != expected) {
      throw new InvalidInputException(
          "bytes of the projection",
          weights.byteSize(),
          expected + " for " + termCount + " terms and " + hiddenSize + " hidden units");
    }
    if (bias.length != termCount) {
      throw new InvalidInputException("length of the bias", bias.length, termCount + ", the terms");
    }
    var packed = new VocabularyProjection(termCount, hiddenSize, bias, kernel);
    for (int panel = 0; panel < packed.panels.length; panel++) {
      packed.panels[panel] = packed.pack(weights, layout, panel * PANEL);
    }
    return packed;
  }

  private static void check(String what, int found, int max) {
    if (found < 1 || found > max) {
      throw new InvalidInputException(what, found, "1 to " + max);
    }
  }

  private float[] pack(MemorySegment weights, Layout layout, int firstTerm) {
    float[] panel = new float[hiddenSize * PANEL];
    int terms = Math.min(PANEL, termCount - firstTerm);
    for (int v = 0; v < terms; v++) {
      for (int h = 0; h < hiddenSize; h++) {
        long index =
            switch (layout) {
              case BY_TERM -> (long) (firstTerm + v) * hiddenSize + h;
              case BY_HIDDEN -> (long) h * termCount + firstTerm + v;
            };
        panel[PANEL * h + v] = weights.get(FLOAT, Float.BYTES * index);
      }
    }
    return panel;
  }

  /** Returns the size of the vocabulary. */
  public int termCount() {
    return termCount;
  }

  /** Returns the length of a hidden state. */
  public int hiddenSize() {
    return hiddenSize;
  }

  /** Returns how many panels there are, of which threads may take a range each. */
  public int panelCount() {
    return panels.length;
  }

  /** Returns how long an array of maxima must be: the vocabulary filled up to whole panels. */
  public int maximaLength() {
    return bias.length;
  }

  /**
   * Raises the maxima of texts to the logits of their tokens.
   *
   * @param hidden the hidden states
   * @param rows where in {@code hidden} the hidden state of each token starts, text after text; of
   *     masked tokens there is none
   * @param ends for each text where in {@code rows} it ends, ascending
   * @param maxima for each text {@link #maximaLength} of them; to begin with, negative infinity.
   *     What is beyond the vocabulary means nothing
   * @param firstPanel the first panel to be computed
   * @param endPanel one past the last panel to be computed
   */
  public void raise(
      float[] hidden, int[] rows, int[] ends, float[][] maxima, int firstPanel, int endPanel) {
    for (int panel = firstPanel; panel < endPanel; panel++) {
      int first = 0;
      for (int text = 0; text < ends.length; text++) {
        if (ends[text] > first) {
          kernel.raise(
              panels[panel],
              hiddenSize,
              bias,
              panel * PANEL,
              hidden,
              rows,
              first,
              ends[text],
              maxima[text]);
        }
        first = ends[text];
      }
    }
  }
}

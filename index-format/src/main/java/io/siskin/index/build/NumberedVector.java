package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.format.v2.FrequencyLayout;
import java.util.Arrays;

/**
 * The vector of a document that is quantised already: what a segment stores of it, with the terms
 * numbered for one builder. The builder takes it over bit for bit, so the scores of the document
 * stay as they are.
 *
 * <p>It is filled posting by posting, given to {@link SegmentBuilder#add}, and may then be filled
 * again. Used by one thread.
 */
public final class NumberedVector {
  private int[] terms = new int[256];
  private byte[] impacts = new byte[256];
  private byte[] residuals = new byte[256];
  private byte[] frequencies = new byte[256];
  private int size;
  private float scale = 1;
  private float length;

  /**
   * Begins a vector without postings.
   *
   * @param newScale what an impact of 1 stands for, finite and above 0. It is ignored in a vector
   *     that stays without postings
   * @param newLength the sum of the weights that were given for the document, finite, 0 or more
   * @throws InvalidInputException when a number is out of range
   */
  public void reset(float newScale, float newLength) {
    if (!(newScale > 0 && newScale < Float.POSITIVE_INFINITY)) {
      throw new InvalidInputException("scale of a document", newScale, "a finite number above 0");
    }
    if (!(newLength >= 0 && newLength < Float.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "length of a document", newLength, "a finite number, 0 or more");
    }
    size = 0;
    scale = newScale;
    length = newLength;
  }

  /**
   * Appends a posting.
   *
   * @param term the number that the builder gave the term, see {@link SegmentBuilder#termNumber}.
   *     Each term once, in any order
   * @param impact 1 to 255
   * @param residual −128 to 127; 0 where the segment has no residuals
   * @param frequency how often the document has the term, 1 to 255; 1 where it is not known
   * @throws InvalidInputException when a number is out of range
   */
  public void add(int term, int impact, int residual, int frequency) {
    if (impact < 1 || impact > FormatV1.IMPACT_MAX) {
      throw new InvalidInputException("impact", impact, "1 to " + FormatV1.IMPACT_MAX);
    }
    if (residual < -ResidualLayout.ZERO || residual >= ResidualLayout.STEPS - ResidualLayout.ZERO) {
      throw new InvalidInputException("residual", residual, "-128 to 127");
    }
    if (frequency < 1 || frequency > FrequencyLayout.FREQUENCY_MAX) {
      throw new InvalidInputException(
          "frequency", frequency, "1 to " + FrequencyLayout.FREQUENCY_MAX);
    }
    if (size == terms.length) {
      terms = Arrays.copyOf(terms, 2 * size);
      impacts = Arrays.copyOf(impacts, 2 * size);
      residuals = Arrays.copyOf(residuals, 2 * size);
      frequencies = Arrays.copyOf(frequencies, 2 * size);
    }
    terms[size] = term;
    impacts[size] = (byte) impact;
    residuals[size] = (byte) residual;
    frequencies[size++] = (byte) frequency;
  }

  /** Returns the number of postings. */
  public int size() {
    return size;
  }

  float scale() {
    return scale;
  }

  float length() {
    return length;
  }

  int term(int index) {
    return terms[index];
  }

  /** Returns impact, residual and frequency of a posting in one number, see {@link Packed}. */
  int packed(int index) {
    return Packed.of(impacts[index] & 0xFF, residuals[index], frequencies[index] & 0xFF);
  }

  /** The impact (8 bits), the residual + 128 (8 bits) and the frequency (8 bits) in one number. */
  static final class Packed {
    private Packed() {}

    static int of(int impact, int residual, int frequency) {
      return impact | (residual + ResidualLayout.ZERO) << 8 | frequency << 16;
    }

    static int impact(int packed) {
      return packed & 0xFF;
    }

    static int residual(int packed) {
      return (packed >>> 8 & 0xFF) - ResidualLayout.ZERO;
    }

    static int frequency(int packed) {
      return packed >>> 16 & 0xFF;
    }
  }
}

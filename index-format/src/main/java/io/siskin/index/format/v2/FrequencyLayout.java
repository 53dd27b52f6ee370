package io.siskin.index.format.v2;

import io.siskin.index.format.v1.ForwardLayout;

/**
 * The term frequencies. There is one byte per posting of the forward records, in their order and
 * with the places of residuals. So no table of offsets is needed.
 */
public final class FrequencyLayout {
  /** The largest frequency. It stands for itself and for all larger ones. */
  public static final int FREQUENCY_MAX = 255;

  private FrequencyLayout() {}

  /**
   * Returns the offset in bytes at which the frequencies of a document start.
   *
   * @param recordOffset the offset of its forward record. For the length of all forward records,
   *     the result is the end of all frequencies
   */
  public static long start(long recordOffset) {
    return recordOffset / ForwardLayout.POSTING_LENGTH;
  }

  /**
   * Returns the frequency to store for a given weight.
   *
   * @param weight a finite weight above 0
   * @return the nearest whole number of 1 to {@link #FREQUENCY_MAX}
   */
  public static int of(float weight) {
    return Math.clamp(Math.round(weight), 1, FREQUENCY_MAX);
  }
}

package io.siskin.index.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuantizedVectorTest {
  private static final byte[] IMPACTS = {1, (byte) 200, 3};
  private static final byte[] RESIDUALS = {-1, 0, 7};
  private static final byte[] FREQUENCIES = {4, 5, 6};

  @Test
  void tokensInAnyOrderAreSortedWithTheirWeights() {
    QuantizedVector vector =
        QuantizedVector.ofUnorderedTokens(
            new String[] {"c", "a", "b"}, IMPACTS, RESIDUALS, FREQUENCIES, .5f, 15);
    for (int i = 0; i < 3; i++) {
      int from = (i + 1) % 3;
      assertThat(vector.token(i)).isEqualTo(String.valueOf((char) ('a' + i)));
      assertThat(vector.impact(i)).isEqualTo(IMPACTS[from] & 0xFF);
      assertThat(vector.residual(i)).isEqualTo(RESIDUALS[from]);
      assertThat(vector.frequency(i)).isEqualTo(FREQUENCIES[from]);
    }
    assertThat(vector.scale()).isEqualTo(.5f);
    assertThat(vector.length()).isEqualTo(15);
  }

  @Test
  void numbersAreSortedWithoutSign() {
    QuantizedVector vector =
        QuantizedVector.ofUnorderedTermIds(
            new int[] {-1, 5, Integer.MIN_VALUE}, IMPACTS, null, null, 1, 3);
    int[] sorted = {5, Integer.MIN_VALUE, -1};
    int[] from = {1, 2, 0};
    for (int i = 0; i < 3; i++) {
      assertThat(vector.termId(i)).isEqualTo(sorted[i]);
      assertThat(vector.impact(i)).isEqualTo(IMPACTS[from[i]] & 0xFF);
    }
    assertThat(vector.hasResiduals()).isFalse();
    assertThat(vector.hasFrequencies()).isFalse();
  }
}

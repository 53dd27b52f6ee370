package io.siskin.index.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DocumentQuantizerTest {
  private static final Quantization.Pinned AUTO = new Quantization.Auto();
  private static final Quantization.Pinned PER_DOCUMENT = new Quantization.PerDocument();

  @Test
  void wholeWeightsAreKeptUnderAuto() {
    assertThat(scale(AUTO, 1, 255, 7)).isEqualTo(1);
    assertThat(scale(AUTO, 1)).isEqualTo(1);
    assertThat(scale(PER_DOCUMENT, 1, 255, 7)).isEqualTo(1);
    assertThat(scale(PER_DOCUMENT, 1)).isEqualTo(1f / 255);
  }

  @Test
  void otherWeightsGetAScaleOfTheirOwn() {
    assertThat(scale(AUTO, 1, 256)).isEqualTo(256f / 255);
    assertThat(scale(AUTO, 1, 2.5f)).isEqualTo(2.5f / 255);
    assertThat(scale(PER_DOCUMENT, 1, 2.5f)).isEqualTo(2.5f / 255);
    assertThat(scale(PER_DOCUMENT, Float.MIN_VALUE)).isEqualTo(Float.MIN_NORMAL);
  }

  @Test
  void aGivenScaleIsUsedWhereItFits() {
    Quantization.Pinned global = new Quantization.Global(0.01f);
    assertThat(scale(global, 1, 2.55f)).isEqualTo(0.01f);
    assertThat(scale(global, 2.554f)).as("rounds to 255").isEqualTo(0.01f);
    assertThat(scale(global, 2.56f)).isEqualTo(2.56f / 255);
  }

  /** The first weights count. What is behind them may be left from another document. */
  @Test
  void whatIsBehindTheCountPlaysNoPart() {
    float[] weights = {3, 4, 1000.5f};
    assertThat(new DocumentQuantizer(AUTO).scale(weights, 2)).isEqualTo(1);
    assertThat(new DocumentQuantizer(PER_DOCUMENT).scale(weights, 2)).isEqualTo(4f / 255);
    assertThat(new DocumentQuantizer(new Quantization.Global(2)).scale(weights, 0)).isEqualTo(1);
  }

  @RepeatedTest(4)
  void theErrorOfAWeightIsHalfAStep() {
    Random random = new Random(Seeds.next());
    Quantization.Pinned[] rules = {
      AUTO, PER_DOCUMENT, new Quantization.Global(random.nextFloat() + 0.001f)
    };
    for (int round = 0; round < 2000; round++) {
      float[] weights = new float[1 + random.nextInt(40)];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = random.nextBoolean() ? 1 + random.nextInt(300) : random.nextFloat() + 1e-4f;
      }
      for (Quantization.Pinned rule : rules) {
        float scale = new DocumentQuantizer(rule).scale(weights, weights.length);
        for (float weight : weights) {
          int impact = DocumentQuantizer.impact(weight, scale);
          assertThat(impact).isBetween(1, 255);
          assertThat(Math.abs(impact - weight / scale))
              .as("%s of %s", weight, rule)
              .isLessThanOrEqualTo(weight < scale / 2 ? 1 : 0.5f + 1e-4f);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -1, Float.NaN, Float.POSITIVE_INFINITY, Float.MIN_VALUE})
  void aScaleOutsideItsRangeIsRefused(float scale) {
    assertThatThrownBy(() -> new Quantization.Global(scale))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("quantisation scale is " + scale);
  }

  private static float scale(Quantization.Pinned rule, float... weights) {
    return new DocumentQuantizer(rule).scale(weights, weights.length);
  }
}

package io.siskin.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.DocumentQuantizer;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.testing.Seeds;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class Bm25FormulaTest {
  private static final int DOCUMENT_COUNT = 10;
  private static final double AVERAGE_LENGTH = 8;

  /**
   * The expected values are computed by hand from the definition. The tests of the server compare
   * with Lucene's scorer.
   */
  @ParameterizedTest
  @CsvSource({
    "0.9, 0.4, 1, 1, 8, 1.0486475", // idf 1.992430, weight 1 / (1 + 0.9)
    "0.9, 0.4, 10, 1, 8, 0.0244842", // idf 0.046520: above zero in every document
    "1.2, 0.75, 3, 4, 20, 0.6993174", // idf 1.145132, weight 4 / (4 + 2.55)
    "1.2, 0, 3, 4, 20, 0.8808710", // weight 4 / (4 + 1.2): length does not count
    "0, 0.5, 5, 7, 7, 0.6931472", // weight 1: frequency does not count
    "2, 1, 2, 0.5, 4, 0.4938682", // weight 0.5 / (0.5 + 1): a fractional frequency
  })
  void scoreOfKnownTerms(
      double k1, double b, long documentFrequency, float tf, float length, double expected) {
    double weight = new Bm25Formula(k1, b, AVERAGE_LENGTH).weight(tf, length);
    assertThat(Bm25Formula.idf(DOCUMENT_COUNT, documentFrequency) * weight)
        .isEqualTo(expected, within(1e-6));
  }

  @Test
  void weightGrowsWithFrequencyAndFallsWithLengthAndIdfGrowsWithRarity() {
    Bm25Formula formula = new Bm25Formula(0.9, 0.4, 60);
    for (int step = 1; step < 200; step++) {
      assertThat(formula.weight(step + 1, 300)).isGreaterThan(formula.weight(step, 300));
      assertThat(formula.weight(1, step + 1)).isLessThan(formula.weight(1, step));
      assertThat(Bm25Formula.idf(1_000_000, step + 1)).isLessThan(Bm25Formula.idf(1_000_000, step));
    }
  }

  @Test
  void idfStaysAboveZeroUpToTheLargestCollections() {
    long documentCount = 1L << 40;
    assertThat(Bm25Formula.idf(documentCount, documentCount)).isGreaterThan(0);
    assertThat(Bm25Formula.idf(0, 0)).isEqualTo(Math.log(2), within(1e-12));
  }

  /** The bound that the documentation of the class gives for an average that has moved. */
  @RepeatedTest(4)
  void aMovedAverageChangesAWeightByLittle() {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 10_000; round++) {
      double k1 = random.nextDouble() * 3;
      double b = random.nextDouble();
      double pinned = 1 + random.nextInt(1000);
      double share = random.nextDouble() * 0.9;
      float tf = 1 + random.nextInt(30);
      float length = tf + random.nextInt(5000);
      double weight = new Bm25Formula(k1, b, pinned).weight(tf, length);
      double grown = new Bm25Formula(k1, b, pinned * (1 + share)).weight(tf, length);
      double fallen = new Bm25Formula(k1, b, pinned * (1 - share)).weight(tf, length);
      assertThat(grown / weight - 1).isBetween(-1e-6, (1 - weight) * share + 1e-6);
      assertThat(1 - fallen / weight).isBetween(-1e-6, (1 - weight) * share / (1 - share) + 1e-6);
    }
  }

  /** Steps are 1 of 255. An occurrence in a document of average length has at least 32 of them. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.9, 2, 7, 7.5, 100, 1000})
  void aTermThatIsOnceInADocumentHasEnoughSteps(double k1) {
    Bm25Formula formula = new Bm25Formula(k1, 0.4, 60);
    float[] weights = {formula.weight(1, 60), formula.weight(5, 60)};
    Quantization.Pinned rule = Bm25Formula.quantization(k1);
    float scale = new DocumentQuantizer(rule).scale(weights, weights.length);
    assertThat(DocumentQuantizer.impact(weights[0], scale)).isGreaterThanOrEqualTo(32);
    assertThat(rule instanceof Quantization.Global).isEqualTo(k1 <= 7);
  }

  @Test
  void everyWeightFitsTheOneScale() {
    float scale = Bm25Formula.oneScale().scale();
    assertThat(DocumentQuantizer.fits(new Bm25Formula(0, 0, 1).weight(1, 1), scale)).isTrue();
    assertThat(DocumentQuantizer.impact(new Bm25Formula(0, 0, 1).weight(1, 1), scale))
        .isEqualTo(255);
  }

  @ParameterizedTest
  @CsvSource({
    "k1, -0.1, 0.4, 1",
    "k1, NaN, 0.4, 1",
    "k1, 1000.1, 0.4, 1",
    "b, 0.9, -0.01, 1",
    "b, 0.9, 1.01, 1",
    "b, 0.9, NaN, 1",
    "averageLength, 0.9, 0.4, 0",
    "averageLength, 0.9, 0.4, -1",
    "averageLength, 0.9, 0.4, Infinity",
    "averageLength, 0.9, 0.4, NaN",
  })
  void valueOutsideItsRangeIsRefusedByName(
      String field, double k1, double b, double averageLength) {
    assertThatThrownBy(() -> new Bm25Formula(k1, b, averageLength))
        .isInstanceOfSatisfying(
            InvalidInputException.class, error -> assertThat(error.field()).isEqualTo(field));
    assertThatThrownBy(() -> new Weighting.Bm25(k1, b, averageLength))
        .isInstanceOfSatisfying(
            InvalidInputException.class, error -> assertThat(error.field()).isEqualTo(field));
  }
}

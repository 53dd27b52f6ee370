package io.siskin.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Bm25FormulaTest {
  private static final int DOCUMENT_COUNT = 10;
  private static final double AVERAGE_LENGTH = 8;

  /**
   * The expected values are computed by hand from the definition. The tests of the server compare
   * with Lucene's scorer.
   */
  @ParameterizedTest
  @CsvSource({
    "0.9, 0.4, 1, 1, 8, 1.0486475", // idf 1.992430, saturation 1 / (1 + 0.9)
    "0.9, 0.4, 10, 1, 8, 0.0244842", // idf 0.046520: above zero in every document
    "1.2, 0.75, 3, 4, 20, 0.6993174", // idf 1.145132, saturation 4 / (4 + 2.55)
    "1.2, 0, 3, 4, 20, 0.8808710", // saturation 4 / (4 + 1.2): length does not count
    "0, 0.5, 5, 7, 3, 0.6931472", // saturation 1: frequency does not count
    "2, 1, 2, 0.5, 4, 0.4938682", // saturation 0.5 / (0.5 + 1): a fractional frequency
  })
  void impactOfKnownTerms(
      double k1, double b, long documentFrequency, double tf, double length, double expected) {
    Bm25Formula formula = new Bm25Formula(k1, b, DOCUMENT_COUNT, AVERAGE_LENGTH);
    assertThat((double) formula.impact(formula.idf(documentFrequency), tf, length))
        .isEqualTo(expected, within(1e-6));
  }

  @Test
  void impactGrowsWithFrequencyAndRarityAndFallsWithLength() {
    Bm25Formula formula = new Bm25Formula(0.9, 0.4, 1_000_000, 60);
    for (int step = 1; step < 200; step++) {
      assertThat(formula.saturation(step + 1, 300)).isGreaterThan(formula.saturation(step, 300));
      assertThat(formula.saturation(1, step + 1)).isLessThan(formula.saturation(1, step));
      assertThat(formula.idf(step + 1)).isLessThan(formula.idf(step));
    }
  }

  @Test
  void idfStaysAboveZeroUpToTheLargestCollections() {
    long documentCount = 1L << 40;
    assertThat(Bm25Formula.idf(documentCount, documentCount)).isGreaterThan(0);
    assertThat(Bm25Formula.idf(0, 0)).isEqualTo(Math.log(2), within(1e-12));
  }

  @Test
  void collectionWithoutTermsNeedsNoAverageLength() {
    assertThat(new Bm25Formula(0.9, 0.4, 3, 0).saturation(1, 0))
        .isEqualTo(1 / (1 + 0.9 * 0.6), within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "k1, -0.1, 0.4, 1, 1",
    "k1, NaN, 0.4, 1, 1",
    "k1, 1000.1, 0.4, 1, 1",
    "b, 0.9, -0.01, 1, 1",
    "b, 0.9, 1.01, 1, 1",
    "b, 0.9, NaN, 1, 1",
    "documentCount, 0.9, 0.4, -1, 1",
    "averageLength, 0.9, 0.4, 1, -1",
    "averageLength, 0.9, 0.4, 1, Infinity",
    "averageLength, 0.9, 0.4, 1, NaN",
  })
  void valueOutsideItsRangeIsRefusedByName(
      String field, double k1, double b, long documentCount, double averageLength) {
    assertThatThrownBy(() -> new Bm25Formula(k1, b, documentCount, averageLength))
        .isInstanceOfSatisfying(
            InvalidInputException.class, error -> assertThat(error.field()).isEqualTo(field));
  }
}

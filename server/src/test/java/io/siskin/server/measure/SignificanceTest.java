package io.siskin.server.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of significance against published tables and against a sum of small steps. */
final class SignificanceTest {
  @ParameterizedTest
  @CsvSource({
    "12.706, 1, 0.05",
    "4.303, 2, 0.05",
    "2.228, 10, 0.05",
    "3.169, 10, 0.01",
    "2.042, 30, 0.05",
    "1.984, 100, 0.05",
    "2.626, 100, 0.01",
    "0, 7, 1",
  })
  void valuesAreThoseOfTables(double t, int freedom, double p) {
    assertThat(Significance.twoSided(t, freedom)).isCloseTo(p, within(2e-4));
    assertThat(Significance.twoSided(-t, freedom)).isEqualTo(Significance.twoSided(t, freedom));
  }

  /** The slow twin: the density between 0 and t, added up by Simpson's rule. */
  @Test
  void valuesAreThoseOfTheDensity() {
    Random random = new Random(Seeds.next());
    for (int i = 0; i < 100; i++) {
      int freedom = 1 + random.nextInt(200);
      double t = random.nextDouble() * 5;
      // The total is 1, so the constant of the density need not be known.
      double inside = area(0, t, freedom);
      double all = area(0, 60, freedom) + tail(60, freedom);
      assertThat(Significance.twoSided(t, freedom))
          .as("t %s, freedom %s", t, freedom)
          .isCloseTo(1 - inside / all, within(1e-6));
    }
  }

  private static double density(double t, int freedom) {
    return Math.pow(1 + t * t / freedom, -(freedom + 1) / 2.0);
  }

  private static double area(double from, double to, int freedom) {
    int steps = 20_000;
    double step = (to - from) / steps;
    double sum = density(from, freedom) + density(to, freedom);
    for (int i = 1; i < steps; i++) {
      sum += density(from + i * step, freedom) * (i % 2 == 0 ? 2 : 4);
    }
    return sum * step / 3;
  }

  /** From a point on, with u = 1 / t, so that the end is finite. */
  private static double tail(double from, int freedom) {
    int steps = 20_000;
    double step = 1 / from / steps;
    double sum = freedom == 1 ? 1 : 0;
    for (int i = 1; i <= steps; i++) {
      double u = i * step;
      sum += density(1 / u, freedom) / (u * u) * (i == steps ? 1 : i % 2 == 0 ? 2 : 4);
    }
    return sum * step / 3;
  }

  @Test
  void theSameSystemDoesNotDiffer() {
    double[] values = {0.1, 0.5, 0.9};
    Significance.Comparison same = Significance.compare(values, values, 1);
    assertThat(same).isEqualTo(new Significance.Comparison(0, 1, 0, 0));
  }

  @Test
  void aClearGainIsFoundAndTheIntervalHoldsIt() {
    Random random = new Random(Seeds.next());
    double[] first = new double[200];
    double[] second = new double[200];
    for (int i = 0; i < first.length; i++) {
      first[i] = random.nextDouble();
      second[i] = first[i] + 0.1 + 0.05 * random.nextGaussian();
    }
    Significance.Comparison gain = Significance.compare(first, second, 7);
    assertThat(gain.p()).isLessThan(1e-6);
    assertThat(gain.low()).isGreaterThan(0).isLessThan(gain.difference());
    assertThat(gain.high()).isGreaterThan(gain.difference());
    assertThat(Significance.compare(first, second, 7)).isEqualTo(gain);
    Significance.Comparison loss = Significance.compare(second, first, 7);
    assertThat(loss.difference()).isEqualTo(-gain.difference());
  }

  @Test
  void thereMustBeQueries() {
    assertThatThrownBy(() -> Significance.compare(new double[0], new double[0], 1))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> Significance.compare(new double[1], new double[2], 1))
        .isInstanceOf(InvalidInputException.class);
    assertThat(Significance.pairedTTest(new double[] {1})).isNaN();
  }
}

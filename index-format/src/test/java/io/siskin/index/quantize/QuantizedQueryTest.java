package io.siskin.index.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class QuantizedQueryTest {
  @RepeatedTest(20)
  void weightsKeepTheirSizeAndTheirSumFits() {
    Random random = new Random(Seeds.next());
    int terms = 1 + random.nextInt(random.nextBoolean() ? 30 : QuantizedQuery.TERM_COUNT_MAX);
    int[] ids = new int[terms];
    float[] weights = new float[terms];
    double magnitude = Math.pow(10, random.nextInt(30) - 10);
    double floatSum = 0;
    for (int i = 0; i < terms; i++) {
      ids[i] = i;
      weights[i] = (float) (magnitude * Math.exp(random.nextGaussian()));
      floatSum += weights[i];
    }
    QuantizedQuery query = QuantizedQuery.of(TermIdVector.of(ids, weights));
    long sum = 0;
    for (int i = 0; i < terms; i++) {
      assertThat(query.weight(i)).isPositive();
      assertThat(query.weight(i) * query.scoreScale())
          .isEqualTo(weights[i], within(floatSum / (1 << 21)));
      sum += query.weight(i);
    }
    assertThat(sum).isLessThanOrEqualTo(QuantizedQuery.WEIGHT_SUM_MAX);
    assertThat(sum * 255).isLessThanOrEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void wholeWeightsGiveWholeScores() {
    QuantizedQuery query = QuantizedQuery.of(TokenVector.of(Map.of("a", 3f, "b", 17f)));
    assertThat(query.score(query.weight(0) * 5 + query.weight(1) * 255, 1f))
        .isEqualTo(3 * 5 + 17 * 255f);
  }

  @Test
  void anEmptyQueryIsAllowedAndTooManyTermsAreNot() {
    assertThat(QuantizedQuery.of(TokenVector.EMPTY).vector().size()).isZero();
    int[] ids = new int[QuantizedQuery.TERM_COUNT_MAX + 1];
    float[] weights = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i;
      weights[i] = 1;
    }
    assertThatThrownBy(() -> QuantizedQuery.of(TermIdVector.of(ids, weights)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("0 to 16384");
  }
}

package io.siskin.server.encode.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.TextEncoding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class VectorOptionsTest {
  private static final int ALL = Integer.MAX_VALUE;

  /** "moth" and "wing" are the text's own, "wing" without a weight; the others are expansion. */
  private static final TextEncoding.Sparse ENCODING =
      new TextEncoding.Sparse(
          TokenVector.of(Map.of("moth", 0.5f, "insect", 2f, "bird", 1f)), List.of("moth", "wing"));

  @Test
  void withoutOptionsTheVectorStaysTheSame() {
    assertThat(VectorOptions.NONE.apply(ENCODING)).isSameAs(ENCODING.vector());
  }

  @Test
  void expansionIsDropped() {
    assertThat(apply(false, 0, 0, ALL)).isEqualTo(vector(Map.of("moth", 0.5f)));
  }

  @Test
  void lightTermsAreDropped() {
    assertThat(apply(true, 1, 0, ALL)).isEqualTo(vector(Map.of("insect", 2f, "bird", 1f)));
  }

  @Test
  void originalTermsWeighAtLeastTheirLeast() {
    assertThat(apply(true, 0, 0.75f, ALL))
        .isEqualTo(vector(Map.of("moth", 0.75f, "wing", 0.75f, "insect", 2f, "bird", 1f)));
    assertThat(apply(true, 0, 0.25f, ALL))
        .isEqualTo(vector(Map.of("moth", 0.5f, "wing", 0.25f, "insect", 2f, "bird", 1f)));
  }

  @Test
  void originalTermsAreNotDroppedForTheirLightness() {
    assertThat(apply(true, 1, 0.25f, ALL))
        .isEqualTo(vector(Map.of("moth", 0.25f, "wing", 0.25f, "insect", 2f, "bird", 1f)));
  }

  @Test
  void heaviestTermsStay() {
    assertThat(apply(true, 0, 0, 2)).isEqualTo(vector(Map.of("insect", 2f, "bird", 1f)));
    assertThat(apply(false, 0, 3, 1).size()).isEqualTo(1);
  }

  @Test
  void emptyTextStaysEmpty() {
    TextEncoding.Sparse empty = new TextEncoding.Sparse(TokenVector.EMPTY, List.of());
    assertThat(new VectorOptions(false, 1, 1, 1).apply(empty)).isEqualTo(TokenVector.EMPTY);
  }

  @Test
  void valuesOutOfRangeAreNamed() {
    assertThatThrownBy(() -> new VectorOptions(true, -1, 0, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("weight-min is -1.0; allowed: a number from 0 to 1e30");
    assertThatThrownBy(() -> new VectorOptions(true, 0, Float.NaN, 1))
        .hasMessageStartingWith("literal-weight-min is NaN");
    assertThatThrownBy(() -> new VectorOptions(true, 0, 0, 0))
        .hasMessage("terms-max is 0; allowed: 1 or more");
  }

  private static SparseVector apply(
      boolean expansion, float weightMin, float originalWeightMin, int termsMax) {
    return new VectorOptions(expansion, weightMin, originalWeightMin, termsMax).apply(ENCODING);
  }

  private static TokenVector vector(Map<String, Float> weights) {
    return TokenVector.of(weights);
  }
}

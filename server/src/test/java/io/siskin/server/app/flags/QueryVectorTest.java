package io.siskin.server.app.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.SparseVector;
import io.siskin.index.error.InvalidInputException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryVectorTest {
  @Test
  void tokensKeepTheirWeights() {
    assertThat(QueryVector.parse("--vector", "{\"insect\": 1.25}").byToken())
        .isEqualTo(SparseVector.ofTokens(Map.of("insect", 1.25f)));
  }

  @Test
  void numbersBecomeTermIdsUpToTheLargest() {
    QueryVector vector = QueryVector.parse("--vector", "{\"0\": 1, \"4294967295\": 2.5}");
    assertThat(vector.isAllNumbers()).isTrue();
    assertThat(vector.byTermId())
        .isEqualTo(SparseVector.ofTermIds(new int[] {0, -1}, new float[] {1, 2.5f}));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"1\":1,\"a\":1}",
        "{\"4294967296\":1}",
        "{\"01\":1}",
        "{\"-1\":1}",
        "{\"1.0\":1}",
        "{}"
      })
  void otherKeysAreTokens(String json) {
    assertThat(QueryVector.parse("--vector", json).isAllNumbers()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "1", "{\"a\":1", "{\"a\":1} x", "{\"a\":1,\"a\":2}"})
  void whatIsNotOneObjectIsRefused(String json) {
    assertThatThrownBy(() -> QueryVector.parse("--vector", json))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--vector")
        .hasMessageContaining("one JSON object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"1\"", "null", "true", "[1]"})
  void aWeightIsANumber(String weight) {
    assertThatThrownBy(() -> QueryVector.parse("--vector", "{\"a\":" + weight + "}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("weight of a is " + weight);
  }
}

package io.siskin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SparseVectorTest {
  @Test
  void keepsWhatItWasMadeOf() {
    String[] tokens = {"a", "b"};
    float[] weights = {1, 2};
    SparseVector vector = SparseVector.ofTokens(tokens, weights);
    tokens[0] = "changed";
    weights[0] = 9;

    assertThat(vector.size()).isEqualTo(2);
    assertThat(vector.token(0)).isEqualTo("a");
    assertThat(vector.weight(0)).isEqualTo(1);
    assertThat(vector.isKeyedByTermId()).isFalse();
    assertThat(vector)
        .isEqualTo(SparseVector.ofTokens(new String[] {"a", "b"}, new float[] {1, 2}));
    assertThat(vector)
        .isNotEqualTo(SparseVector.ofTokens(new String[] {"a", "b"}, new float[] {1, 3}));
    assertThat(SparseVector.ofTokens(Map.of("a", 1f)))
        .isEqualTo(SparseVector.ofTokens(new String[] {"a"}, new float[] {1}));
  }

  @Test
  void readsTermIdsAsUnsigned() {
    SparseVector vector = SparseVector.ofTermIds(new int[] {-1}, new float[] {0.5f});

    assertThat(vector.isKeyedByTermId()).isTrue();
    assertThat(vector).hasToString("{4294967295: 0.5}");
  }

  @Test
  void refusesAWeightTooFew() {
    assertThatThrownBy(() -> SparseVector.ofTermIds(new int[] {1, 2}, new float[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights: 1 for 2 terms");
  }

  @Test
  void optionsOutsideTheirRangesAreRefusedByName() {
    ClientOptions options = ClientOptions.of("localhost:7700");

    assertThatThrownBy(() -> ClientOptions.of(" ")).hasMessageContaining("target");
    assertThatThrownBy(() -> options.withDeadline(Duration.ZERO)).hasMessageContaining("deadline");
    assertThatThrownBy(() -> options.withMaxAttempts(6)).hasMessageContaining("maxAttempts");
    assertThatThrownBy(() -> options.withResponseBytesMax(0))
        .hasMessageContaining("responseBytesMax");
    assertThatThrownBy(() -> options.withStreamInFlightMax(0))
        .hasMessageContaining("streamInFlightMax");
  }
}

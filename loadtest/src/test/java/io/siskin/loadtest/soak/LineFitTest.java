package io.siskin.loadtest.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class LineFitTest {
  @Test
  void aLineIsFoundAsItIs() {
    LineFit line = LineFit.of(10, 12, 14, 16, 18);
    assertThat(line.mean()).isEqualTo(14, within(1e-9));
    assertThat(line.growth()).isEqualTo(8, within(1e-9));
    assertThat(line.isFlat(10, 1)).isFalse();
    assertThat(line.isFlat(60, 1)).isTrue();
    assertThat(line.isFlat(10, 8.1)).isTrue();
  }

  @Test
  void whatFallsOrSwingsIsFlat() {
    assertThat(LineFit.of(18, 16, 14).isFlat(1, 0)).isTrue();
    assertThat(LineFit.of(10, 30, 10, 30, 10, 30, 10).growth()).isEqualTo(0, within(1e-9));
  }
}

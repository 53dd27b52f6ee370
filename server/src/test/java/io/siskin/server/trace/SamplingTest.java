package io.siskin.server.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.siskin.server.testing.Seeded;
import org.junit.jupiter.api.Test;

final class SamplingTest {
  private static final TraceContext CALLER = new TraceContext(1, 2, 3, true);

  @Test
  void theCallerDecides() {
    for (double ratio : new double[] {0, 1}) {
      Sampling sampling = new Sampling(ratio);
      TraceContext call = sampling.begin(CALLER);
      assertThat(call.traceId()).isEqualTo(CALLER.traceId());
      assertThat(call.spanId()).isNotZero().isNotEqualTo(CALLER.spanId());
      assertThat(sampling.begin(new TraceContext(1, 2, 3, false))).isNull();
    }
  }

  @Test
  void withoutACallerTheRatioDecides() {
    assertThat(new Sampling(0).begin(null)).isNull();
    assertThat(new Sampling(1).begin(null)).isNotNull();
    Seeded.run(
        random -> {
          Sampling sampling = new Sampling(0.1, random::nextLong);
          int recorded = 0;
          for (int i = 0; i < 100_000; i++) {
            recorded += sampling.begin(null) == null ? 0 : 1;
          }
          // Ten standard deviations.
          assertThat(recorded).isCloseTo(10_000, within(950));
        });
  }

  @Test
  void idsAreNeverZero() {
    TraceContext call = new Sampling(1, () -> 0).begin(null);
    assertThat(call.traceIdLow()).isNotZero();
    assertThat(call.spanId()).isNotZero();
  }
}

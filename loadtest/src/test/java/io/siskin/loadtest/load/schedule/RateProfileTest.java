package io.siskin.loadtest.load.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Checks when calls are due against a slow search for the same time. */
final class RateProfileTest {
  private static final int ROUNDS = 200;

  @Test
  void theTimeOfACallIsWhereSoManyCallsAreDue() {
    SplittableRandom random = new SplittableRandom(Seeds.next());
    for (int round = 0; round < ROUNDS; round++) {
      RateProfile profile = randomProfile(random);
      for (int i = 0; i < 20; i++) {
        double calls = profile.calls() * random.nextDouble();
        assertThat(profile.secondOf(calls))
            .as("%s calls of %s", calls, profile)
            .isCloseTo(searched(profile, calls), within(1e-6));
      }
    }
  }

  /** The slow twin: halves the time until the number of calls fits. */
  private static double searched(RateProfile profile, double calls) {
    double low = 0;
    double high = profile.seconds();
    for (int i = 0; i < 100; i++) {
      double middle = (low + high) / 2;
      if (callsUntil(profile, middle) < calls) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private static double callsUntil(RateProfile profile, double second) {
    double calls = 0;
    double rest = second;
    for (RateStage stage : profile.stages()) {
      calls += stage.callsUntil(Math.max(0, Math.min(rest, stage.seconds())));
      rest -= stage.seconds();
    }
    return calls;
  }

  private static RateProfile randomProfile(SplittableRandom random) {
    List<RateStage> stages = new ArrayList<>();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      // Rates of exactly 0 have no single time for a number of calls.
      double from = random.nextDouble(1, 1_000);
      double to = random.nextBoolean() ? from : random.nextDouble(1, 1_000);
      stages.add(new RateStage(from, to, random.nextDouble(0.5, 30), true));
    }
    return new RateProfile(stages);
  }

  @Test
  void aRampFromZeroBeginsSlowly() {
    RateStage ramp = new RateStage(0, 100, 10, true);
    assertThat(ramp.calls()).isEqualTo(500);
    assertThat(ramp.secondOf(0)).isZero();
    assertThat(ramp.secondOf(125)).isCloseTo(5, within(1e-9));
    assertThat(ramp.secondOf(500)).isCloseTo(10, within(1e-9));
  }

  @Test
  void aRampToZeroEndsSlowly() {
    RateStage ramp = new RateStage(100, 0, 10, true);
    assertThat(ramp.secondOf(375)).isCloseTo(5, within(1e-9));
    assertThat(ramp.secondOf(500)).isCloseTo(10, within(1e-9));
  }

  @Test
  void aPauseHasNoCalls() {
    RateProfile profile =
        new RateProfile(
            List.of(
                RateStage.constant(10, 1), RateStage.constant(0, 5), RateStage.constant(10, 1)));
    assertThat(profile.secondOf(9.5)).isCloseTo(0.95, within(1e-9));
    assertThat(profile.secondOf(10)).isCloseTo(6, within(1e-9));
  }

  @Test
  void ratesAndTimesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> RateStage.constant(-1, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("rate is -1.0; allowed: 0 to 1000000 calls a second");
    assertThatThrownBy(() -> RateStage.constant(Double.NaN, 1))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> RateStage.constant(1, 0))
        .hasMessage("seconds is 0.0; allowed: above 0 to 86400");
  }
}

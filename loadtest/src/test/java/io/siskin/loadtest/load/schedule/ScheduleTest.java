package io.siskin.loadtest.load.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checks the statistics of schedules. Their seeds are fixed, so the figures are too. */
final class ScheduleTest {
  private static final List<Share> ONE = List.of(new Share.Weight(1));

  private static RateProfile constant(double perSecond, double seconds) {
    return new RateProfile(List.of(RateStage.constant(perSecond, seconds)));
  }

  @Test
  void fixedTimesAreExact() {
    for (int rate : new int[] {1, 3, 7, 500, 999, 1_000, 12_345}) {
      Schedule schedule = Schedule.fixed(rate, 4);
      assertThat(schedule.size()).isEqualTo(4 * rate);
      for (int call = 0; call < schedule.size(); call++) {
        assertThat(schedule.dueNanos(call)).isEqualTo(Math.round(call * 1e9 / rate));
      }
    }
  }

  @Test
  void distancesOfPoissonArrivalsHaveTheMeanAndTheVarianceOfAnExponential() {
    double rate = 1_000;
    Schedule schedule = Schedule.plan(constant(rate, 200), Arrivals.POISSON, ONE, 17);
    int count = schedule.size() - 1;
    double sum = 0;
    double squares = 0;
    int aboveMean = 0;
    for (int call = 0; call < count; call++) {
      double seconds = (schedule.dueNanos(call + 1) - schedule.dueNanos(call)) / 1e9;
      sum += seconds;
      squares += seconds * seconds;
      aboveMean += seconds > 1 / rate ? 1 : 0;
    }
    double mean = sum / count;
    double variance = squares / count - mean * mean;
    // Three standard deviations of each estimate, for 200,000 distances.
    assertThat(mean * rate).isCloseTo(1, within(0.007));
    assertThat(variance * rate * rate).isCloseTo(1, within(0.02));
    assertThat((double) aboveMean / count).isCloseTo(Math.exp(-1), within(0.004));
  }

  @Test
  void countsOfPoissonArrivalsHaveAVarianceLikeTheirMean() {
    Schedule schedule = Schedule.plan(constant(200, 1_000), Arrivals.POISSON, ONE, 4);
    double squares = 0;
    for (int second = 0; second < 1_000; second++) {
      double count = schedule.firstAt(second + 1) - schedule.firstAt(second);
      squares += (count - 200) * (count - 200);
    }
    // The standard deviation of the estimate is 200 * sqrt(2 / 1000).
    assertThat(squares / 1_000).isCloseTo(200, within(3 * 200 * Math.sqrt(2.0 / 1_000)));
  }

  @Test
  void aRampHasMoreCallsWhereItsRateIsHigher() {
    RateProfile ramp = new RateProfile(List.of(new RateStage(100, 1_100, 10, true)));
    for (Arrivals arrivals : Arrivals.values()) {
      Schedule schedule = Schedule.plan(ramp, arrivals, ONE, 3);
      for (int second = 0; second < 10; second++) {
        double expected = 150 + 100 * second;
        assertThat((double) schedule.firstAt(second + 1) - schedule.firstAt(second))
            .isCloseTo(expected, within(4 * Math.sqrt(expected)));
      }
    }
  }

  @Test
  void weightsDecideOnSharesAndRatesBesideStandAlone() {
    List<Share> shares =
        List.of(new Share.Weight(3), new Share.Beside(50), new Share.Weight(1), new Share.None());
    Schedule schedule = Schedule.plan(constant(1_000, 40), Arrivals.FIXED, shares, 5);
    int[] counts = new int[4];
    for (int call = 0; call < schedule.size(); call++) {
      counts[schedule.operation(call)]++;
    }
    assertThat(counts[0] + counts[2]).isEqualTo(40_000);
    assertThat(counts[1]).isEqualTo(2_000);
    assertThat(counts[3]).isZero();
    assertThat(counts[2] / 40_000.0).isCloseTo(0.25, within(3 * Math.sqrt(0.25 * 0.75 / 40_000)));
  }

  @Test
  void timesAscendAndTheSameSeedGivesTheSame() {
    List<Share> shares = List.of(new Share.Weight(2), new Share.Weight(1), new Share.Beside(70));
    Schedule one = Schedule.plan(constant(300, 20), Arrivals.POISSON, shares, 8);
    Schedule same = Schedule.plan(constant(300, 20), Arrivals.POISSON, shares, 8);
    Schedule other = Schedule.plan(constant(300, 20), Arrivals.POISSON, shares, 9);
    assertThat(times(one)).isSorted().isEqualTo(times(same)).isNotEqualTo(times(other));
    for (int call = 0; call < one.size(); call++) {
      assertThat(one.operation(call)).isEqualTo(same.operation(call));
    }
  }

  private static long[] times(Schedule schedule) {
    long[] times = new long[schedule.size()];
    for (int call = 0; call < times.length; call++) {
      times[call] = schedule.dueNanos(call);
    }
    return times;
  }

  @Test
  void theFirstCallAtATimeIsFound() {
    Schedule schedule = Schedule.fixed(10, 2);
    assertThat(schedule.firstAt(0)).isZero();
    assertThat(schedule.firstAt(0.05)).isEqualTo(1);
    assertThat(schedule.firstAt(0.1)).isEqualTo(1);
    assertThat(schedule.firstAt(1.9)).isEqualTo(19);
    assertThat(schedule.firstAt(5)).isEqualTo(20);
  }

  @Test
  void aLoadThatDoesNotFitIntoMemoryIsRefused() {
    assertThatThrownBy(() -> Schedule.fixed(1_000_000, 11))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("load is 11000000 calls; allowed: at most 10000000 calls in one load");
  }
}

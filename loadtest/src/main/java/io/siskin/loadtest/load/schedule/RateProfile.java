package io.siskin.loadtest.load.schedule;

import java.util.List;

/**
 * How the rate of a load goes over time: stages, one after the other. Immutable.
 *
 * @param stages the stages, at least one
 */
public record RateProfile(List<RateStage> stages) {
  /** Copies the stages. */
  public RateProfile {
    stages = List.copyOf(stages);
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("a load has at least one stage");
    }
  }

  /** Returns how many calls it has, which need not be a whole number. */
  public double calls() {
    return stages.stream().mapToDouble(RateStage::calls).sum();
  }

  /** Returns how long it is. */
  public double seconds() {
    return stages.stream().mapToDouble(RateStage::seconds).sum();
  }

  /**
   * Returns when so many calls are due.
   *
   * @param calls 0 to {@link #calls}
   * @return seconds from the beginning
   */
  public double secondOf(double calls) {
    double rest = calls;
    double start = 0;
    for (RateStage stage : stages) {
      // A call at the border of two stages is the first one of the later stage.
      if (rest < stage.calls()) {
        return start + stage.secondOf(rest);
      }
      rest -= stage.calls();
      start += stage.seconds();
    }
    return start;
  }

  /**
   * Returns when a stage begins.
   *
   * @param stage its number, from 0; the number of stages gives the end of the last one
   * @return seconds from the beginning
   */
  public double startSecond(int stage) {
    return stages.subList(0, stage).stream().mapToDouble(RateStage::seconds).sum();
  }
}

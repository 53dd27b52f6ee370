package io.siskin.loadtest.load.scenario;

import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.schedule.Arrivals;
import io.siskin.loadtest.load.schedule.RateProfile;
import io.siskin.loadtest.load.schedule.RateStage;
import io.siskin.loadtest.load.schedule.Schedule;
import io.siskin.loadtest.load.schedule.Share;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A whole load: where to, what, and when. Immutable.
 *
 * @param target host and port of a server
 * @param metrics the page of its metrics; null when they are not read
 * @param arrivals how calls are spread over time
 * @param seed decides all that is random: times, the order of operations, documents
 * @param connections how many connections, 1 to 1,000; calls take turns on them
 * @param deadlineMillis how long a call may take, 1 to 600,000 milliseconds
 * @param warmUpSeconds how long the first rate is sent before the load begins; its calls do not
 *     count. 0 to 3,600
 * @param inFlightMax how many calls may be without an answer, 1 to 1,000,000; what is due beyond is
 *     not sent, and is counted
 * @param stages the rate over time
 * @param operations what is sent
 */
public record Scenario(
    String target,
    @Nullable URI metrics,
    Arrivals arrivals,
    long seed,
    int connections,
    int deadlineMillis,
    double warmUpSeconds,
    int inFlightMax,
    List<RateStage> stages,
    List<Operation> operations) {
  /** The address of a server that runs with its defaults on this machine. */
  public static final String TARGET_DEFAULT = "localhost:7700";

  /** How many connections there are if nothing else is said. */
  public static final int CONNECTIONS_DEFAULT = 4;

  /** The deadline of a call if nothing else is said. */
  public static final int DEADLINE_MILLIS_DEFAULT = 1_000;

  /** The warm-up if nothing else is said. */
  public static final double WARM_UP_SECONDS_DEFAULT = 5;

  /** How many calls may be without an answer if nothing else is said. */
  public static final int IN_FLIGHT_MAX_DEFAULT = 20_000;

  /**
   * Checks the ranges.
   *
   * @throws InvalidInputException when a value is outside of its range
   */
  public Scenario {
    stages = List.copyOf(stages);
    operations = List.copyOf(operations);
    checkRange("connections", connections, 1, 1_000);
    checkRange("deadline_millis", deadlineMillis, 1, 600_000);
    checkRange("warm_up_seconds", warmUpSeconds, 0, 3_600);
    checkRange("in_flight_max", inFlightMax, 1, 1_000_000);
    checkRange("operations", operations.size(), 1, Schedule.OPERATIONS_MAX);
    Set<String> names = new HashSet<>();
    for (Operation operation : operations) {
      if (!names.add(operation.name())) {
        throw new InvalidInputException("name", operation.name(), "each name once");
      }
    }
    boolean hasWeight = operations.stream().anyMatch(one -> one.share() instanceof Share.Weight);
    if (!hasWeight) {
      throw new InvalidInputException(
          "operations", "all with per_second", "at least one with a weight, which the load is of");
    }
  }

  private static void checkRange(String name, double value, int min, int max) {
    if (!(value >= min && value <= max)) {
      boolean isWhole = value == Math.rint(value);
      throw new InvalidInputException(
          name, isWhole ? (Object) (long) value : value, min + " to " + max);
    }
  }

  /**
   * Returns the same load with another rate over time.
   *
   * @param newStages the rate over time
   */
  public Scenario withStages(List<RateStage> newStages) {
    return new Scenario(
        target,
        metrics,
        arrivals,
        seed,
        connections,
        deadlineMillis,
        warmUpSeconds,
        inFlightMax,
        newStages,
        operations);
  }

  /**
   * Returns the rate over time, with the warm-up as the first stage.
   *
   * @throws InvalidInputException when no rate was given
   */
  public RateProfile profile() {
    if (stages.isEmpty()) {
      throw new InvalidInputException(
          "load", "missing", "a list of stages in the scenario, or --rate, --ramp or --steps");
    }
    List<RateStage> all = new ArrayList<>();
    if (warmUpSeconds > 0) {
      // A ramp from 0 would warm nothing up.
      RateStage first = stages.getFirst();
      double rate =
          first.fromPerSecond() > 0 ? first.fromPerSecond() : first.calls() / first.seconds();
      all.add(new RateStage(rate, rate, warmUpSeconds, false));
    }
    all.addAll(stages);
    return new RateProfile(all);
  }

  /**
   * Returns calls of the operations with a weight only, without those of a warm-up: they say in
   * which order the operations take turns.
   */
  public Schedule order() {
    return Schedule.plan(
        new RateProfile(stages),
        Arrivals.FIXED,
        operations.stream()
            .map(Operation::share)
            .map(share -> share instanceof Share.Weight ? share : new Share.None())
            .toList(),
        seed);
  }

  /**
   * Returns when each call is due.
   *
   * @param profile the rate over time
   */
  public Schedule schedule(RateProfile profile) {
    return Schedule.plan(
        profile, arrivals, operations.stream().map(Operation::share).toList(), seed);
  }
}

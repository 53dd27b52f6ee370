package io.siskin.loadtest.load.schedule;

import io.siskin.index.error.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.collections.LongArrayList;

/**
 * When each call of a load is due, and of which operation it is; in ascending order of time.
 * Immutable. The same seed gives the same schedule.
 */
public final class Schedule {
  /** The most operations that a load may have. */
  public static final int OPERATIONS_MAX = 64;

  /** The most calls that a load may have: each takes about 40 bytes of memory. */
  public static final int CALLS_MAX = 10_000_000;

  private static final int OPERATION_BITS = 6;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Nanoseconds from the beginning, and in the lowest bits the number of the operation. */
  private final long[] calls;

  private final double seconds;

  private Schedule(long[] calls, double seconds) {
    this.calls = calls;
    this.seconds = seconds;
  }

  /**
   * Plans a load.
   *
   * @param profile the rate over time of the operations with a weight
   * @param arrivals how calls are spread
   * @param shares what part each operation has, at most {@link #OPERATIONS_MAX}
   * @param seed decides all that is random
   * @throws InvalidInputException when there are more than {@link #CALLS_MAX} calls
   */
  public static Schedule plan(
      RateProfile profile, Arrivals arrivals, List<Share> shares, long seed) {
    assert !shares.isEmpty() && shares.size() <= OPERATIONS_MAX : shares.size();
    checkSize(profile, shares);
    SplittableRandom random = new SplittableRandom(seed);
    LongArrayList calls = new LongArrayList();
    double[] bounds = cumulativeWeights(shares);
    double allWeights = bounds[bounds.length - 1];
    SplittableRandom choices = random.split();
    if (allWeights > 0) {
      arrivals.each(
          profile,
          random.split(),
          second -> calls.addLong(pack(second, choose(bounds, choices.nextDouble() * allWeights))));
    }
    for (int operation = 0; operation < shares.size(); operation++) {
      if (shares.get(operation) instanceof Share.Beside beside) {
        int number = operation;
        RateStage stage = RateStage.constant(beside.perSecond(), profile.seconds());
        arrivals.each(
            new RateProfile(List.of(stage)),
            random.split(),
            second -> calls.addLong(pack(second, number)));
      }
    }
    long[] sorted = calls.toLongArray();
    Arrays.sort(sorted);
    return new Schedule(sorted, profile.seconds());
  }

  /**
   * Plans calls of one operation at the same distance.
   *
   * @param perSecond calls a second
   * @param seconds how long
   */
  public static Schedule fixed(double perSecond, double seconds) {
    RateProfile profile = new RateProfile(List.of(RateStage.constant(perSecond, seconds)));
    return plan(profile, Arrivals.FIXED, List.of(new Share.Weight(1)), 0);
  }

  private static void checkSize(RateProfile profile, List<Share> shares) {
    double expected = profile.calls();
    for (Share share : shares) {
      expected += share instanceof Share.Beside own ? own.perSecond() * profile.seconds() : 0;
    }
    if (expected > CALLS_MAX) {
      throw new InvalidInputException(
          "load", Math.round(expected) + " calls", "at most " + CALLS_MAX + " calls in one load");
    }
  }

  private static double[] cumulativeWeights(List<Share> shares) {
    List<Double> bounds = new ArrayList<>();
    double sum = 0;
    for (Share share : shares) {
      sum += share instanceof Share.Weight part ? part.weight() : 0;
      bounds.add(sum);
    }
    return bounds.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static int choose(double[] bounds, double drawn) {
    for (int operation = 0; operation < bounds.length; operation++) {
      if (drawn < bounds[operation]) {
        return operation;
      }
    }
    throw new AssertionError(drawn + " is not below " + Arrays.toString(bounds));
  }

  private static long pack(double second, int operation) {
    return Math.round(second * NANOS_PER_SECOND) << OPERATION_BITS | operation;
  }

  /** Returns the number of calls. */
  public int size() {
    return calls.length;
  }

  /** Returns the length of the load in seconds. */
  public double seconds() {
    return seconds;
  }

  /**
   * Returns when a call is due, in nanoseconds from the beginning.
   *
   * @param call its number, from 0
   */
  public long dueNanos(int call) {
    return calls[call] >> OPERATION_BITS;
  }

  /**
   * Returns the number of a call's operation.
   *
   * @param call its number, from 0
   */
  public int operation(int call) {
    return (int) (calls[call] & (OPERATIONS_MAX - 1));
  }

  /**
   * Returns the first call that is due at a time or later.
   *
   * @param second seconds from the beginning
   * @return its number; {@link #size} when there is none
   */
  public int firstAt(double second) {
    long key = pack(second, 0);
    int low = 0;
    int high = calls.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (calls[middle] < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

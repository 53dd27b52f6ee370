package io.siskin.server.rank.list;

import io.siskin.server.search.Cancellation;
import java.util.concurrent.TimeUnit;

/**
 * How long a stage may work. What the request's deadline and its cancellation interrupt has no
 * answer; what a budget interrupts has the best so far.
 *
 * @param request the deadline and the cancellation of the request
 * @param stage the same, or earlier where a budget ends earlier
 * @param isBounded whether there is a budget
 */
public record StageBudget(Cancellation request, Cancellation stage, boolean isBounded) {
  /** Returns a budget without an end of its own. */
  public static StageBudget of(Cancellation request) {
    return new StageBudget(request, request, false);
  }

  /**
   * Returns the budget of a stage within this one, beginning now.
   *
   * @param micros its own budget, in microseconds; 0 for none
   */
  public StageBudget within(long micros) {
    return micros == 0
        ? this
        : new StageBudget(request, stage.within(TimeUnit.MICROSECONDS.toNanos(micros)), true);
  }

  /**
   * Tells whether the budget is spent.
   *
   * @throws io.siskin.server.search.QueryCancelledException when the request is interrupted
   */
  public boolean isSpent() {
    request.check();
    return isBounded && stage.hasHappened();
  }

  /** Returns what is left of the budget, in microseconds; {@link Long#MAX_VALUE} without one. */
  public long remainingMicros() {
    return isBounded
        ? Math.max(0, TimeUnit.NANOSECONDS.toMicros(stage.remainingNanos()))
        : Long.MAX_VALUE;
  }
}

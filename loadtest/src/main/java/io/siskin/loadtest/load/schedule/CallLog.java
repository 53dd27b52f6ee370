package io.siskin.loadtest.load.schedule;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * What became of each call of a schedule. Latencies count from the moment at which a call was due,
 * and not from the one at which it was sent: so the time is in them that a call had to wait because
 * the server or the client had fallen behind. Nothing is summed up here, so every figure can be had
 * of any part of the calls.
 *
 * <p>Each call is told of by one thread at a time. All may read at any time; {@link #outcome} says
 * what of a call is there.
 */
public final class CallLog {
  /** An outcome: the call is not due yet, or about to be sent. */
  public static final int PLANNED = 0;

  /** An outcome: the call has no answer yet. */
  public static final int SENT = 1;

  /** An outcome: the call was never sent, as too many others had no answer yet. */
  public static final int UNSENT = 2;

  /** An outcome: the call has ended just now, and its times are not there yet. */
  private static final int ENDING = 3;

  /** Outcomes from here on are those of calls that ended: this and the number of the status. */
  public static final int ENDED = 4;

  private static final int OK = ENDED;

  private final Schedule schedule;
  private final AtomicIntegerArray outcomes;
  private final long[] latencyNanos;
  private final long[] sendLagNanos;
  private final long[] serverNanos;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final CountDownLatch open;
  private volatile long startNanoTime;

  /**
   * Makes a log in which all calls are planned.
   *
   * @param schedule the calls
   */
  public CallLog(Schedule schedule) {
    this.schedule = schedule;
    this.outcomes = new AtomicIntegerArray(schedule.size());
    this.latencyNanos = new long[schedule.size()];
    this.sendLagNanos = new long[schedule.size()];
    this.serverNanos = new long[schedule.size()];
    this.open = new CountDownLatch(schedule.size());
  }

  /**
   * Says when the schedule begins. Call it before all else.
   *
   * @param nanoTime on the clock of {@link System#nanoTime}
   */
  public void start(long nanoTime) {
    startNanoTime = nanoTime;
  }

  /**
   * Counts a call that is sent now.
   *
   * @param call its number
   */
  public void sent(int call) {
    sendLagNanos[call] = Math.max(0, sinceDue(call));
    inFlight.incrementAndGet();
    outcomes.set(call, SENT);
  }

  /**
   * Counts a call that is due and that is not sent.
   *
   * @param call its number
   */
  public void unsent(int call) {
    outcomes.set(call, UNSENT);
    open.countDown();
  }

  /**
   * Counts the end of a call. Only the first end of a call counts.
   *
   * @param call its number
   * @param status the number of its gRPC status; 0 is OK
   * @param nanosInServer how long the server says that it took; 0 when it does not say
   */
  public void ended(int call, int status, long nanosInServer) {
    long nanos = Math.max(0, sinceDue(call));
    if (!outcomes.compareAndSet(call, SENT, ENDING)) {
      return;
    }
    latencyNanos[call] = nanos;
    serverNanos[call] = nanosInServer;
    outcomes.set(call, ENDED + status);
    inFlight.decrementAndGet();
    open.countDown();
  }

  private long sinceDue(int call) {
    return System.nanoTime() - startNanoTime - schedule.dueNanos(call);
  }

  /**
   * Waits until all calls have ended.
   *
   * @throws InterruptedException when the thread is interrupted
   */
  public void await() throws InterruptedException {
    open.await();
  }

  /**
   * Waits until all calls have ended, or for a time.
   *
   * @param millis how long, in milliseconds
   * @return whether all have ended
   * @throws InterruptedException when the thread is interrupted
   */
  public boolean await(long millis) throws InterruptedException {
    return open.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Returns the calls. */
  public Schedule schedule() {
    return schedule;
  }

  /** Returns when the schedule began, on the clock of {@link System#nanoTime}. */
  public long startNanoTime() {
    return startNanoTime;
  }

  /** Returns how many calls have no answer yet. */
  public int inFlight() {
    return inFlight.get();
  }

  /**
   * Returns what became of a call so far.
   *
   * @param call its number
   * @return {@link #PLANNED}, {@link #SENT}, {@link #UNSENT}, or {@link #ENDED} and the number of
   *     the status
   */
  public int outcome(int call) {
    int outcome = outcomes.get(call);
    return outcome == ENDING ? SENT : outcome;
  }

  /**
   * Tells whether a call has ended, with whatever status.
   *
   * @param call its number
   */
  public boolean hasEnded(int call) {
    return outcomes.get(call) >= ENDED;
  }

  /**
   * Tells whether a call was answered with the status OK.
   *
   * @param call its number
   */
  public boolean isOk(int call) {
    return outcomes.get(call) == OK;
  }

  /**
   * Tells whether a call was sent.
   *
   * @param call its number
   */
  public boolean isSent(int call) {
    int outcome = outcomes.get(call);
    return outcome != PLANNED && outcome != UNSENT;
  }

  /**
   * Returns the time from when a call was due to its end.
   *
   * @param call the number of a call that has ended
   * @return nanoseconds
   */
  public long latencyNanos(int call) {
    return latencyNanos[call];
  }

  /**
   * Returns how much later than due a call was sent.
   *
   * @param call the number of a call that was sent
   * @return nanoseconds
   */
  public long sendLagNanos(int call) {
    return sendLagNanos[call];
  }

  /**
   * Returns how long the server says that a call took.
   *
   * @param call the number of a call that has ended
   * @return nanoseconds; 0 when it did not say
   */
  public long serverNanos(int call) {
    return serverNanos[call];
  }
}

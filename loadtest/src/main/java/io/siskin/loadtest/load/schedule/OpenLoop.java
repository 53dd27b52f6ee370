package io.siskin.loadtest.load.schedule;

import java.util.concurrent.locks.LockSupport;

/**
 * Sends the calls of a schedule when they are due, whatever becomes of the earlier ones. This is
 * the only open loop of the repository.
 */
public final class OpenLoop {
  private OpenLoop() {}

  /** Sends calls. */
  public interface Sender {
    /**
     * Sends a call and does not wait for its answer.
     *
     * @param call its number in the schedule
     * @param dueNanoTime when it was due, on the clock of {@link System#nanoTime}
     */
    void send(int call, long dueNanoTime);
  }

  /**
   * Sends all calls by the thread that calls this. A thread that is late sends at once all that is
   * due, so it catches up, and no call is left out.
   *
   * @param schedule the calls
   * @param startNanoTime the beginning of the schedule, on the clock of {@link System#nanoTime}
   * @param sender sends them
   * @throws InterruptedException when the thread is interrupted; later calls are not sent
   */
  public static void run(Schedule schedule, long startNanoTime, Sender sender)
      throws InterruptedException {
    for (int call = 0; call < schedule.size(); call++) {
      long due = startNanoTime + schedule.dueNanos(call);
      await(due);
      sender.send(call, due);
    }
  }

  /**
   * Waits until a time.
   *
   * @param nanoTime the time, on the clock of {@link System#nanoTime}; one that has passed returns
   *     at once
   * @throws InterruptedException when the thread is interrupted
   */
  public static void await(long nanoTime) throws InterruptedException {
    for (long early = nanoTime - System.nanoTime();
        early > 0;
        early = nanoTime - System.nanoTime()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(early);
    }
  }
}

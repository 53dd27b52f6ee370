package io.siskin.server.rpc.admission;

import io.siskin.server.counters.RpcCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where and whether a search runs.
 *
 * <p>gRPC itself runs on its event loops, without an executor in between, because handing a call to
 * another thread costs about 20 µs and an empty call about 27 µs. A search that costs less than
 * such a hop runs there too. A longer one would hold up every other call of its connection and tie
 * that connection to one core, so it goes to a fixed pool of threads behind a bounded queue; when
 * the queue is full the search is refused at once, because a queue without a bound turns overload
 * into latency for everybody. Searches whose text was encoded were admitted before that.
 *
 * <p>Safe for concurrent use. Owns its threads; {@link #close(Duration)} ends them.
 */
public final class AdmissionControl {
  private static final Logger LOG = LoggerFactory.getLogger(AdmissionControl.class);

  /** A unit of work that may have to wait. Answers its caller itself and throws nothing. */
  public abstract static class Task implements Runnable {
    // Written before the task enters the queue, which publishes it.
    private long enqueuedNanoTime;

    /**
     * Does the work, or answers that it is too late for it.
     *
     * @param queueNanos how long the task has been waiting; 0 when it did not wait
     */
    public abstract void execute(long queueNanos);

    /**
     * Tells whether nobody waits for the answer any more, so that {@link #execute} would end at
     * once.
     */
    public abstract boolean isAbandoned();

    @Override
    public final void run() {
      execute(System.nanoTime() - enqueuedNanoTime);
    }
  }

  private final long inlinePostingsMax;
  private final BlockingQueue<Runnable> queue;
  private final ThreadPoolExecutor pool;
  private final int queueCapacity;
  private final LongAdder small = new LongAdder();
  private final LongAdder queued = new LongAdder();
  private final LongAdder refused = new LongAdder();

  /**
   * Starts the threads.
   *
   * @param threads how many searches run at the same time on the pool, 1 or more
   * @param queueCapacity how many may wait for a thread, 1 or more
   * @param inlinePostingsMax the largest estimate, in postings, that still runs on the calling
   *     thread; 0 or more
   */
  public AdmissionControl(int threads, int queueCapacity, long inlinePostingsMax) {
    this.inlinePostingsMax = inlinePostingsMax;
    this.queueCapacity = queueCapacity;
    this.queue = new LinkedBlockingQueue<>();
    AtomicInteger created = new AtomicInteger();
    this.pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.NANOSECONDS,
            queue,
            task -> {
              Thread thread = new Thread(task, "siskin-search-" + created.getAndIncrement());
              thread.setDaemon(true);
              thread.setUncaughtExceptionHandler(
                  (dead, error) ->
                      LOG.error("{} ended; a new thread replaces it", dead.getName(), error));
              return thread;
            },
            (task, self) -> {
              throw new DrainingException();
            });
    // So that no request pays for the creation of a thread.
    pool.prestartAllCoreThreads();
  }

  /**
   * Runs a task now on the calling thread or lets it wait for a thread of the pool.
   *
   * @param estimatedPostings an upper estimate of its work
   * @param task what to run
   * @throws OverloadedException when the queue is full of tasks whose callers still wait
   * @throws DrainingException after {@link #close}
   */
  public void admit(long estimatedPostings, Task task) {
    if (estimatedPostings <= inlinePostingsMax) {
      small.increment();
      task.execute(0);
      return;
    }
    // Network threads that come at the same moment may each put one in beyond the bound.
    if (queue.size() >= queueCapacity && !purgeAbandoned()) {
      refused.increment();
      throw new OverloadedException(queueCapacity);
    }
    enqueue(task);
  }

  /**
   * Lets a task wait for a thread of the pool that was admitted elsewhere, when its text was: to
   * refuse it now would be to break that promise, and to waste the encoding. Whoever admitted it
   * bounds the number of such tasks.
   *
   * @param task what to run
   * @throws DrainingException after {@link #close}
   */
  public void admitPromised(Task task) {
    enqueue(task);
  }

  private void enqueue(Task task) {
    task.enqueuedNanoTime = System.nanoTime();
    pool.execute(task);
    queued.increment();
  }

  /** Returns what became of the tasks so far. */
  public RpcCounts.Admission counts() {
    return new RpcCounts.Admission(
        pool.getMaximumPoolSize(),
        pool.getActiveCount(),
        queue.size(),
        queueCapacity,
        small.sum(),
        queued.sum(),
        refused.sum());
  }

  /** Returns how many tasks are waiting. */
  public int queuedCount() {
    return queue.size();
  }

  /**
   * Stops taking tasks and waits for those that were admitted.
   *
   * @param grace how long to wait
   * @return whether all have ended
   */
  public boolean close(Duration grace) {
    pool.shutdown();
    try {
      return pool.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Answers what waits in vain, so that the dead do not take the places of the living. */
  private boolean purgeAbandoned() {
    List<Runnable> abandoned = new ArrayList<>();
    for (Runnable waiting : queue) {
      if (((Task) waiting).isAbandoned() && queue.remove(waiting)) {
        abandoned.add(waiting);
      }
    }
    abandoned.forEach(Runnable::run);
    return !abandoned.isEmpty();
  }
}

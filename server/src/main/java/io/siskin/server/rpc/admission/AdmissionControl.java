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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where and whether a search runs.
 *
 * <p>gRPC itself runs on its event loops, without an executor in between. To hand a call to another
 * thread costs about 20 µs, and an empty call costs about 27 µs. A search that costs less than such
 * a hop runs on the event loop too. A longer search would hold up every other call of its
 * connection and tie that connection to one core. So it goes to a fixed pool of threads with a
 * bounded queue. When the queue is full, the search is refused at once, because a queue without a
 * bound turns overload into latency for everybody.
 *
 * <p>A search whose text a model encodes is admitted once, before its text is encoded. It has no
 * place in the bounded queue, so a load of texts takes no place from other searches. The number of
 * such searches is bounded too: {@link #checkPromise} refuses a text while as many encoded searches
 * wait for a thread as the queue has places. So at most that many wait, plus those whose texts are
 * at the encoder already, whose number the encoder's own queue bounds.
 *
 * <p>Safe for concurrent use. Owns its threads; {@link #close(Duration)} ends them.
 */
public final class AdmissionControl {
  private static final Logger LOG = LoggerFactory.getLogger(AdmissionControl.class);

  // Together at least a millisecond of work for a search thread, since smaller tasks run elsewhere.
  private static final int AMPLE_TASKS_PER_THREAD = 16;

  /** A unit of work that may have to wait. Answers its caller itself and throws nothing. */
  public abstract static class Task implements Runnable {
    // Both are written before the task enters the queue, which publishes them.
    private long enqueuedNanoTime;
    private @Nullable AtomicInteger waiting;

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
      if (waiting != null) {
        waiting.decrementAndGet();
      }
      execute(System.nanoTime() - enqueuedNanoTime);
    }
  }

  private final long inlinePostingsMax;
  private final BlockingQueue<Runnable> queue;
  private final ThreadPoolExecutor pool;
  private final int queueCapacity;
  private final int ampleCount;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger waitingEncoded = new AtomicInteger();
  private final LongAdder small = new LongAdder();
  private final LongAdder queued = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder refusedUnread = new LongAdder();

  /**
   * Starts the threads.
   *
   * @param threads how many searches run at the same time on the pool, 1 or more
   * @param queueCapacity how many may wait for a thread, 1 or more; encoded searches have as many
   *     places of their own
   * @param inlinePostingsMax the largest estimate, in postings, that still runs on the calling
   *     thread; 0 or more
   */
  public AdmissionControl(int threads, int queueCapacity, long inlinePostingsMax) {
    this.inlinePostingsMax = inlinePostingsMax;
    this.queueCapacity = queueCapacity;
    this.ampleCount = Math.max(queueCapacity / 2, AMPLE_TASKS_PER_THREAD * threads);
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
    if (!takePlace() && !(purgeAbandoned() && takePlace())) {
      refused.increment();
      throw new OverloadedException(queueCapacity);
    }
    enqueue(task, waiting);
  }

  /**
   * Checks that a search may come back by {@link #admitPromised} once its text is encoded. To be
   * asked when its text is handed to the encoder, since a later refusal would waste the encoding.
   *
   * @throws OverloadedException while as many encoded searches wait for a thread as may
   */
  public void checkPromise() {
    if (waitingEncoded.get() >= queueCapacity) {
      refused.increment();
      throw new OverloadedException(queueCapacity);
    }
  }

  /**
   * Lets a task wait for a thread of the pool that was admitted before, when its text was: to
   * refuse it now would be to break that promise. It takes no place from other tasks.
   *
   * @param task what to run
   * @throws DrainingException after {@link #close}
   */
  public void admitPromised(Task task) {
    waitingEncoded.incrementAndGet();
    enqueue(task, waitingEncoded);
  }

  /**
   * Tells whether the queue has no place now, so that a search for a search thread would be
   * refused. Costs one read.
   */
  public boolean isFull() {
    return waiting.get() >= queueCapacity;
  }

  /**
   * Tells whether so much work waits that the search threads do not notice when new work comes a
   * millisecond later. Encoded searches do not count, since they may be small. Costs one read.
   */
  public boolean hasAmpleWork() {
    return waiting.get() >= ampleCount;
  }

  /**
   * Counts a call that was refused because {@link #isFull}, before its message was read.
   *
   * @return what ends the call
   */
  public OverloadedException refuseUnread() {
    refused.increment();
    refusedUnread.increment();
    return new OverloadedException(queueCapacity);
  }

  private boolean takePlace() {
    int taken = waiting.get();
    while (taken < queueCapacity) {
      int found = waiting.compareAndExchange(taken, taken + 1);
      if (found == taken) {
        return true;
      }
      taken = found;
    }
    return false;
  }

  private void enqueue(Task task, AtomicInteger counter) {
    task.waiting = counter;
    task.enqueuedNanoTime = System.nanoTime();
    try {
      pool.execute(task);
    } catch (DrainingException e) {
      counter.decrementAndGet();
      throw e;
    }
    queued.increment();
  }

  /** Returns what became of the tasks so far. */
  public RpcCounts.Admission counts() {
    return new RpcCounts.Admission(
        pool.getMaximumPoolSize(),
        pool.getActiveCount(),
        waiting.get(),
        queueCapacity,
        waitingEncoded.get(),
        small.sum(),
        queued.sum(),
        refused.sum(),
        refusedUnread.sum());
  }

  /** Returns how many tasks are waiting, encoded searches among them. */
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

  /** Answers tasks that nobody waits for any more, and so frees their places. */
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

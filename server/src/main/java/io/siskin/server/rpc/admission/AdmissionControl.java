package io.siskin.server.rpc.admission;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.siskin.server.counters.RpcCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where, when and whether a search runs.
 *
 * <p>gRPC itself runs on its event loops, without an executor in between. To hand a call to another
 * thread costs about 20 µs, and an empty call costs about 27 µs. A search that costs less than such
 * a hop runs on the event loop too. A longer search would hold up every other call of its
 * connection and tie that connection to one core. So it goes to a fixed pool of threads with a
 * bounded queue. When the queue is full, the search is refused at once, because a queue without a
 * bound turns overload into latency for everybody.
 *
 * <p>Who goes first is decided by a {@link FairQueue}: callers get equal shares of the work, and
 * bulk work gives way to interactive work. A caller that has less than its share of the queue gets
 * a place in a full one, and the caller with the most tasks loses its newest one. Bulk work has
 * places of its own, and never takes all of several threads.
 *
 * <p>A search whose deadline would pass before its answer is refused at once ({@link
 * DeadlineOutOfReachException}). What is expected is learnt from searches that have run. Nothing is
 * refused for this reason while no other search waits, since an estimate of one search may be far
 * off.
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
  public abstract static class Task {
    // Both are written before the task enters the queue, which publishes them.
    private long enqueuedNanoTime;
    private @Nullable AtomicInteger places;

    /**
     * Does the work, or answers that it is too late for it.
     *
     * @param queueNanos how long the task has been waiting; 0 when it did not wait
     */
    public abstract void execute(long queueNanos);

    /**
     * Answers that the work is not done, although it was admitted: its place is needed by a caller
     * that has fewer.
     *
     * @param reason what the caller is told
     */
    public abstract void refuse(OverloadedException reason);

    /**
     * Tells whether nobody waits for the answer any more, so that {@link #execute} would end at
     * once.
     */
    public abstract boolean isAbandoned();

    private void leaveQueue() {
      if (places != null) {
        places.decrementAndGet();
      }
    }

    private void run() {
      execute(System.nanoTime() - enqueuedNanoTime);
    }
  }

  private final long inlinePostingsMax;
  private final int queueCapacity;
  private final int ampleCount;
  private final int bulkThreadsMax;
  private final List<Thread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();

  @GuardedBy("lock")
  private final FairQueue<Task> queue = new FairQueue<>();

  @GuardedBy("lock")
  private final ServiceTime serviceTime = new ServiceTime();

  @GuardedBy("lock")
  private int idleCount;

  @GuardedBy("lock")
  private int bulkRunning;

  @GuardedBy("lock")
  private boolean closed;

  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger waitingEncoded = new AtomicInteger();
  private final AtomicInteger waitingBulk = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private final LongAdder small = new LongAdder();
  private final LongAdder queued = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder refusedUnread = new LongAdder();
  private final LongAdder refusedLate = new LongAdder();
  private final LongAdder displaced = new LongAdder();

  /**
   * Starts the threads.
   *
   * @param threads how many searches run at the same time on the pool, 1 or more
   * @param queueCapacity how many may wait for a thread, 1 or more; encoded searches and bulk work
   *     have as many places of their own each
   * @param inlinePostingsMax the largest estimate, in postings, that still runs on the calling
   *     thread; 0 or more
   */
  public AdmissionControl(int threads, int queueCapacity, long inlinePostingsMax) {
    this.inlinePostingsMax = inlinePostingsMax;
    this.queueCapacity = queueCapacity;
    this.ampleCount = Math.max(queueCapacity / 2, AMPLE_TASKS_PER_THREAD * threads);
    this.bulkThreadsMax = Math.max(1, threads - 1);
    for (int i = 0; i < threads; i++) {
      Thread thread = new Thread(this::work, "siskin-search-" + i);
      thread.setDaemon(true);
      this.threads.add(thread);
    }
    // So that no request pays for the creation of a thread.
    this.threads.forEach(Thread::start);
  }

  /**
   * Runs a search of nobody in particular now on the calling thread or lets it wait for a thread of
   * the pool.
   *
   * @param estimatedPostings an upper estimate of its work
   * @param task what to run
   * @throws OverloadedException when the queue is full of tasks whose callers still wait
   * @throws DrainingException after {@link #close}
   */
  public void admit(long estimatedPostings, Task task) {
    admit(Demand.ofSearch("", estimatedPostings, Long.MAX_VALUE), task);
  }

  /**
   * Runs a search now on the calling thread, if it is small, or lets it wait for a thread of the
   * pool.
   *
   * @param demand what it asks for
   * @param task what to run
   * @throws OverloadedException when the queue is full of tasks whose callers still wait
   * @throws DeadlineOutOfReachException when its deadline would pass first
   * @throws DrainingException after {@link #close}
   */
  public void admit(Demand demand, Task task) {
    if (demand.isPredictable() && demand.postings() <= inlinePostingsMax) {
      small.increment();
      task.execute(0);
      return;
    }
    boolean isBulk = demand.kind() == WorkClass.BULK;
    AtomicInteger places = isBulk ? waitingBulk : waiting;
    Task displacedTask = null;
    List<Task> abandoned = List.of();
    lock.lock();
    try {
      refuseWhenClosed();
      if (places.get() >= queueCapacity) {
        abandoned = purgeAbandoned();
      }
      if (places.get() >= queueCapacity) {
        displacedTask = isBulk ? null : queue.displaceFor(demand.caller());
        if (displacedTask == null) {
          refused.increment();
          throw new OverloadedException(queueCapacity);
        }
        displacedTask.leaveQueue();
        displaced.increment();
        refused.increment();
      }
      if (demand.remainingNanos() != Long.MAX_VALUE) {
        checkDeadline(demand);
      }
      enqueue(demand, task, places, false);
    } finally {
      lock.unlock();
      abandoned.forEach(Task::run);
      if (displacedTask != null) {
        displacedTask.refuse(new OverloadedException(queueCapacity));
      }
    }
  }

  @GuardedBy("lock")
  private void checkDeadline(Demand demand) {
    long before = queue.postingsBefore(demand.caller());
    if (before == 0) {
      return;
    }
    long expectedNanos =
        serviceTime.predictWaitNanos(before, threads.size())
            + (demand.isPredictable() ? serviceTime.predictNanos(demand.postings()) : 0);
    if (expectedNanos > demand.remainingNanos()) {
      refusedLate.increment();
      throw new DeadlineOutOfReachException(expectedNanos, demand.remainingNanos());
    }
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
   * Lets a task of nobody in particular wait as {@link #admitPromised(Demand, Task)} does.
   *
   * @param task what to run
   * @throws DrainingException after {@link #close}
   */
  public void admitPromised(Task task) {
    admitPromised(Demand.ofSearch("", inlinePostingsMax, Long.MAX_VALUE), task);
  }

  /**
   * Lets a task wait for a thread of the pool that was admitted before, when its text was: to
   * refuse it now would be to break that promise. It takes no place from other tasks.
   *
   * @param demand what it asks for
   * @param task what to run
   * @throws DrainingException after {@link #close}
   */
  public void admitPromised(Demand demand, Task task) {
    lock.lock();
    try {
      refuseWhenClosed();
      enqueue(demand, task, waitingEncoded, true);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Tells whether the queue has no place for a caller now, so that its search for a search thread
   * would be refused. While there is room for everybody, this costs one read.
   *
   * @param caller whose search it would be
   */
  public boolean isFullFor(String caller) {
    if (!isFull()) {
      return false;
    }
    lock.lock();
    try {
      // With its share or more of the places it displaces nobody.
      int callers = queue.callerCount() + (queue.countOf(caller) == 0 ? 1 : 0);
      return queue.countOf(caller) >= queueCapacity / callers;
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether the queue has no free place now. Costs one read. */
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

  /** Tells whether interactive work waits for a thread. Costs two reads. */
  public boolean hasWaitingSearches() {
    return waiting.get() > 0 || waitingEncoded.get() > 0;
  }

  /**
   * Counts a call that was refused because {@link #isFullFor}, before its message was read.
   *
   * @return what ends the call
   */
  public OverloadedException refuseUnread() {
    refused.increment();
    refusedUnread.increment();
    return new OverloadedException(queueCapacity);
  }

  @GuardedBy("lock")
  private void refuseWhenClosed() {
    if (closed) {
      throw new DrainingException();
    }
  }

  @GuardedBy("lock")
  private void enqueue(Demand demand, Task task, AtomicInteger places, boolean isPromised) {
    places.incrementAndGet();
    task.places = places;
    task.enqueuedNanoTime = System.nanoTime();
    queue.add(task, demand, isPromised);
    queued.increment();
    if (idleCount > 0) {
      arrived.signal();
    }
  }

  /** Returns what became of the tasks so far. */
  public RpcCounts.Admission counts() {
    return new RpcCounts.Admission(
        threads.size(),
        running.get(),
        waiting.get(),
        queueCapacity,
        waitingEncoded.get(),
        small.sum(),
        queued.sum(),
        refused.sum(),
        refusedUnread.sum(),
        waitingBulk.get(),
        refusedLate.sum(),
        displaced.sum());
  }

  /** Returns how many tasks are waiting, encoded searches and bulk work among them. */
  public int queuedCount() {
    return waiting.get() + waitingEncoded.get() + waitingBulk.get();
  }

  /**
   * Stops taking tasks and waits for those that were admitted.
   *
   * @param grace how long to wait
   * @return whether all have ended
   */
  public boolean close(Duration grace) {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
    long deadline = System.nanoTime() + grace.toNanos();
    try {
      for (Thread thread : threads) {
        long left = Math.max(0, deadline - System.nanoTime());
        TimeUnit.NANOSECONDS.timedJoin(thread, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return threads.stream().noneMatch(Thread::isAlive);
  }

  /** Takes out tasks that nobody waits for any more, and so frees their places. */
  @GuardedBy("lock")
  private List<Task> purgeAbandoned() {
    List<Task> abandoned = queue.removeIf(Task::isAbandoned);
    abandoned.forEach(Task::leaveQueue);
    return abandoned;
  }

  /** What a search thread does until the end. */
  private void work() {
    FairQueue.Entry<Task> entry = next(null, 0);
    while (entry != null) {
      long begin = System.nanoTime();
      running.incrementAndGet();
      run(entry.item());
      running.decrementAndGet();
      entry = next(entry, System.nanoTime() - begin);
    }
  }

  @SuppressWarnings("IllegalCatch") // A task that fails must not end the thread of all tasks.
  private static void run(Task task) {
    try {
      task.run();
    } catch (Throwable e) {
      LOG.error("a task has failed without an answer to its caller", e);
    }
  }

  /** Notes what was served and waits for the next task; null when there will be none. */
  private FairQueue.@Nullable Entry<Task> next(
      FairQueue.@Nullable Entry<Task> served, long servedNanos) {
    lock.lock();
    try {
      if (served != null) {
        noteServed(served, servedNanos);
      }
      FairQueue.Entry<Task> entry = queue.poll(bulkRunning < bulkThreadsMax);
      while (entry == null && !(closed && queuedCount() == 0)) {
        idleCount++;
        arrived.awaitUninterruptibly();
        idleCount--;
        entry = queue.poll(bulkRunning < bulkThreadsMax);
      }
      if (entry == null) {
        // Whoever else waits may end too.
        arrived.signalAll();
        return null;
      }
      entry.item().leaveQueue();
      bulkRunning += entry.demand().kind() == WorkClass.BULK ? 1 : 0;
      return entry;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void noteServed(FairQueue.Entry<Task> served, long nanos) {
    queue.served(served, nanos);
    if (served.demand().isPredictable()) {
      serviceTime.add(served.demand().postings(), nanos);
    }
    bulkRunning -= served.demand().kind() == WorkClass.BULK ? 1 : 0;
  }
}

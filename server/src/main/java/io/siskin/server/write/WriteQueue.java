package io.siskin.server.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait for the writer of one collection. It is bounded by the memory that they take,
 * so that callers learn at once that they are too fast. Steps are never refused.
 *
 * <p>Safe for concurrent use: many callers, one writer.
 */
final class WriteQueue {
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  // A seal takes seconds.
  private static final Duration RETRY_AFTER_SEAL = Duration.ofSeconds(1);

  private final long lengthBytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();

  @GuardedBy("lock")
  private final ArrayDeque<WriteTask> tasks = new ArrayDeque<>();

  @GuardedBy("lock")
  private long lengthBytes;

  /** How many bytes the documents in memory take for which writes wait; 0 when they do not. */
  @GuardedBy("lock")
  private long fullMemoryBytes;

  @GuardedBy("lock")
  private @Nullable RuntimeException closed;

  /** Whether the writer ends, so that it must not wait any more. */
  @GuardedBy("lock")
  private boolean isOver;

  /**
   * Makes an empty queue.
   *
   * @param lengthBytesMax about how much memory waiting tasks may take. One task may always wait
   */
  WriteQueue(long lengthBytesMax) {
    this.lengthBytesMax = lengthBytesMax;
  }

  /**
   * Adds a task.
   *
   * @throws WritesOverloadedException when too much waits
   * @throws CollectionNotWritableException when the queue was closed for that reason
   */
  void add(WriteTask task) {
    lock.lock();
    try {
      if (closed != null) {
        throw closed;
      }
      boolean isStep = task instanceof WriteTask.Step;
      if (!isStep && lengthBytes > 0 && lengthBytes + task.lengthBytes() > lengthBytesMax) {
        throw full();
      }
      lengthBytes += task.lengthBytes();
      tasks.add(task);
      notEmpty.signal();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private WritesOverloadedException full() {
    String waiting = "writes of " + lengthBytes + " bytes wait, and at most " + lengthBytesMax;
    return fullMemoryBytes == 0
        ? new WritesOverloadedException(
            WritesOverloadedException.Reason.QUEUE_FULL, waiting + " may", RETRY_AFTER)
        : new WritesOverloadedException(
            WritesOverloadedException.Reason.MEMORY_FULL,
            waiting
                + " may; they wait until some of the documents in memory, which take "
                + fullMemoryBytes
                + " bytes, are in segments",
            RETRY_AFTER_SEAL);
  }

  /**
   * Says whether writes wait because the documents in memory take too much of it, which is then
   * what callers are told when the queue is full.
   *
   * @param bytes how many bytes those documents take; 0 when writes need not wait for them
   */
  void waitForMemory(long bytes) {
    lock.lock();
    try {
      fullMemoryBytes = bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Returns about how much memory the tasks take that wait, in bytes. */
  long lengthBytes() {
    lock.lock();
    try {
      return lengthBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how much memory waiting tasks may take, in bytes. */
  long lengthBytesMax() {
    return lengthBytesMax;
  }

  /**
   * Takes all that waits, up to about so many bytes.
   *
   * @param takenBytesMax how many bytes the tasks have together, unless it is one task
   * @param stepsOnly whether writes stay where they are and only steps are taken
   * @param waitNanos how long to wait for the first task, in nanoseconds
   * @return none when there was no task in that time, or the queue is closed for good
   */
  List<WriteTask> take(long takenBytesMax, boolean stepsOnly, long waitNanos)
      throws InterruptedException {
    lock.lock();
    try {
      long left = waitNanos;
      List<WriteTask> taken = takeNow(takenBytesMax, stepsOnly);
      while (taken.isEmpty() && !isOver && left > 0) {
        left = notEmpty.awaitNanos(left);
        taken = takeNow(takenBytesMax, stepsOnly);
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private List<WriteTask> takeNow(long takenBytesMax, boolean stepsOnly) {
    List<WriteTask> taken = new ArrayList<>();
    long takenBytes = 0;
    for (Iterator<WriteTask> waiting = tasks.iterator(); waiting.hasNext(); ) {
      WriteTask task = waiting.next();
      if (stepsOnly && !(task instanceof WriteTask.Step)) {
        continue;
      }
      if (!taken.isEmpty() && takenBytes + task.lengthBytes() > takenBytesMax) {
        break;
      }
      takenBytes += task.lengthBytes();
      taken.add(task);
      waiting.remove();
    }
    lengthBytes -= takenBytes;
    return taken;
  }

  /** Takes all writes that wait; steps stay. */
  List<WriteTask> takeWrites() {
    lock.lock();
    try {
      List<WriteTask> writes =
          tasks.stream().filter(task -> !(task instanceof WriteTask.Step)).toList();
      tasks.removeIf(task -> !(task instanceof WriteTask.Step));
      lengthBytes -= writes.stream().mapToLong(WriteTask::lengthBytes).sum();
      return writes;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether nothing waits. */
  boolean isEmpty() {
    lock.lock();
    try {
      return tasks.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses all further tasks, unless one waits.
   *
   * @param reason what callers are told
   * @return whether none waits
   */
  boolean closeIfEmpty(RuntimeException reason) {
    lock.lock();
    try {
      if (closed == null && tasks.isEmpty()) {
        closed = reason;
      }
      return closed != null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses all further tasks, and hands out those that wait. A writer that waits for one gets
   * none.
   *
   * @param reason what callers are told
   */
  List<WriteTask> close(RuntimeException reason) {
    lock.lock();
    try {
      closed = reason;
      isOver = true;
      List<WriteTask> left = List.copyOf(tasks);
      tasks.clear();
      lengthBytes = 0;
      notEmpty.signalAll();
      return left;
    } finally {
      lock.unlock();
    }
  }

  /** How long the writer waits at most without looking at its clocks. */
  static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);
}

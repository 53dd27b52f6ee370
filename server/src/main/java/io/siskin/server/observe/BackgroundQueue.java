package io.siskin.server.observe;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands things to a thread of its own, which may wait for a disk or a network. The one who hands
 * over never waits: what does not fit is lost and counted.
 *
 * <p>Safe for concurrent use. Owns its thread; {@link #close} ends it.
 *
 * @param <T> what is handed over
 */
public final class BackgroundQueue<T> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BackgroundQueue.class);
  private static final long CLOSE_MILLIS_MAX = 5_000;

  private final ManyToOneConcurrentArrayQueue<T> queue;
  private final Consumer<T> consumer;
  private final long pauseNanos;
  private final LongAdder lost = new LongAdder();
  private final Thread thread;
  private volatile boolean closing;
  private String lastFailure = "";

  /**
   * Starts the thread.
   *
   * @param name the thread's name
   * @param capacity how many things may wait, 1 or more; rounded up to a power of two
   * @param pause how long the thread sleeps when it has nothing to do. It looks for itself whether
   *     there is something: to wake it would cost the one who hands over some microseconds. {@link
   *     Duration#ZERO} for a queue where that is seldom: there the thread is woken
   * @param consumer takes what was handed over, in order. What it throws is logged, and the thing
   *     is lost
   */
  public BackgroundQueue(String name, int capacity, Duration pause, Consumer<T> consumer) {
    this.queue = new ManyToOneConcurrentArrayQueue<>(capacity);
    this.consumer = consumer;
    this.pauseNanos = pause.toNanos();
    this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
  }

  /**
   * Hands something over. Takes no lock.
   *
   * @param thing what the thread shall take
   * @return false when it is lost, because too much waits or the queue is closed
   */
  public boolean offer(T thing) {
    if (closing || !queue.offer(thing)) {
      lost.increment();
      return false;
    }
    if (pauseNanos == 0) {
      LockSupport.unpark(thread);
    }
    return true;
  }

  /** Returns how many things were lost so far. */
  public long lost() {
    return lost.sum();
  }

  /** Lets the thread take what waits, for some seconds at most, and ends it. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      if (!thread.join(Duration.ofMillis(CLOSE_MILLIS_MAX))) {
        LOG.warn("{} did not end in time; what it has is lost", thread.getName());
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (true) {
      // Read before the last look: what was offered before the end is taken.
      boolean last = closing;
      T thing = queue.poll();
      if (thing != null) {
        take(thing);
      } else if (last) {
        return;
      } else if (pauseNanos == 0) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, pauseNanos);
      }
    }
  }

  @SuppressWarnings("IllegalCatch") // One thing that cannot be written must not end the others.
  private void take(T thing) {
    try {
      consumer.accept(thing);
      lastFailure = "";
    } catch (RuntimeException failed) {
      lost.increment();
      // A full disk fails every time, and the first report says everything.
      if (!failed.toString().equals(lastFailure)) {
        lastFailure = failed.toString();
        LOG.warn("{} has failed and goes on", thread.getName(), failed);
      }
    }
  }
}

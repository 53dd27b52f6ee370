package io.siskin.index.parallel;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Threads that compute pieces of work whose results are taken in order on the calling thread, with
 * few results waiting at a time: parallel, and yet the same bytes whatever the number of threads.
 *
 * <p>Used by one thread. Its own threads do not keep the process alive, and closing it interrupts
 * them.
 */
public final class OrderedExecutor implements AutoCloseable {
  private static final int WAITING_PER_THREAD = 4;

  private final ExecutorService executor;
  private final int threads;

  /**
   * Starts the threads.
   *
   * @param name what the threads are called, with a number after it
   * @param threads how many pieces are computed at once, 1 or more
   */
  public OrderedExecutor(String name, int threads) {
    this.threads = threads;
    this.executor =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name(name + "-", 1).factory());
  }

  /**
   * Computes one piece.
   *
   * @param <T> what comes of it
   */
  @FunctionalInterface
  public interface Task<T> {
    /**
     * Computes a piece; called on any thread.
     *
     * @param piece 0 to pieces − 1
     * @throws IOException ends the run
     */
    T compute(int piece) throws IOException;
  }

  /**
   * Takes the results.
   *
   * @param <T> what a result is
   */
  @FunctionalInterface
  public interface Sink<T> {
    /**
     * Takes a result; called on the calling thread, in order.
     *
     * @param piece 0 to pieces − 1
     * @param result what the task returned for it
     * @throws IOException ends the run
     */
    void accept(int piece, T result) throws IOException;
  }

  /** Returns how many pieces are computed at once. */
  public int threads() {
    return threads;
  }

  /**
   * Computes one piece of work.
   *
   * @param work called on one of the threads
   * @param results where the result is added
   * @param <T> what comes of it
   */
  public <T> void submit(Callable<T> work, OrderedResults<T> results) {
    results.add(executor.submit(work));
  }

  /**
   * Runs the pieces 0 to {@code pieces − 1}. When it returns or throws, no piece is being computed
   * any more.
   *
   * @param pieces how many there are, 0 or more
   * @param task computes them
   * @param sink takes their results
   * @param <T> what a result is
   * @throws IOException what a task or the sink threw
   */
  public <T> void run(int pieces, Task<T> task, Sink<T> sink) throws IOException {
    Running running = new Running();
    int waitingMax = threads * WAITING_PER_THREAD;
    int submitted = 0;
    try (OrderedResults<T> results = new OrderedResults<>()) {
      for (int piece = 0; piece < pieces; piece++) {
        while (submitted < pieces && results.size() < waitingMax) {
          int next = submitted++;
          submit(() -> running.compute(task, next), results);
        }
        sink.accept(piece, results.take());
      }
    } finally {
      // The one who stops may unmap at once what the tasks read.
      running.stop();
    }
  }

  /** Counts the tasks that are being computed, so that none outlives its run. */
  private static final class Running {
    private int tasks;
    private boolean stopped;

    <T> T compute(Task<T> task, int piece) throws IOException {
      synchronized (this) {
        if (stopped) {
          throw new CancellationException();
        }
        tasks++;
      }
      try {
        return task.compute(piece);
      } finally {
        synchronized (this) {
          tasks--;
          notifyAll();
        }
      }
    }

    synchronized void stop() {
      stopped = true;
      boolean interrupted = false;
      while (tasks > 0) {
        try {
          wait();
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

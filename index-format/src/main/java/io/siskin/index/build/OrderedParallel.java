package io.siskin.index.build;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Computes pieces of work on all threads and consumes the results in order on the calling thread,
 * with few results waiting at a time: parallel and yet the same bytes whatever the number of
 * threads.
 */
final class OrderedParallel implements AutoCloseable {
  private static final int WAITING_PER_THREAD = 4;

  private final ExecutorService executor;
  private final int threads;

  /**
   * @param threads how many pieces are computed at once, 1 or more
   */
  OrderedParallel(int threads) {
    this.threads = threads;
    AtomicInteger number = new AtomicInteger();
    ThreadFactory factory =
        work -> {
          Thread thread = new Thread(work, "siskin-build-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    this.executor = Executors.newFixedThreadPool(threads, factory);
  }

  /** Computes one piece; called on any thread. */
  @FunctionalInterface
  interface Task<T> {
    /**
     * @param piece 0 to pieces − 1
     */
    T compute(int piece) throws IOException;
  }

  /** Takes one result; called on the calling thread, in order. */
  @FunctionalInterface
  interface Sink<T> {
    /**
     * @param piece 0 to pieces − 1
     * @param result what the task returned for it
     */
    void accept(int piece, T result) throws IOException;
  }

  int threads() {
    return threads;
  }

  /**
   * Runs the pieces 0 to {@code pieces − 1}.
   *
   * @throws IOException what a task or the sink threw
   */
  <T> void run(int pieces, Task<T> task, Sink<T> sink) throws IOException {
    Running running = new Running();
    ArrayDeque<Future<T>> waiting = new ArrayDeque<>();
    int waitingMax = threads * WAITING_PER_THREAD;
    int submitted = 0;
    try {
      for (int piece = 0; piece < pieces; piece++) {
        while (submitted < pieces && waiting.size() < waitingMax) {
          int next = submitted++;
          waiting.add(executor.submit(() -> running.compute(task, next)));
        }
        sink.accept(piece, get(waiting.remove()));
      }
    } finally {
      for (Future<T> left : waiting) {
        left.cancel(true);
      }
      // Whoever stops may unmap at once what the tasks read.
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

  private static <T> T get(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the build was interrupted");
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case IOException io -> throw io;
        case UncheckedIOException io -> throw io.getCause();
        case RuntimeException runtime -> throw runtime;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(failed.getCause());
      }
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

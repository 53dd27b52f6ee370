package io.siskin.index.parallel;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Results that other threads compute, taken in the order in which they were added.
 *
 * <p>Used by one thread. Closing it cancels what was not taken; whatever computes the results
 * belongs to somebody else.
 *
 * @param <T> what a result is
 */
public final class OrderedResults<T> implements AutoCloseable {
  private final ArrayDeque<Future<T>> waiting = new ArrayDeque<>();

  /**
   * Adds a result behind those that wait.
   *
   * @param result to come, or there already
   */
  public void add(Future<T> result) {
    waiting.add(result);
  }

  /** Returns how many results wait to be taken, whether they are there or not. */
  public int size() {
    return waiting.size();
  }

  /** Tells whether {@link #take} would return or throw without waiting for other threads. */
  public boolean isNextDone() {
    Future<T> next = waiting.peek();
    return next != null && next.isDone();
  }

  /**
   * Waits for the next result and removes it.
   *
   * @throws IOException what its computation threw
   * @throws InterruptedIOException when the calling thread is interrupted; it stays so
   * @throws RuntimeException what its computation threw, also an {@link Error}
   * @throws java.util.NoSuchElementException when nothing waits
   */
  public T take() throws IOException {
    try {
      return waiting.remove().get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a result");
    } catch (ExecutionException failed) {
      throw failure(failed.getCause());
    }
  }

  /** Throws what may be thrown unchecked and returns the rest. */
  private static IOException failure(@Nullable Throwable cause) {
    return switch (cause) {
      case IOException io -> io;
      case UncheckedIOException io -> Objects.requireNonNull(io.getCause());
      case RuntimeException runtime -> throw runtime;
      case Error error -> throw error;
      case null, default -> throw new IllegalStateException(cause);
    };
  }

  /** Cancels what was not taken. */
  @Override
  public void close() {
    waiting.forEach(result -> result.cancel(true));
    waiting.clear();
  }
}

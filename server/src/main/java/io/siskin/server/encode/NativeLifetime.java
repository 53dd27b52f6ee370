package io.siskin.server.encode;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps native memory until the last call that uses it has returned. The native libraries free
 * their memory on close, without asking whether another thread is inside: such a call would read
 * freed memory and end the process.
 *
 * <p>Safe for concurrent use. Many calls run at the same time. {@link #end} waits for them.
 */
public final class NativeLifetime {
  private final String what;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean ended;

  /**
   * Begins a lifetime.
   *
   * @param what what lives, for messages, for example {@code the model splade/model.onnx}
   */
  public NativeLifetime(String what) {
    this.what = what;
  }

  /**
   * A call that uses the native memory.
   *
   * @param <T> what it returns
   * @param <E> what it throws
   */
  @FunctionalInterface
  public interface Call<T extends @Nullable Object, E extends Exception> {
    /** Runs the call. */
    T run() throws E;
  }

  /**
   * What frees the native memory.
   *
   * @param <E> what it throws
   */
  @FunctionalInterface
  public interface Release<E extends Exception> {
    /** Frees the memory. */
    void run() throws E;
  }

  /**
   * Runs a call on the calling thread. The memory stays until the call returns.
   *
   * @param call the call
   * @throws IllegalStateException when the lifetime has ended
   */
  public <T extends @Nullable Object, E extends Exception> T during(Call<T, E> call) throws E {
    lock.readLock().lock();
    try {
      if (ended) {
        throw new IllegalStateException(what + " is closed");
      }
      return call.run();
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Ends the lifetime: waits for the calls in progress, then frees the memory. Does nothing when it
   * has ended before.
   *
   * @param release frees the memory; is run at most once
   */
  public <E extends Exception> void end(Release<E> release) throws E {
    lock.writeLock().lock();
    try {
      if (!ended) {
        ended = true;
        release.run();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}

package io.siskin.server.write;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Passes failures from futures to futures. Stateless. */
final class Failures {
  private Failures() {}

  /**
   * Does what may throw checked exceptions.
   *
   * @param work what to do
   * @return what the work returns
   */
  @SuppressWarnings("IllegalCatch") // It passes on whatever the work throws.
  static <T> T unchecked(Callable<T> work) {
    try {
      return work.call();
    } catch (RuntimeException known) {
      throw known;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (Exception other) {
      throw new CompletionException(other);
    }
  }

  /**
   * Returns what went wrong, without the envelopes of futures.
   *
   * @param failure the failure of a future; null is a defect
   */
  static Throwable unwrapped(@Nullable Throwable failure) {
    Throwable cause = failure == null ? new IllegalStateException("no result") : failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}

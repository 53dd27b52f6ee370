package io.siskin.server.trace;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Goes with a request of a recorded trace through threads that know nothing of its transport. It
 * says which span they work for, and takes down when the steps of a write took place.
 *
 * <p>It is bound while the request is handed on ({@link #run}), and whoever queues work for another
 * thread keeps it with the work ({@link #current}). A request that is not recorded has none.
 *
 * <p>Safe for concurrent use: each step is written by one thread.
 */
public final class RequestTrace {
  private static final ScopedValue<RequestTrace> CURRENT = ScopedValue.newInstance();

  private final TraceContext context;
  private volatile Interval prepare = Interval.NONE;
  private volatile Interval apply = Interval.NONE;
  private volatile Interval force = Interval.NONE;

  /**
   * When something took place, on the clock of {@link System#nanoTime}.
   *
   * @param startNanoTime its beginning
   * @param endNanoTime its end
   */
  public record Interval(long startNanoTime, long endNanoTime) {
    /** It did not take place. */
    public static final Interval NONE = new Interval(0, 0);

    /** Returns whether it did not take place. */
    public boolean isNone() {
      return equals(NONE);
    }
  }

  /**
   * Begins without any step.
   *
   * @param context the span of the step that goes on elsewhere, such as the encoding of a text
   */
  public RequestTrace(TraceContext context) {
    this.context = context;
  }

  /** Returns the trace of the request that this thread hands on or works for; null for none. */
  public static @Nullable RequestTrace current() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }

  /**
   * Does something for a request.
   *
   * @param trace the request's trace; null for a request that is not recorded
   * @param work what to do, on the calling thread
   * @return what the work returns
   */
  public static <T extends @Nullable Object> T run(@Nullable RequestTrace trace, Supplier<T> work) {
    return trace == null ? work.get() : ScopedValue.where(CURRENT, trace).call(work::get);
  }

  /** Returns the span that calls of other servers are part of. */
  public TraceContext context() {
    return context;
  }

  /**
   * Takes down when documents were checked and encoded.
   *
   * @param startNanoTime when that began; it ends now
   */
  public void prepared(long startNanoTime) {
    prepare = new Interval(startNanoTime, System.nanoTime());
  }

  /**
   * Takes down when a write was appended to the log and applied.
   *
   * @param startNanoTime when that began; it ends now
   */
  public void applied(long startNanoTime) {
    apply = new Interval(startNanoTime, System.nanoTime());
  }

  /**
   * Takes down when the log was forced for a write, and for others with it.
   *
   * @param startNanoTime when that began
   * @param endNanoTime when it ended
   */
  public void forced(long startNanoTime, long endNanoTime) {
    force = new Interval(startNanoTime, endNanoTime);
  }

  /** Returns when documents were checked and encoded. */
  public Interval prepare() {
    return prepare;
  }

  /** Returns when the write was appended to the log and applied. */
  public Interval apply() {
    return apply;
  }

  /** Returns when the log was forced. */
  public Interval force() {
    return force;
  }
}

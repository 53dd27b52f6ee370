package io.siskin.server.rpc.transport;

import io.siskin.server.trace.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * Is told of every call, and of every request of a stream, when it begins and when it has ended.
 * Runs on the threads that work for the call, so it must be quick and must not throw. Safe for
 * concurrent use.
 */
public interface CallObserver {
  /** Does nothing. */
  CallObserver NONE =
      new CallObserver() {
        @Override
        public @Nullable TraceContext begin(@Nullable TraceContext caller) {
          return null;
        }

        @Override
        public void ended(CallRecord call) {
          // Nobody wants to know.
        }
      };

  /**
   * Decides whether the trace of a call is recorded, when the call begins.
   *
   * @param caller the caller's span; null for none
   * @return the call's own span; null when it is not recorded
   */
  @Nullable TraceContext begin(@Nullable TraceContext caller);

  /**
   * Takes what is known of a call that has ended. The record may be kept and read by another thread
   * later. A call that was cancelled may have a thread that has not noticed, and that still writes
   * into the record.
   *
   * @param call the call
   */
  void ended(CallRecord call);
}

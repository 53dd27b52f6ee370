package io.siskin.server.rpc.transport;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.concurrent.TimeUnit;

/**
 * Counts the open calls of the services that a shutdown waits for. Other calls, such as a health
 * watch, stay open as long as their clients like, and must not delay it.
 *
 * <p>Safe for concurrent use.
 */
public final class OpenCalls implements ServerInterceptor {
  private int open;

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    ServerCall.Listener<Q> listener = next.startCall(call, headers);
    change(1);
    // gRPC calls exactly one of onComplete and onCancel after this.
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onComplete() {
        change(-1);
        super.onComplete();
      }

      @Override
      public void onCancel() {
        change(-1);
        super.onCancel();
      }
    };
  }

  /**
   * Waits until no call is open.
   *
   * @param deadlineNanoTime until when, on the clock of {@link System#nanoTime}
   * @return whether none is open
   * @throws InterruptedException when this thread is interrupted first
   */
  public synchronized boolean awaitNone(long deadlineNanoTime) throws InterruptedException {
    while (open > 0) {
      long left = deadlineNanoTime - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }

  private synchronized void change(int by) {
    open += by;
    if (open == 0) {
      notifyAll();
    }
  }
}

package io.siskin.server.rpc.transport;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.siskin.server.counters.CallCounters;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Counts the calls of every method that a server has. Calls of methods that do not exist are not
 * counted, so that a client cannot add counters. Safe for concurrent use.
 *
 * <p>A call ends when its status is set, which is before the client sees it, or else when it is
 * cancelled.
 */
public final class CallCounting implements ServerInterceptor {
  private final Map<String, CallCounters> byMethod = new ConcurrentHashMap<>();

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    OneCall counted = new OneCall(of(call.getMethodDescriptor().getFullMethodName()));
    ServerCall<Q, A> counting =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            counted.end(status.getCode());
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(counting, headers)) {
      @Override
      public void onCancel() {
        Deadline deadline = Context.current().getDeadline();
        counted.end(
            deadline != null && deadline.isExpired()
                ? Status.Code.DEADLINE_EXCEEDED
                : Status.Code.CANCELLED);
        super.onCancel();
      }
    };
  }

  /** Returns the counters of a method. */
  public CallCounters of(String fullMethodName) {
    CallCounters found = byMethod.get(fullMethodName);
    return found == null
        ? byMethod.computeIfAbsent(fullMethodName, name -> new CallCounters())
        : found;
  }

  /** Returns what was counted so far, by the full names of the methods. */
  public Map<String, CallCounters.Counts> counts() {
    Map<String, CallCounters.Counts> counts = new TreeMap<>();
    byMethod.forEach((method, counters) -> counts.put(method, counters.counts()));
    return counts;
  }

  /** One call. It ends once, whichever of its events comes first. */
  private static final class OneCall {
    private final CallCounters counters;
    private final long startNanoTime = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();

    OneCall(CallCounters counters) {
      this.counters = counters;
      counters.start();
    }

    void end(Status.Code code) {
      if (ended.compareAndSet(false, true)) {
        counters.end(code.name(), System.nanoTime() - startNanoTime);
      }
    }
  }
}

package io.siskin.server.rpc.transport;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.siskin.server.counters.CallCounters;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the calls of every method that a server has, and keeps a {@link CallRecord} of each while
 * it is open. Calls of methods that do not exist are not counted, so that a client cannot add
 * counters. It is the outermost interceptor. Safe for concurrent use.
 *
 * <p>A call ends when its status is set, which is before the client sees it, or else when it is
 * cancelled.
 */
public final class CallCounting implements ServerInterceptor {
  private final Map<String, CallCounters> byMethod = new ConcurrentHashMap<>();
  private final CallObserver observer;

  /** Makes counters that tell nobody else. */
  public CallCounting() {
    this(CallObserver.NONE);
  }

  /**
   * Makes counters.
   *
   * @param observer is told of each call
   */
  public CallCounting(CallObserver observer) {
    this.observer = observer;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    CallRecord record =
        CallRecord.begin(
            method,
            of(method),
            observer,
            call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
            headers);
    ServerCall<Q, A> recorded =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            record.end(status.getCode());
            super.close(status, trailers);
          }
        };
    Context context = record.inContext();
    Context before = context.attach();
    try {
      return new RecordedListener<>(next.startCall(recorded, headers), context, record);
    } finally {
      context.detach(before);
    }
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

  /** Lets a handler work in the context that has the call's record. */
  private static final class RecordedListener<Q> extends ServerCall.Listener<Q> {
    private final ServerCall.Listener<Q> listener;
    private final Context context;
    private final CallRecord record;

    RecordedListener(ServerCall.Listener<Q> listener, Context context, CallRecord record) {
      this.listener = listener;
      this.context = context;
      this.record = record;
    }

    @Override
    public void onMessage(Q message) {
      Context before = context.attach();
      try {
        listener.onMessage(message);
      } finally {
        context.detach(before);
      }
    }

    @Override
    public void onHalfClose() {
      Context before = context.attach();
      try {
        listener.onHalfClose();
      } finally {
        context.detach(before);
      }
    }

    @Override
    public void onCancel() {
      Deadline deadline = context.getDeadline();
      record.end(
          deadline != null && deadline.isExpired()
              ? Status.Code.DEADLINE_EXCEEDED
              : Status.Code.CANCELLED);
      Context before = context.attach();
      try {
        listener.onCancel();
      } finally {
        context.detach(before);
      }
    }

    @Override
    public void onComplete() {
      Context before = context.attach();
      try {
        listener.onComplete();
      } finally {
        context.detach(before);
      }
    }

    @Override
    public void onReady() {
      Context before = context.attach();
      try {
        listener.onReady();
      } finally {
        context.detach(before);
      }
    }
  }
}

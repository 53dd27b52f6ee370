package io.siskin.server.rpc.service;

import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.transport.CallerIds;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Refuses searches when their headers arrive, before their message is read, while the search queue
 * is full. It does this only on connections whose searches the queue refuses anyway.
 *
 * <p>Headers do not tell what a search needs. A small search, or a text for a model, takes no place
 * in the queue and is answered however full it is. So what a connection asks for is learnt from a
 * sample of its searches, which are read while the queue is full. One of n + 1 is read. Each of
 * these that the queue refuses doubles n, up to {@value #UNREAD_MAX}; each that ends in any other
 * way halves it. (The headers of many calls may come before the first of their messages, so this
 * cannot be a decision from call to call.) Nothing is refused unread while the queue has a place,
 * so this delays no recovery.
 *
 * <p>A caller that has less than its share of a full queue is refused nothing unread, since it gets
 * a place at the cost of another one.
 *
 * <p>It is both the filter that gives each connection its count and the interceptor that uses it.
 * Safe for concurrent use.
 */
public final class EarlyRefusal extends ServerTransportFilter implements ServerInterceptor {
  /** The most searches that are refused unread for one that is read. */
  static final int UNREAD_MAX = 32;

  private static final Attributes.Key<Connection> CONNECTION =
      Attributes.Key.create("io.siskin.server.rpc.connection");

  private final AdmissionControl admission;
  private final StatusMapper statusMapper;

  /** What is known of the searches of one connection. */
  private static final class Connection {
    // How many are refused unread for one that is read.
    private final AtomicInteger unread = new AtomicInteger();
    private final AtomicInteger sinceRead = new AtomicInteger();

    boolean mayRefuseUnread() {
      int limit = unread.get();
      if (limit == 0) {
        return false;
      }
      if (sinceRead.incrementAndGet() > limit) {
        sinceRead.set(0);
        return false;
      }
      return true;
    }

    void refusedByQueue() {
      unread.updateAndGet(count -> Math.clamp(count * 2L, 1, UNREAD_MAX));
    }

    void endedOtherwise() {
      unread.updateAndGet(count -> count / 2);
    }
  }

  /**
   * Creates the interceptor.
   *
   * @param admission knows whether the queue is full
   * @param statusMapper makes the status of a refusal
   */
  public EarlyRefusal(AdmissionControl admission, StatusMapper statusMapper) {
    this.admission = admission;
    this.statusMapper = statusMapper;
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    return attributes.toBuilder().set(CONNECTION, new Connection()).build();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Connection connection = call.getAttributes().get(CONNECTION);
    if (connection == null || !isSearch(call) || !admission.isFullFor(CallerIds.current())) {
      return next.startCall(call, headers);
    }
    if (connection.mayRefuseUnread()) {
      StatusRuntimeException refusal = statusMapper.toException(admission.refuseUnread());
      call.close(refusal.getStatus(), trailers(refusal));
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(new Watched<>(call, connection), headers);
  }

  private static boolean isSearch(ServerCall<?, ?> call) {
    return call.getMethodDescriptor()
        .getFullMethodName()
        .equals(SearchServiceGrpc.getSearchMethod().getFullMethodName());
  }

  private static Metadata trailers(StatusRuntimeException refusal) {
    @Nullable Metadata trailers = refusal.getTrailers();
    return trailers == null ? new Metadata() : trailers;
  }

  /** Learns from the end of a search that was read while the queue was full. */
  private final class Watched<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final Connection connection;

    Watched(ServerCall<Q, A> call, Connection connection) {
      super(call);
      this.connection = connection;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (statusMapper.isQueueFull(status)) {
        connection.refusedByQueue();
      } else {
        connection.endedOtherwise();
      }
      super.close(status, trailers);
    }
  }
}

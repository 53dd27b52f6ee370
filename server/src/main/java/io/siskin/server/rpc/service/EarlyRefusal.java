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
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Refuses searches when their headers arrive, before their message is read, while the search queue
 * is full. It does this only on connections whose last searches the queue refused as well.
 *
 * <p>Headers do not tell what a search needs. A small search, or a text for a model, takes no place
 * in the queue and is answered however full it is. So what a connection asks for is learnt from its
 * searches that are read while the queue is full. Each of these that the queue refuses lets twice
 * as many of the following ones be refused unread, up to {@value #UNREAD_MAX}; then one is read
 * again. Each that ends in any other way halves the number. Nothing is refused unread while the
 * queue has a place, so this delays no recovery.
 *
 * <p>It is both the filter that gives each connection its count and the interceptor that uses it.
 * Safe for concurrent use.
 */
public final class EarlyRefusal extends ServerTransportFilter implements ServerInterceptor {
  /** The most searches in a row that are refused unread. */
  static final int UNREAD_MAX = 32;

  private static final Attributes.Key<Connection> CONNECTION =
      Attributes.Key.create("io.siskin.server.rpc.connection");

  private final AdmissionControl admission;
  private final StatusMapper statusMapper;

  /** What is known of the searches of one connection. */
  private static final class Connection {
    // How many may be refused unread after each that was read.
    private final AtomicInteger allowed = new AtomicInteger();
    // How many of these are left.
    private final AtomicInteger left = new AtomicInteger();

    boolean takeUnread() {
      return left.get() > 0 && left.getAndDecrement() > 0;
    }

    void refusedByQueue() {
      left.set(allowed.updateAndGet(count -> Math.clamp(count * 2L, 1, UNREAD_MAX)));
    }

    void endedOtherwise() {
      left.set(allowed.updateAndGet(count -> count / 2));
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
    if (connection == null || !admission.isFull() || !isSearch(call)) {
      return next.startCall(call, headers);
    }
    if (connection.takeUnread()) {
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

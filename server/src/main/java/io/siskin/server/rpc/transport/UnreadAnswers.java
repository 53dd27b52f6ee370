package io.siskin.server.rpc.transport;

import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.mapping.UnreadAnswersException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory of answers that wait for clients which do not read them. gRPC keeps all that is
 * sent until the client has room for it, and a client decides about its room itself.
 *
 * <p>An answer counts from the moment it is sent until its call has ended, or until its stream can
 * send again. It is not sent, and its call ends with RESOURCE_EXHAUSTED, when its connection has
 * too much unread, or when all connections together have and this one has something unread. So a
 * connection that reads its answers always gets one, whatever the others do.
 *
 * <p>It is both the filter that gives each connection its count and the interceptor that uses it.
 * The messages of the calls must be streams of bytes. Safe for concurrent use.
 */
public final class UnreadAnswers extends ServerTransportFilter implements ServerInterceptor {
  private static final Attributes.Key<AtomicLong> UNREAD =
      Attributes.Key.create("io.siskin.server.rpc.unread");

  private final long connectionBytesMax;
  private final long totalBytesMax;
  private final StatusMapper statusMapper;
  private final AtomicLong totalBytes = new AtomicLong();
  private final LongAdder refused = new LongAdder();

  /**
   * Makes the interceptor.
   *
   * @param connectionBytesMax with how many unread bytes a connection gets no further answer
   * @param totalBytesMax with how many unread bytes of all connections those that have some get no
   *     further answer
   * @param statusMapper makes the status of a refusal
   */
  public UnreadAnswers(long connectionBytesMax, long totalBytesMax, StatusMapper statusMapper) {
    this.connectionBytesMax = connectionBytesMax;
    this.totalBytesMax = totalBytesMax;
    this.statusMapper = statusMapper;
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    return attributes.toBuilder().set(UNREAD, new AtomicLong()).build();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    AtomicLong connection = call.getAttributes().get(UNREAD);
    if (connection == null) {
      return next.startCall(call, headers);
    }
    Counted<Q, A> counted = new Counted<>(call, connection);
    return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
      @Override
      public void onReady() {
        counted.read();
        super.onReady();
      }

      @Override
      public void onComplete() {
        counted.read();
        super.onComplete();
      }

      @Override
      public void onCancel() {
        counted.read();
        super.onCancel();
      }
    };
  }

  /** Returns how many answers were not sent. */
  public long refused() {
    return refused.sum();
  }

  /** Returns how many bytes of answers are unread now. */
  long totalBytes() {
    return totalBytes.get();
  }

  /** One call. Answers may come from another thread than the events of the transport. */
  private final class Counted<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final AtomicLong connection;
    private final AtomicLong own = new AtomicLong();
    private volatile boolean over;

    Counted(ServerCall<Q, A> call, AtomicLong connection) {
      super(call);
      this.connection = connection;
    }

    @Override
    public void sendMessage(A message) {
      if (over) {
        return;
      }
      long unread = connection.get();
      if (unread > connectionBytesMax || (unread > 0 && totalBytes.get() > totalBytesMax)) {
        refuse(unread);
        return;
      }
      long length = lengthBytes(message);
      connection.addAndGet(length);
      totalBytes.addAndGet(length);
      own.addAndGet(length);
      super.sendMessage(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!over) {
        super.close(status, trailers);
      }
    }

    private void refuse(long unread) {
      over = true;
      refused.increment();
      StatusRuntimeException end = statusMapper.toException(new UnreadAnswersException(unread));
      @Nullable Metadata trailers = end.getTrailers();
      super.close(end.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    /** What was sent so far has gone, or will never go. */
    void read() {
      long gone = own.getAndSet(0);
      connection.addAndGet(-gone);
      totalBytes.addAndGet(-gone);
    }
  }

  private static long lengthBytes(Object message) {
    try {
      return message instanceof InputStream bytes ? bytes.available() : 0;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}

package io.siskin.server.rpc.transport;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.siskin.server.rpc.mapping.RequestTooLargeException;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.mapping.UndecodableRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a call with a proper status when its request cannot be decoded or its handler throws. gRPC
 * alone would end it with UNKNOWN, and nothing would be logged.
 *
 * <p>gRPC decodes a message before any interceptor sees it. So the guarded services take bytes, and
 * decode them within this interceptor. Safe for concurrent use.
 */
public final class CallGuard {
  private static final Logger LOG = LoggerFactory.getLogger(CallGuard.class);

  private final StatusMapper statusMapper;
  private final Interceptor interceptor = new Interceptor();
  private final LineLimit undecodable =
      new LineLimit(TimeUnit.SECONDS.toNanos(1), System::nanoTime);

  /**
   * Makes a guard.
   *
   * @param statusMapper translates failures
   */
  public CallGuard(StatusMapper statusMapper) {
    this.statusMapper = statusMapper;
  }

  /**
   * Returns a service with every method guarded.
   *
   * @param service the service, of ours or of a library
   */
  public ServerServiceDefinition guard(ServerServiceDefinition service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useMarshalledMessages(service, AsBytes.MARSHALLER), interceptor);
  }

  /** Passes the bytes of messages on as they are, without a copy. */
  private enum AsBytes implements MethodDescriptor.Marshaller<InputStream> {
    MARSHALLER;

    @Override
    public InputStream stream(InputStream bytes) {
      return bytes;
    }

    @Override
    public InputStream parse(InputStream bytes) {
      return bytes;
    }
  }

  /** Returns the length of a message, where it is known without a look at the message. */
  private static long lengthBytes(Object message) {
    if (!(message instanceof KnownLength)) {
      return 0;
    }
    try {
      return ((InputStream) message).available();
    } catch (IOException unknown) {
      return 0;
    }
  }

  private final class Interceptor implements ServerInterceptor {
    @Override
    @SuppressWarnings("IllegalCatch") // Whatever a handler throws must end its call.
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      GuardedCall<Q, A> guarded = new GuardedCall<>(call, CallRecord.current());
      try {
        return new GuardedListener<>(next.startCall(guarded, headers), guarded);
      } catch (Throwable e) {
        guarded.fail(e, null);
        return new ServerCall.Listener<>() {};
      }
    }
  }

  /** A call that takes no more answers once it was ended from here. */
  private final class GuardedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final CallRecord record;
    private volatile boolean failed;
    private volatile boolean closed;

    GuardedCall(ServerCall<Q, A> call, CallRecord record) {
      super(call);
      this.record = record;
    }

    @Override
    public boolean isCancelled() {
      return failed || super.isCancelled();
    }

    @Override
    public void sendHeaders(Metadata headers) {
      if (!failed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public void sendMessage(A message) {
      if (!failed) {
        record.addResponseBytes(lengthBytes(message));
        super.sendMessage(message);
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!failed) {
        closed = true;
        super.close(StatusMapper.bounded(status), trailers);
      }
    }

    /** Ends the call for a failure; the handler is told to stop and can answer no more. */
    @SuppressWarnings("IllegalCatch") // A second failure must not hide the first.
    void fail(Throwable error, ServerCall.@Nullable Listener<?> handler) {
      failed = true;
      if (handler != null) {
        try {
          handler.onCancel();
        } catch (Throwable second) {
          error.addSuppressed(second);
        }
      }
      StatusRuntimeException end = statusMapper.toException(meaning(error));
      if (!closed) {
        Metadata trailers = end.getTrailers();
        super.close(end.getStatus(), trailers == null ? new Metadata() : trailers);
      }
    }

    private Throwable meaning(Throwable error) {
      if (!(error instanceof StatusRuntimeException transport)) {
        return error;
      }
      if (transport.getCause() instanceof InvalidProtocolBufferException malformed) {
        log(malformed);
        return new UndecodableRequestException(getMethodDescriptor().getFullMethodName());
      }
      return transport.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
          ? new RequestTooLargeException()
          : error;
    }

    private void log(InvalidProtocolBufferException malformed) {
      long heldBack = undecodable.take();
      if (heldBack != LineLimit.HELD_BACK) {
        LOG.warn(
            "{}: a request from {} cannot be decoded: {} ({} more since the last such line)",
            getMethodDescriptor().getFullMethodName(),
            getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
            malformed.getMessage(),
            heldBack);
      }
    }
  }

  /** Hears nothing more once its call was ended from here; gRPC serialises these methods. */
  private static final class GuardedListener<Q> extends ServerCall.Listener<Q> {
    private final ServerCall.Listener<Q> listener;
    private final GuardedCall<Q, ?> call;
    private boolean over;

    GuardedListener(ServerCall.Listener<Q> listener, GuardedCall<Q, ?> call) {
      this.listener = listener;
      this.call = call;
    }

    @Override
    @SuppressWarnings("IllegalCatch") // Whatever a handler throws must end its call.
    public void onMessage(Q message) {
      if (!over) {
        try {
          // A request that came over HTTP is read by the question for its length, and may be wrong.
          call.record.addRequestBytes(lengthBytes(message));
          listener.onMessage(message);
        } catch (Throwable e) {
          end(e);
        }
      }
    }

    @Override
    @SuppressWarnings("IllegalCatch") // As above.
    public void onHalfClose() {
      if (!over) {
        try {
          listener.onHalfClose();
        } catch (Throwable e) {
          end(e);
        }
      }
    }

    @Override
    @SuppressWarnings("IllegalCatch") // As above.
    public void onReady() {
      if (!over) {
        try {
          listener.onReady();
        } catch (Throwable e) {
          end(e);
        }
      }
    }

    @Override
    public void onCancel() {
      if (!over) {
        listener.onCancel();
      }
    }

    @Override
    public void onComplete() {
      if (!over) {
        listener.onComplete();
      }
    }

    private void end(Throwable error) {
      over = true;
      call.fail(error, listener);
    }
  }
}

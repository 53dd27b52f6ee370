package io.siskin.server.rpc.mapping;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.siskin.server.batch.EncoderOverloadedException;
import io.siskin.server.batch.EncoderOverloadedException.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The refusals of an overloaded server. Those of encoders are made once for each delay of two
 * digits, of which there are some hundreds. That of the full search queue is made once. Under
 * overload no answer is as frequent, and its time is taken from the work that was admitted. Safe
 * for concurrent use.
 */
final class PreparedRefusals {
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final Function<EncoderOverloadedException, com.google.rpc.Status> describe;
  private final Map<Key, Prepared> known = new ConcurrentHashMap<>();
  private volatile @Nullable Prepared queueFull;

  private record Key(Reason reason, long millis) {}

  private record Prepared(Status status, byte[] details, String pushbackMillis) {
    static Prepared of(com.google.rpc.Status status, long pushbackMillis) {
      return new Prepared(
          Status.fromCodeValue(status.getCode()).withDescription(status.getMessage()),
          status.toByteArray(),
          Long.toString(pushbackMillis));
    }

    Signal signal(Metadata.Key<String> pushback) {
      // Fresh each time, since gRPC adds to them.
      Metadata trailers = new Metadata();
      trailers.put(DETAILS, details);
      trailers.put(pushback, pushbackMillis);
      return new Signal(status, trailers);
    }
  }

  /**
   * Prepares nothing yet.
   *
   * @param describe makes the status of a refusal, details included
   */
  PreparedRefusals(Function<EncoderOverloadedException, com.google.rpc.Status> describe) {
    this.describe = describe;
  }

  /**
   * Returns what ends a call.
   *
   * @param error the refusal, whose delay is rounded up to two digits of milliseconds
   * @param pushback the key of the delay for gRPC's own retry logic
   */
  StatusRuntimeException of(EncoderOverloadedException error, Metadata.Key<String> pushback) {
    Key key = new Key(error.reason(), roundedMillis(error.retryAfter()));
    Prepared prepared = known.get(key);
    if (prepared == null) {
      prepared = known.computeIfAbsent(key, this::prepare);
    }
    return prepared.signal(pushback);
  }

  /**
   * Returns what ends a call that the full search queue refuses.
   *
   * @param description the refusal's status, details included; the same for every call
   * @param retryDelay how long the client is told to wait
   * @param pushback the key of the delay for gRPC's own retry logic
   */
  StatusRuntimeException ofFullQueue(
      Supplier<com.google.rpc.Status> description,
      Duration retryDelay,
      Metadata.Key<String> pushback) {
    Prepared prepared = queueFull;
    if (prepared == null) {
      synchronized (this) {
        prepared = queueFull;
        if (prepared == null) {
          prepared = Prepared.of(description.get(), retryDelay.toMillis());
          queueFull = prepared;
        }
      }
    }
    return prepared.signal(pushback);
  }

  /** Tells whether a status is the one that {@link #ofFullQueue} gives. */
  @SuppressWarnings("ReferenceEquality") // It is made once, and others may say the same.
  boolean isOfFullQueue(Status status) {
    Prepared prepared = queueFull;
    return prepared != null && prepared.status == status;
  }

  private Prepared prepare(Key key) {
    return Prepared.of(
        describe.apply(new EncoderOverloadedException(key.reason, Duration.ofMillis(key.millis))),
        key.millis);
  }

  /** Returns a delay in milliseconds, 1 or more, rounded up to two digits. */
  static long roundedMillis(Duration delay) {
    long millis = Math.max(1, Math.ceilDiv(delay.toNanos(), 1_000_000));
    long step = 1;
    while (millis > 99 * step) {
      step *= 10;
    }
    return Math.ceilDiv(millis, step) * step;
  }

  /** Carries no stack trace. */
  private static final class Signal extends StatusRuntimeException {
    private static final long serialVersionUID = 1L;

    Signal(Status status, Metadata trailers) {
      super(status, trailers);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // Nothing is written.
    public Throwable fillInStackTrace() {
      return this;
    }
  }
}

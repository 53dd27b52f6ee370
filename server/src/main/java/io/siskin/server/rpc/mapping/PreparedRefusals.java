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

/**
 * The refusals of overloaded encoders, made once for each delay of two digits, of which there are
 * some hundreds: under overload nothing is answered as often, and the time for it is that of the
 * texts that were admitted. Safe for concurrent use.
 */
final class PreparedRefusals {
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final Function<EncoderOverloadedException, com.google.rpc.Status> describe;
  private final Map<Key, Prepared> known = new ConcurrentHashMap<>();

  private record Key(Reason reason, long millis) {}

  private record Prepared(Status status, byte[] details, String pushbackMillis) {}

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
    // Fresh each time, since gRPC adds to them.
    Metadata trailers = new Metadata();
    trailers.put(DETAILS, prepared.details);
    trailers.put(pushback, prepared.pushbackMillis);
    return new Signal(prepared.status, trailers);
  }

  private Prepared prepare(Key key) {
    com.google.rpc.Status status =
        describe.apply(new EncoderOverloadedException(key.reason, Duration.ofMillis(key.millis)));
    return new Prepared(
        Status.fromCodeValue(status.getCode()).withDescription(status.getMessage()),
        status.toByteArray(),
        Long.toString(key.millis));
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

package io.siskin.server.rpc.transport;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.siskin.server.rpc.admission.RateExceededException;
import io.siskin.server.rpc.admission.RateLimiter;
import io.siskin.server.rpc.mapping.StatusMapper;

/**
 * Refuses calls of callers that have sent too many, before their message is read. Safe for
 * concurrent use.
 */
public final class RateLimiting implements ServerInterceptor {
  private final RateLimiter limiter;
  private final StatusMapper statusMapper;

  /**
   * Makes the interceptor.
   *
   * @param limiter counts
   * @param statusMapper makes the status of a refusal
   */
  public RateLimiting(RateLimiter limiter, StatusMapper statusMapper) {
    this.limiter = limiter;
    this.statusMapper = statusMapper;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    try {
      limiter.takeRequest(CallerIds.current());
    } catch (RateExceededException refused) {
      StatusRuntimeException end = statusMapper.toException(refused);
      Metadata trailers = end.getTrailers();
      call.close(end.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(call, headers);
  }
}

package io.siskin.server.rpc.service;

import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeResponse;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.EncodeStreamRequest;
import io.siskin.proto.v1.EncodeStreamResponse;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.rpc.admission.RateLimiter;
import io.siskin.server.rpc.mapping.StatusMapper;

/**
 * {@code siskin.v1.EncodeService}. Safe for concurrent use; its methods run on event loops and must
 * not block.
 */
public final class EncodeService extends EncodeServiceGrpc.EncodeServiceImplBase {
  private static final StreamMessages<
          EncodeStreamRequest, EncodeRequest, EncodeResponse, EncodeStreamResponse>
      MESSAGES =
          new StreamMessages<>(
              EncodeStreamRequest::getRequestId,
              message -> message.hasTimeout() ? message.getTimeout() : null,
              EncodeStreamRequest::getEncode,
              (id, answer) ->
                  EncodeStreamResponse.newBuilder().setRequestId(id).setResponse(answer).build(),
              (id, status) ->
                  EncodeStreamResponse.newBuilder().setRequestId(id).setStatus(status).build());

  private final DispatchedMethods<
          EncodeStreamRequest, EncodeRequest, EncodeResponse, EncodeStreamResponse>
      methods;

  /**
   * Creates the service.
   *
   * @param dispatcher has the texts encoded
   * @param statusMapper translates failures
   * @param streamRequests counts the requests of streams
   * @param limiter knows how many requests of streams a caller may send
   * @param streamInFlightMax how many requests of one stream may be unanswered before the server
   *     stops reading it
   */
  public EncodeService(
      EncodeDispatcher dispatcher,
      StatusMapper statusMapper,
      CallCounters streamRequests,
      RateLimiter limiter,
      int streamInFlightMax) {
    this.methods =
        new DispatchedMethods<>(
            dispatcher, MESSAGES, statusMapper, streamRequests, limiter, streamInFlightMax);
  }

  @Override
  public void encode(EncodeRequest request, StreamObserver<EncodeResponse> observer) {
    methods.unary(request, observer);
  }

  @Override
  public StreamObserver<EncodeStreamRequest> encodeStream(
      StreamObserver<EncodeStreamResponse> observer) {
    return methods.stream(observer);
  }

  /** Lets every open stream answer what it has read and then end. */
  public void drain() {
    methods.drain();
  }
}

package io.siskin.server.rpc.service;

import com.google.protobuf.Duration;
import com.google.rpc.Status;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeResponse;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.EncodeStreamRequest;
import io.siskin.proto.v1.EncodeStreamResponse;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.rpc.mapping.StatusMapper;
import org.jspecify.annotations.Nullable;

/**
 * {@code siskin.v1.EncodeService}. Safe for concurrent use; its methods run on event loops and must
 * not block.
 */
public final class EncodeService extends EncodeServiceGrpc.EncodeServiceImplBase {
  private final EncodeDispatcher dispatcher;
  private final StatusMapper statusMapper;
  private final OpenStreams<EncodeStreamRequest, EncodeResponse, EncodeStreamResponse> streams;

  /**
   * Creates the service.
   *
   * @param dispatcher has the texts encoded
   * @param statusMapper translates failures
   * @param streamTally counts the requests of streams
   * @param streamInFlightMax how many requests of one stream may be unanswered before the server
   *     stops reading it
   */
  public EncodeService(
      EncodeDispatcher dispatcher,
      StatusMapper statusMapper,
      CallCounters streamTally,
      int streamInFlightMax) {
    this.dispatcher = dispatcher;
    this.statusMapper = statusMapper;
    this.streams =
        new OpenStreams<>(new Protocol(dispatcher), statusMapper, streamTally, streamInFlightMax);
  }

  @Override
  public void encode(EncodeRequest request, StreamObserver<EncodeResponse> observer) {
    dispatcher.dispatch(
        request, Context.current().getDeadline(), UnaryCaller.of(observer, statusMapper));
  }

  @Override
  public StreamObserver<EncodeStreamRequest> encodeStream(
      StreamObserver<EncodeStreamResponse> observer) {
    return streams.open(observer);
  }

  /** Lets every open stream answer what it has read and then end. */
  public void drain() {
    streams.drain();
  }

  private record Protocol(EncodeDispatcher dispatcher)
      implements StreamProtocol<EncodeStreamRequest, EncodeResponse, EncodeStreamResponse> {
    @Override
    public long requestId(EncodeStreamRequest request) {
      return request.getRequestId();
    }

    @Override
    public @Nullable Duration timeout(EncodeStreamRequest request) {
      return request.hasTimeout() ? request.getTimeout() : null;
    }

    @Override
    public void dispatch(
        EncodeStreamRequest request, @Nullable Deadline deadline, Caller<EncodeResponse> caller) {
      dispatcher.dispatch(request.getEncode(), deadline, caller);
    }

    @Override
    public EncodeStreamResponse response(long requestId, EncodeResponse answer) {
      return EncodeStreamResponse.newBuilder().setRequestId(requestId).setResponse(answer).build();
    }

    @Override
    public EncodeStreamResponse failure(long requestId, Status status) {
      return EncodeStreamResponse.newBuilder().setRequestId(requestId).setStatus(status).build();
    }
  }
}

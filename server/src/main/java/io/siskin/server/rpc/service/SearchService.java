package io.siskin.server.rpc.service;

import com.google.protobuf.Duration;
import com.google.rpc.Status;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.rpc.mapping.StatusMapper;
import org.jspecify.annotations.Nullable;

/**
 * {@code siskin.v1.SearchService}. Safe for concurrent use; its methods run on event loops and must
 * not block.
 */
public final class SearchService extends SearchServiceGrpc.SearchServiceImplBase {
  private final SearchDispatcher dispatcher;
  private final StatusMapper statusMapper;
  private final OpenStreams<SearchStreamRequest, SearchResponse, SearchStreamResponse> streams;

  /**
   * Creates the service.
   *
   * @param dispatcher runs the searches
   * @param statusMapper translates their failures
   * @param streamTally counts the requests of streams
   * @param streamInFlightMax how many searches of one stream may be unanswered before the server
   *     stops reading it
   */
  public SearchService(
      SearchDispatcher dispatcher,
      StatusMapper statusMapper,
      CallCounters streamTally,
      int streamInFlightMax) {
    this.dispatcher = dispatcher;
    this.statusMapper = statusMapper;
    this.streams =
        new OpenStreams<>(new Protocol(dispatcher), statusMapper, streamTally, streamInFlightMax);
  }

  @Override
  public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
    dispatcher.dispatch(
        request, Context.current().getDeadline(), UnaryCaller.of(observer, statusMapper));
  }

  @Override
  public StreamObserver<SearchStreamRequest> searchStream(
      StreamObserver<SearchStreamResponse> observer) {
    return streams.open(observer);
  }

  /** Lets every open stream answer what it has read and then end. */
  public void drain() {
    streams.drain();
  }

  private record Protocol(SearchDispatcher dispatcher)
      implements StreamProtocol<SearchStreamRequest, SearchResponse, SearchStreamResponse> {
    @Override
    public long requestId(SearchStreamRequest request) {
      return request.getRequestId();
    }

    @Override
    public @Nullable Duration timeout(SearchStreamRequest request) {
      return request.hasTimeout() ? request.getTimeout() : null;
    }

    @Override
    public void dispatch(
        SearchStreamRequest request, @Nullable Deadline deadline, Caller<SearchResponse> caller) {
      dispatcher.dispatch(request.getSearch(), deadline, caller);
    }

    @Override
    public SearchStreamResponse response(long requestId, SearchResponse answer) {
      return SearchStreamResponse.newBuilder().setRequestId(requestId).setResponse(answer).build();
    }

    @Override
    public SearchStreamResponse failure(long requestId, Status status) {
      return SearchStreamResponse.newBuilder().setRequestId(requestId).setStatus(status).build();
    }
  }
}

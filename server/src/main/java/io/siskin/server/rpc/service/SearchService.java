package io.siskin.server.rpc.service;

import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.rpc.admission.RateLimiter;
import io.siskin.server.rpc.mapping.StatusMapper;

/**
 * {@code siskin.v1.SearchService}. Safe for concurrent use; its methods run on event loops and must
 * not block.
 */
public final class SearchService extends SearchServiceGrpc.SearchServiceImplBase {
  private static final StreamMessages<
          SearchStreamRequest, SearchRequest, SearchResponse, SearchStreamResponse>
      MESSAGES =
          new StreamMessages<>(
              SearchStreamRequest::getRequestId,
              message -> message.hasTimeout() ? message.getTimeout() : null,
              SearchStreamRequest::getSearch,
              (id, answer) ->
                  SearchStreamResponse.newBuilder().setRequestId(id).setResponse(answer).build(),
              (id, status) ->
                  SearchStreamResponse.newBuilder().setRequestId(id).setStatus(status).build());

  private final DispatchedMethods<
          SearchStreamRequest, SearchRequest, SearchResponse, SearchStreamResponse>
      methods;

  /**
   * Creates the service.
   *
   * @param dispatcher runs the searches
   * @param statusMapper translates failures
   * @param streamRequests counts the requests of streams
   * @param limiter knows how many requests of streams a caller may send
   * @param streamInFlightMax how many requests of one stream may be unanswered before the server
   *     stops reading it
   */
  public SearchService(
      SearchDispatcher dispatcher,
      StatusMapper statusMapper,
      CallCounters streamRequests,
      RateLimiter limiter,
      int streamInFlightMax) {
    this.methods =
        new DispatchedMethods<>(
            dispatcher, MESSAGES, statusMapper, streamRequests, limiter, streamInFlightMax);
  }

  @Override
  public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
    methods.unary(request, observer);
  }

  @Override
  public StreamObserver<SearchStreamRequest> searchStream(
      StreamObserver<SearchStreamResponse> observer) {
    return methods.stream(observer);
  }

  /** Lets every open stream answer what it has read and then end. */
  public void drain() {
    methods.drain();
  }
}

package io.siskin.server.rpc.service;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import io.siskin.proto.v1.SuggestRequest;
import io.siskin.proto.v1.SuggestResponse;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.retrieve.CollectionName;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.admission.Demand;
import io.siskin.server.rpc.admission.RateLimiter;
import io.siskin.server.rpc.admission.WorkClass;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.mapping.SuggestionMapper;
import io.siskin.server.rpc.transport.CallerIds;
import io.siskin.server.search.Cancellation;
import io.siskin.server.suggest.SuggestionQuery;

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

  // What suggesting takes of its caller's share: a log of queries is gone through.
  private static final long POSTINGS_PER_SUGGEST = 100_000;

  private final DispatchedMethods<
          SearchStreamRequest, SearchRequest, SearchResponse, SearchStreamResponse>
      methods;
  private final Retriever retriever;
  private final AdmissionControl admission;
  private final StatusMapper statusMapper;
  private final int responseBytesMax;

  /**
   * Creates the service.
   *
   * @param dispatcher runs the searches
   * @param retriever suggests what could be asked
   * @param admission where that runs
   * @param responseBytesMax the longest response that may be sent
   * @param statusMapper translates failures
   * @param streamRequests counts the requests of streams
   * @param limiter knows how many requests of streams a caller may send
   * @param streamInFlightMax how many requests of one stream may be unanswered before the server
   *     stops reading it
   */
  public SearchService(
      SearchDispatcher dispatcher,
      Retriever retriever,
      AdmissionControl admission,
      int responseBytesMax,
      StatusMapper statusMapper,
      CallCounters streamRequests,
      RateLimiter limiter,
      int streamInFlightMax) {
    this.retriever = retriever;
    this.admission = admission;
    this.responseBytesMax = responseBytesMax;
    this.statusMapper = statusMapper;
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

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  @Override
  public void suggest(SuggestRequest request, StreamObserver<SuggestResponse> observer) {
    Caller<SuggestResponse> caller = UnaryCaller.of(observer, statusMapper);
    caller.record().setCollection(request.getCollection());
    try {
      Cancellation cancellation = caller.cancellation(Context.current().getDeadline());
      String collection = CollectionName.check("collection", request.getCollection());
      SuggestionQuery query = SuggestionMapper.toDomain(request);
      admission.admit(
          Demand.ofOther(CallerIds.current(), WorkClass.INTERACTIVE, POSTINGS_PER_SUGGEST),
          new ReadTask<>(
              () -> SuggestionMapper.toProto(retriever.suggest(collection, query)),
              caller,
              cancellation,
              responseBytesMax));
    } catch (Throwable e) {
      caller.failed(e);
    }
  }

  /** Lets every open stream answer what it has read and then end. */
  public void drain() {
    methods.drain();
  }
}

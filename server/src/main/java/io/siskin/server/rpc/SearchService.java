package io.siskin.server.rpc;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code siskin.v1.SearchService}. Safe for concurrent use; its methods run on event loops and must
 * not block.
 */
final class SearchService extends SearchServiceGrpc.SearchServiceImplBase {
  private final SearchDispatcher dispatcher;
  private final StatusMapper statusMapper;
  private final int streamInFlightMax;
  private final Set<SearchStreamCall> openStreams = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  /**
   * Creates the service.
   *
   * @param dispatcher runs the searches
   * @param statusMapper translates their failures
   * @param streamInFlightMax how many searches of one stream may be unanswered before the server
   *     stops reading it
   */
  SearchService(SearchDispatcher dispatcher, StatusMapper statusMapper, int streamInFlightMax) {
    this.dispatcher = dispatcher;
    this.statusMapper = statusMapper;
    this.streamInFlightMax = streamInFlightMax;
  }

  @Override
  public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
    ServerCallStreamObserver<SearchResponse> call =
        (ServerCallStreamObserver<SearchResponse>) observer;
    call.setOnCancelHandler(SearchService::ignoreLateAnswers);
    dispatcher.dispatch(
        request, Context.current().getDeadline(), new UnaryCaller(call, statusMapper));
  }

  @Override
  public StreamObserver<SearchStreamRequest> searchStream(
      StreamObserver<SearchStreamResponse> observer) {
    SearchStreamCall stream =
        new SearchStreamCall(
            (ServerCallStreamObserver<SearchStreamResponse>) observer,
            dispatcher,
            statusMapper,
            streamInFlightMax,
            openStreams::remove);
    openStreams.add(stream);
    // Asked after the stream was added: either drain() sees the stream or this sees the flag.
    if (draining) {
      stream.drain();
    }
    return stream;
  }

  /**
   * Lets every open stream answer what it has read and then end; a stream would otherwise outlive
   * any grace period.
   */
  void drain() {
    draining = true;
    openStreams.forEach(SearchStreamCall::drain);
  }

  /**
   * A call with a cancel handler ignores answers that come after its cancellation; without one it
   * throws at whoever answers. Nothing else is to be done: the evaluation asks for itself whether
   * it was cancelled.
   */
  private static void ignoreLateAnswers() {}

  private record UnaryCaller(
      ServerCallStreamObserver<SearchResponse> call, StatusMapper statusMapper)
      implements SearchTask.Caller {
    @Override
    public boolean isCancelled() {
      return call.isCancelled();
    }

    @Override
    public void succeeded(SearchResponse response) {
      call.onNext(response);
      call.onCompleted();
    }

    @Override
    public void failed(Throwable error) {
      call.onError(statusMapper.toException(error));
    }
  }
}

package io.siskin.server.rpc.service;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.transport.CallRecord;

/**
 * The caller of a unary call. Safe for concurrent use, as its call is answered once.
 *
 * @param <A> the answer
 */
final class UnaryCaller<A> implements Caller<A> {
  private final ServerCallStreamObserver<A> call;
  private final StatusMapper statusMapper;
  private final CallRecord record = CallRecord.current();

  private UnaryCaller(ServerCallStreamObserver<A> call, StatusMapper statusMapper) {
    this.call = call;
    this.statusMapper = statusMapper;
  }

  /**
   * Takes over a call. To be called within the service method, because gRPC takes handlers only
   * there.
   *
   * @param observer the call
   * @param statusMapper translates failures
   */
  static <A> UnaryCaller<A> of(StreamObserver<A> observer, StatusMapper statusMapper) {
    ServerCallStreamObserver<A> call = (ServerCallStreamObserver<A>) observer;
    call.setOnCancelHandler(UnaryCaller::ignoreLateAnswers);
    return new UnaryCaller<>(call, statusMapper);
  }

  @Override
  public boolean isCancelled() {
    return call.isCancelled();
  }

  @Override
  public CallRecord record() {
    return record;
  }

  @Override
  public void succeeded(A answer) {
    call.onNext(answer);
    call.onCompleted();
  }

  @Override
  public void failed(Throwable error) {
    call.onError(statusMapper.toException(error));
  }

  /**
   * Does nothing. A call that has a cancel handler ignores answers that come after its
   * cancellation; without a handler, answering would throw. The work itself asks whether it was
   * cancelled.
   */
  private static void ignoreLateAnswers() {}
}

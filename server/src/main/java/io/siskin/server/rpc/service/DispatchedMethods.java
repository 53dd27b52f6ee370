package io.siskin.server.rpc.service;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.rpc.admission.RateLimiter;
import io.siskin.server.rpc.mapping.StatusMapper;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The two methods that do the same work: a unary one for one request, and a stream of many. Keeps
 * the open streams, so that a shutdown can end them. Safe for concurrent use; its methods run on
 * event loops and do not block.
 *
 * @param <Q> a message of the client on the stream
 * @param <M> a request
 * @param <A> its answer
 * @param <R> a message of the server on the stream
 */
final class DispatchedMethods<Q, M, A, R> {
  private final Dispatcher<M, A> dispatcher;
  private final Supplier<? extends Dispatcher<M, A>> ofStream;
  private final StreamMessages<Q, M, A, R> messages;
  private final StatusMapper statusMapper;
  private final CallCounters streamRequests;
  private final RateLimiter limiter;
  private final int inFlightMax;
  private final Set<StreamCall<Q, M, A, R>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  /**
   * Creates methods whose requests do not depend on each other.
   *
   * @param dispatcher does the work
   * @param messages how the stream's messages hold requests and answers
   * @param statusMapper translates failures
   * @param streamRequests counts the requests of streams
   * @param limiter knows how many requests of streams a caller may send
   * @param inFlightMax how many requests of one stream may be unanswered before the server stops
   *     reading it
   */
  DispatchedMethods(
      Dispatcher<M, A> dispatcher,
      StreamMessages<Q, M, A, R> messages,
      StatusMapper statusMapper,
      CallCounters streamRequests,
      RateLimiter limiter,
      int inFlightMax) {
    this(
        dispatcher, () -> dispatcher, messages, statusMapper, streamRequests, limiter, inFlightMax);
  }

  /**
   * Creates the methods.
   *
   * @param dispatcher does the work of unary calls
   * @param ofStream makes what does the work of one stream, which may depend on what came before
   * @param messages how the stream's messages hold requests and answers
   * @param statusMapper translates failures
   * @param streamRequests counts the requests of streams
   * @param limiter knows how many requests of streams a caller may send
   * @param inFlightMax how many requests of one stream may be unanswered before the server stops
   *     reading it
   */
  DispatchedMethods(
      Dispatcher<M, A> dispatcher,
      Supplier<? extends Dispatcher<M, A>> ofStream,
      StreamMessages<Q, M, A, R> messages,
      StatusMapper statusMapper,
      CallCounters streamRequests,
      RateLimiter limiter,
      int inFlightMax) {
    this.dispatcher = dispatcher;
    this.ofStream = ofStream;
    this.messages = messages;
    this.statusMapper = statusMapper;
    this.streamRequests = streamRequests;
    this.limiter = limiter;
    this.inFlightMax = inFlightMax;
  }

  /**
   * Answers one request. To be called within the service method, because gRPC takes handlers only
   * there.
   *
   * @param request the request
   * @param observer the call
   */
  void unary(M request, StreamObserver<A> observer) {
    dispatcher.dispatch(
        request, Context.current().getDeadline(), UnaryCaller.of(observer, statusMapper));
  }

  /**
   * Takes over a stream. To be called within the service method, because gRPC takes handlers only
   * there.
   *
   * @param observer the call
   */
  StreamObserver<Q> stream(StreamObserver<R> observer) {
    StreamCall<Q, M, A, R> stream =
        new StreamCall<>(
            (ServerCallStreamObserver<R>) observer,
            messages,
            ofStream.get(),
            statusMapper,
            streamRequests,
            limiter,
            inFlightMax,
            open::remove);
    open.add(stream);
    // Asked after the stream was added: either drain() sees the stream or this sees the flag.
    if (draining) {
      stream.drain();
    }
    return stream;
  }

  /**
   * Lets every open stream answer what it has read and then end. Without this a stream could stay
   * open longer than any grace period.
   */
  void drain() {
    draining = true;
    open.forEach(StreamCall::drain);
  }
}

package io.siskin.server.rpc.service;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.rpc.mapping.StatusMapper;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open streams of one method, so that a shutdown can end them. Safe for concurrent use.
 *
 * @param <Q> a request of the stream
 * @param <A> what its work gives
 * @param <R> a response of the stream
 */
final class OpenStreams<Q, A, R> {
  private final StreamProtocol<Q, A, R> protocol;
  private final StatusMapper statusMapper;
  private final CallCounters tally;
  private final int inFlightMax;
  private final Set<StreamCall<Q, A, R>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  /**
   * Creates an empty set.
   *
   * @param protocol what the messages mean
   * @param statusMapper translates failures
   * @param tally counts the requests
   * @param inFlightMax how many requests of one stream may be unanswered before the server stops
   *     reading it
   */
  OpenStreams(
      StreamProtocol<Q, A, R> protocol,
      StatusMapper statusMapper,
      CallCounters tally,
      int inFlightMax) {
    this.protocol = protocol;
    this.statusMapper = statusMapper;
    this.tally = tally;
    this.inFlightMax = inFlightMax;
  }

  /**
   * Takes over a call. To be called within the service method, because gRPC takes handlers only
   * there.
   *
   * @param observer the call
   */
  StreamObserver<Q> open(StreamObserver<R> observer) {
    StreamCall<Q, A, R> stream =
        new StreamCall<>(
            (ServerCallStreamObserver<R>) observer,
            protocol,
            statusMapper,
            tally,
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
   * Lets every open stream answer what it has read and then end; a stream would otherwise outlive
   * any grace period.
   */
  void drain() {
    draining = true;
    open.forEach(StreamCall::drain);
  }
}

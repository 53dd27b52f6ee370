package io.siskin.server.rpc;

import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.server.counters.RpcCounts;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.retrieve.TextEncoders;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.service.CollectionService;
import io.siskin.server.rpc.service.EarlyRefusal;
import io.siskin.server.rpc.service.EncodeDispatcher;
import io.siskin.server.rpc.service.EncodeService;
import io.siskin.server.rpc.service.SearchDispatcher;
import io.siskin.server.rpc.service.SearchService;
import io.siskin.server.rpc.transport.CallCounting;
import io.siskin.server.rpc.transport.OpenCalls;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * All services of one server, without any transport: what the listeners of a {@link GrpcServer}
 * share and what the tests put on an in-process transport. Safe for concurrent use. Owns the search
 * threads.
 */
final class GrpcServices {
  private static final List<String> HEALTH_NAMES =
      List.of(
          HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
          SearchServiceGrpc.SERVICE_NAME,
          CollectionServiceGrpc.SERVICE_NAME,
          EncodeServiceGrpc.SERVICE_NAME);

  private final AdmissionControl admission;
  private final EarlyRefusal earlyRefusal;
  private final SearchService searchService;
  private final CollectionService collectionService;
  private final EncodeService encodeService;
  private final HealthStatusManager health = new HealthStatusManager();
  private final OpenCalls openCalls = new OpenCalls();
  private final CallCounting calls = new CallCounting();
  private final CallCounting streamRequests = new CallCounting();

  /**
   * Creates the services, not serving yet.
   *
   * @param options limits and threads
   * @param retriever searches
   * @param encoders encodes texts
   */
  GrpcServices(GrpcServerOptions options, Retriever retriever, TextEncoders encoders) {
    StatusMapper statusMapper = new StatusMapper(options.retryDelay());
    admission =
        new AdmissionControl(
            options.searchThreads(), options.searchQueueCapacity(), options.inlinePostingsMax());
    earlyRefusal = new EarlyRefusal(admission, statusMapper);
    searchService =
        new SearchService(
            new SearchDispatcher(retriever, admission, options.responseBytesMax()),
            statusMapper,
            streamRequests.of(SearchServiceGrpc.getSearchStreamMethod().getFullMethodName()),
            options.streamInFlightMax());
    collectionService = new CollectionService(retriever, statusMapper);
    encodeService =
        new EncodeService(
            new EncodeDispatcher(encoders, admission, options.responseBytesMax()),
            statusMapper,
            streamRequests.of(EncodeServiceGrpc.getEncodeStreamMethod().getFullMethodName()),
            options.streamInFlightMax());
    setServing(false);
    // From the start: what is counted from its first call on has no rate for that one.
    Stream.of(
            SearchServiceGrpc.getServiceDescriptor(),
            CollectionServiceGrpc.getServiceDescriptor(),
            EncodeServiceGrpc.getServiceDescriptor())
        .flatMap(service -> service.getMethods().stream())
        .forEach(method -> calls.of(method.getFullMethodName()));
  }

  /**
   * Puts the services on a server.
   *
   * @param server the server that is being built
   */
  @SuppressWarnings("deprecation") // v1alpha is what older tools speak.
  void addTo(ServerBuilder<?> server) {
    server
        // Where searches run is decided by AdmissionControl; nothing else here is worth a thread of
        // its own.
        .directExecutor()
        .intercept(calls)
        .addTransportFilter(earlyRefusal)
        .addService(ServerInterceptors.interceptForward(searchService, earlyRefusal, openCalls))
        .addService(ServerInterceptors.intercept(collectionService, openCalls))
        .addService(ServerInterceptors.intercept(encodeService, openCalls))
        .addService(health.getHealthService())
        .addService(ProtoReflectionServiceV1.newInstance())
        .addService(ProtoReflectionService.newInstance());
  }

  /**
   * Sets what health checks are told, for the server as a whole and for each service.
   *
   * @param serving whether calls are welcome
   */
  void setServing(boolean serving) {
    for (String name : HEALTH_NAMES) {
      health.setStatus(name, serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }
  }

  /** Tells whether so much work waits that the network threads need not hurry to bring more. */
  boolean hasAmpleWork() {
    return admission.hasAmpleWork();
  }

  /** Returns what was done so far. */
  RpcCounts counts() {
    return new RpcCounts(calls.counts(), streamRequests.counts(), admission.counts());
  }

  /** Tells health checks NOT_SERVING, now and for ever. */
  void enterTerminalState() {
    health.enterTerminalState();
  }

  /** Lets open streams answer what they have read and end. */
  void drainStreams() {
    searchService.drain();
    encodeService.drain();
  }

  /**
   * Waits until no search and no other call of {@code siskin.v1} is open.
   *
   * @param deadlineNanoTime until when, on the clock of {@link System#nanoTime}
   * @return whether none is open
   * @throws InterruptedException when this thread is interrupted first
   */
  boolean awaitNoCalls(long deadlineNanoTime) throws InterruptedException {
    return openCalls.awaitNone(deadlineNanoTime);
  }

  /**
   * Waits for the search threads to end.
   *
   * @param grace how long
   * @return whether none is running any more
   */
  boolean close(Duration grace) {
    return admission.close(grace);
  }
}

package io.siskin.server.rpc;

import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.ServerServiceGrpc;
import io.siskin.server.counters.AccessCounts;
import io.siskin.server.counters.RpcCounts;
import io.siskin.server.rpc.access.AccessControl;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.admission.RateLimiter;
import io.siskin.server.rpc.gateway.GrpcRestGateway;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.observe.Observation;
import io.siskin.server.rpc.service.CollectionService;
import io.siskin.server.rpc.service.DocumentService;
import io.siskin.server.rpc.service.EarlyRefusal;
import io.siskin.server.rpc.service.EncodeDispatcher;
import io.siskin.server.rpc.service.EncodeService;
import io.siskin.server.rpc.service.KeyRights;
import io.siskin.server.rpc.service.PipelineService;
import io.siskin.server.rpc.service.SearchDispatcher;
import io.siskin.server.rpc.service.SearchService;
import io.siskin.server.rpc.service.ServerFacts;
import io.siskin.server.rpc.service.ServerService;
import io.siskin.server.rpc.transport.CallCounting;
import io.siskin.server.rpc.transport.CallGuard;
import io.siskin.server.rpc.transport.CallerIds;
import io.siskin.server.rpc.transport.ConnectionGate;
import io.siskin.server.rpc.transport.OpenCalls;
import io.siskin.server.rpc.transport.RateLimiting;
import io.siskin.server.rpc.transport.RequestSizes;
import io.siskin.server.rpc.transport.UnreadAnswers;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All services of one server, without any transport: what the listeners of a {@link GrpcServer}
 * share and what the tests put on an in-process transport. Safe for concurrent use. Owns the search
 * threads.
 */
final class GrpcServices {
  /** The services of the API, in the order in which they are described. */
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          CollectionServiceGrpc.getServiceDescriptor(),
          PipelineServiceGrpc.getServiceDescriptor(),
          SearchServiceGrpc.getServiceDescriptor(),
          DocumentServiceGrpc.getServiceDescriptor(),
          EncodeServiceGrpc.getServiceDescriptor(),
          ServerServiceGrpc.getServiceDescriptor());

  private static final List<String> HEALTH_NAMES =
      List.of(
          HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
          SearchServiceGrpc.SERVICE_NAME,
          CollectionServiceGrpc.SERVICE_NAME,
          DocumentServiceGrpc.SERVICE_NAME,
          EncodeServiceGrpc.SERVICE_NAME,
          PipelineServiceGrpc.SERVICE_NAME,
          ServerServiceGrpc.SERVICE_NAME);

  private final AdmissionControl admission;
  private final EarlyRefusal earlyRefusal;
  private final RateLimiter limiter;
  private final RateLimiting rateLimiting;
  private final UnreadAnswers unreadAnswers;
  private final ConnectionGate gate;
  private final CallerIds callerIds = new CallerIds();
  private final SearchService searchService;
  private final CollectionService collectionService;
  private final PipelineService pipelineService;
  private final DocumentService documentService;
  private final EncodeService encodeService;
  private final ServerService serverService;
  private final HealthStatusManager health = new HealthStatusManager();
  private final OpenCalls openCalls = new OpenCalls();
  private final CallGuard guard;
  private final CallCounting calls;
  private final CallCounting streamRequests = new CallCounting();
  private final AccessControl access;
  private final RequestSizes sizes = new RequestSizes();
  private volatile Readiness readiness = Readiness.STARTING;

  /**
   * Creates the services, not serving yet, of a server that says little about itself.
   *
   * @param options limits and threads
   * @param backends what they speak for
   */
  GrpcServices(GrpcServerOptions options, Backends backends) {
    this(options, backends, ServerFacts.UNKNOWN, Protection.NONE, Observation.off());
  }

  /**
   * Creates the services, not serving yet.
   *
   * @param options limits and threads
   * @param backends what they speak for
   * @param facts what the server says about itself
   * @param protection who may call them
   * @param observation is told of each call; closed by its owner
   */
  GrpcServices(
      GrpcServerOptions options,
      Backends backends,
      ServerFacts facts,
      Protection protection,
      Observation observation) {
    calls = new CallCounting(observation);
    access =
        new AccessControl(protection.keys(), protection.localCallersNeedKeys(), protection.audit());
    StatusMapper statusMapper = new StatusMapper(options.retryDelay(), !access.areKeysRequired());
    guard = new CallGuard(statusMapper);
    limiter = new RateLimiter(_ -> options.rates(), System::nanoTime);
    rateLimiting = new RateLimiting(limiter, statusMapper);
    gate =
        new ConnectionGate(
            options.connections().countMax(),
            options.connections().perAddressMax(),
            options.connections().handshakeMax().toNanos());
    unreadAnswers =
        new UnreadAnswers(
            options.connections().unreadBytesMax(),
            options.connections().unreadBytesTotalMax(),
            statusMapper);
    admission =
        new AdmissionControl(
            options.threads().searches(),
            options.threads().searchQueueCapacity(),
            options.threads().inlinePostingsMax());
    earlyRefusal = new EarlyRefusal(admission, statusMapper);
    searchService =
        new SearchService(
            new SearchDispatcher(
                backends.searches(), admission, options.limits().responseBytesMax()),
            backends.searches(),
            admission,
            options.limits().responseBytesMax(),
            statusMapper,
            streamRequests.of(SearchServiceGrpc.getSearchStreamMethod().getFullMethodName()),
            limiter,
            options.limits().streamInFlightMax());
    collectionService =
        new CollectionService(backends.searches(), backends.changes(), statusMapper);
    pipelineService = new PipelineService(backends.searches(), backends.changes(), statusMapper);
    documentService =
        new DocumentService(
            backends.documents(),
            backends.writes(),
            admission,
            limiter,
            statusMapper,
            streamRequests.of(DocumentServiceGrpc.getUpsertStreamMethod().getFullMethodName()),
            options.limits().streamInFlightMax(),
            options.limits().responseBytesMax());
    encodeService =
        new EncodeService(
            new EncodeDispatcher(
                backends.encoders(), admission, options.limits().responseBytesMax()),
            statusMapper,
            streamRequests.of(EncodeServiceGrpc.getEncodeStreamMethod().getFullMethodName()),
            limiter,
            options.limits().streamInFlightMax());
    serverService =
        new ServerService(
            facts,
            new KeyRights(access.areKeysRequired()),
            observation.slowQueries(),
            statusMapper,
            options.limits().responseBytesMax());
    setServing(false);
    // Counted from the start, since a counter that appears with its first call has no rate for it.
    SERVICES.stream()
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
        // AdmissionControl decides where searches run. Nothing else here needs a thread of its own.
        .directExecutor()
        // The last one is the outermost.
        .intercept(unreadAnswers)
        .intercept(callerIds)
        .intercept(calls)
        .addTransportFilter(earlyRefusal)
        .addTransportFilter(unreadAnswers)
        .addService(
            guard.guard(
                ErrorDetailsReflection.addTo(
                    ServerInterceptors.interceptForward(
                        searchService, access, rateLimiting, earlyRefusal, sizes, openCalls))))
        .addService(
            guard.guard(
                ServerInterceptors.interceptForward(
                    collectionService, access, rateLimiting, sizes, openCalls)))
        .addService(
            guard.guard(
                ServerInterceptors.interceptForward(
                    pipelineService, access, rateLimiting, sizes, openCalls)))
        .addService(
            guard.guard(
                ServerInterceptors.interceptForward(
                    documentService, access, rateLimiting, sizes, openCalls)))
        .addService(
            guard.guard(
                ServerInterceptors.interceptForward(
                    encodeService, access, rateLimiting, sizes, openCalls)))
        .addService(
            guard.guard(
                ServerInterceptors.interceptForward(
                    serverService, access, rateLimiting, sizes, openCalls)))
        .addService(
            guard.guard(
                ServerInterceptors.interceptForward(
                    health.getHealthService().bindService(), access, sizes)))
        .addService(
            guard.guard(
                ServerInterceptors.intercept(
                    ProtoReflectionServiceV1.newInstance().bindService(), access)))
        .addService(
            guard.guard(
                ServerInterceptors.intercept(
                    ProtoReflectionService.newInstance().bindService(), access)));
  }

  /**
   * Makes the way from REST to these services.
   *
   * @param name the name of an in-process server that has them and is up
   * @param options limits
   */
  GrpcRestGateway gateway(String name, GrpcServerOptions options) {
    return new GrpcRestGateway(
        name,
        SERVICES,
        new StatusMapper(options.retryDelay(), !access.areKeysRequired()),
        access.areKeysRequired(),
        options.limits().requestBytesMax(),
        options.limits().responseBytesMax());
  }

  /** Returns whether calls are welcome, which is what health checks of the whole are told. */
  Readiness readiness() {
    return readiness;
  }

  /**
   * Sets what health checks are told, for the server as a whole and for each service.
   *
   * @param serving whether calls are welcome
   */
  void setServing(boolean serving) {
    if (readiness != Readiness.DRAINING) {
      readiness = serving ? Readiness.SERVING : Readiness.STARTING;
    }
    for (String name : HEALTH_NAMES) {
      health.setStatus(name, serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }
  }

  /**
   * Sets what health checks of one collection are told, under the service name {@code
   * collections/NAME}. The health of the server as a whole does not depend on it: it serves the
   * other collections.
   *
   * @param collection the collection's name
   * @param serving whether searches of it are welcome
   */
  void setServing(String collection, boolean serving) {
    health.setStatus(
        healthName(collection), serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /**
   * Forgets the health of a collection that is gone: checks of it are told NOT_FOUND.
   *
   * @param collection the collection's name
   */
  void clearServing(String collection) {
    health.clearStatus(healthName(collection));
  }

  private static String healthName(String collection) {
    return "collections/" + collection;
  }

  /** Tells whether so much work waits that the network threads need not hurry to bring more. */
  boolean hasAmpleWork() {
    return admission.hasAmpleWork();
  }

  /** Returns what the connections of all listeners pass. */
  ConnectionGate gate() {
    return gate;
  }

  /** Returns what was done so far. */
  RpcCounts counts() {
    return new RpcCounts(
        calls.counts(),
        streamRequests.counts(),
        admission.counts(),
        new RpcCounts.Floods(
            limiter.refusedRequests(),
            limiter.refusedForDocuments(),
            unreadAnswers.refused(),
            gate.open(),
            gate.overTotal(),
            gate.overAddress(),
            gate.silent()));
  }

  /** Tells whether searches wait for a thread, so that bulk work shall give way. */
  boolean hasWaitingSearches() {
    return admission.hasWaitingSearches();
  }

  /** Returns what was refused for who asked, and how the keys are. */
  AccessCounts accessCounts() {
    return access.counts();
  }

  /** Judges who asks for a page, see {@link AccessControl#checkPage}. */
  void checkPage(
      String page,
      InetSocketAddress client,
      @Nullable String authorization,
      @Nullable String apiKey) {
    access.checkPage(page, client, authorization, apiKey);
  }

  /** Tells health checks NOT_SERVING, now and for ever. */
  void enterTerminalState() {
    readiness = Readiness.DRAINING;
    health.enterTerminalState();
  }

  /** Lets open streams answer what they have read and end. */
  void drainStreams() {
    searchService.drain();
    documentService.drain();
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

package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Duration;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.ListCollectionsRequest;
import io.siskin.proto.v1.ListCollectionsResponse;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import io.siskin.server.retrieve.CollectionDescription;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.search.QueryCancelledException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The services without a network. The in-process transport runs a call's requests on the thread of
 * the test.
 */
@Timeout(60)
class GrpcServicesTest {
  private static final int QUEUE_CAPACITY = 8;
  private static final GrpcServerOptions OPTIONS =
      GrpcServerOptions.builder()
          .searchThreads(2)
          .searchQueueCapacity(QUEUE_CAPACITY)
          .streamInFlightMax(3)
          .responseBytesMax(10_000)
          .build();

  private final FakeRetriever retriever = new FakeRetriever();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch gate = new CountDownLatch(1);
  private GrpcServices services;
  private Server server;
  private ManagedChannel channel;
  private SearchServiceGrpc.SearchServiceStub searches;

  @BeforeEach
  void start() throws Exception {
    services = new GrpcServices(OPTIONS, FakeBackends.of(retriever, FakeTextEncoders.NONE));
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    services.addTo(builder);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    searches = SearchServiceGrpc.newStub(channel);
  }

  @AfterEach
  void stop() throws Exception {
    gate.countDown();
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(services.close(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  @Test
  void aSmallSearchIsAnsweredOnTheSameThread() throws Exception {
    Thread[] evaluatedOn = new Thread[1];
    retriever.behaviour =
        (request, cancellation) -> {
          evaluatedOn[0] = Thread.currentThread();
          return FakeRetriever.answer("d1");
        };
    Recorder<SearchResponse> call = search("books");

    SearchResponse response = call.next();
    assertThat(response.getHits(0).getId()).isEqualTo("d1");
    assertThat(response.getTimings().getQueueNanos()).isZero();
    assertThat(call.end()).isEqualTo(Status.OK);
    assertThat(evaluatedOn[0]).isSameAs(Thread.currentThread());
  }

  @Test
  void aLargeSearchIsAnsweredFromASearchThread() throws Exception {
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> FakeRetriever.answer(Thread.currentThread().getName());
    SearchResponse response = search("books").next();

    assertThat(response.getHits(0).getId()).startsWith("siskin-search-");
    assertThat(response.getTimings().getQueueNanos()).isPositive();
    assertThat(response.getTimings().getTotalNanos())
        .isGreaterThanOrEqualTo(response.getTimings().getQueueNanos());
  }

  @Test
  void aSearchOutsideItsRangesIsRefusedBeforeEvaluation() throws Exception {
    Status end = end(SearchRequest.newBuilder().setCollection("books").setText("x").setK(0));

    assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(retriever.searchCount).hasValue(0);
  }

  @Test
  void aDefectEndsOneCallAndTheServerGoesOn() throws Exception {
    retriever.behaviour =
        (request, cancellation) -> {
          throw new AssertionError("thrown by the test");
        };
    assertThat(search("books").end().getCode()).isEqualTo(Status.Code.INTERNAL);
    retriever.estimate = FakeRetriever.LARGE;
    assertThat(search("books").end().getCode()).isEqualTo(Status.Code.INTERNAL);
    retriever.behaviour = (request, cancellation) -> FakeRetriever.answer("d1");
    assertThat(search("books").end()).isEqualTo(Status.OK);
  }

  @Test
  void anAnswerThatIsTooLargeIsRefused() throws Exception {
    retriever.behaviour = (request, cancellation) -> FakeRetriever.answer("d".repeat(10_001));
    Status end = search("books").end();

    assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(info(end).getReason()).isEqualTo("RESPONSE_TOO_LARGE");
  }

  @Test
  void cancellationStopsTheEvaluation() {
    retriever.estimate = FakeRetriever.LARGE;
    CompletableFuture<QueryCancelledException.Reason> reason = evaluateUntilInterrupted();
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(() -> search("books"));
    FakeRetriever.await(entered);
    context.cancel(null);

    assertThat(reason)
        .succeedsWithin(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))
        .isEqualTo(QueryCancelledException.Reason.CANCELLED);
  }

  @Test
  void theDeadlineStopsTheEvaluation() throws Exception {
    retriever.estimate = FakeRetriever.LARGE;
    CompletableFuture<QueryCancelledException.Reason> reason = evaluateUntilInterrupted();
    Recorder<SearchResponse> call = new Recorder<>();
    searches.withDeadlineAfter(java.time.Duration.ofMillis(100)).search(request("books"), call);

    assertThat(call.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    // gRPC cancels a call when its deadline passes, so that either may be noticed first.
    assertThat(reason).succeedsWithin(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS));
  }

  @Test
  void theDeadlineStopsASmallSearchToo() throws Exception {
    CompletableFuture<QueryCancelledException.Reason> reason = evaluateUntilInterrupted();
    Recorder<SearchResponse> call = new Recorder<>();
    searches.withDeadlineAfter(java.time.Duration.ofMillis(100)).search(request("books"), call);

    assertThat(call.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(reason).isCompleted();
  }

  @Test
  void aSearchWhoseDeadlinePassedInTheQueueIsNotEvaluated() throws Exception {
    occupySearchThreads();
    Recorder<SearchResponse> queued = new Recorder<>();
    searches.withDeadlineAfter(java.time.Duration.ofMillis(50)).search(request("queued"), queued);
    assertThat(queued.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    gate.countDown();
    // The queue is first in, first out: once the next is answered, the one before it was dealt
    // with.
    assertThat(search("books").next().getHits(0).getId()).isEqualTo("books");

    assertThat(retriever.searchCount).as("two occupied the threads, one came last").hasValue(3);
  }

  @Test
  void aFullQueueRefusesWithADelay() throws Exception {
    occupySearchThreads();
    List<Recorder<SearchResponse>> queued = fillQueue();
    Status refused = search("books").end();

    assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(info(refused).getReason()).isEqualTo("SEARCH_QUEUE_FULL");
    assertThat(detail(refused, RetryInfo.class).getRetryDelay())
        .isEqualTo(Duration.newBuilder().setNanos(50_000_000).build());
    assertThat(queued).noneMatch(Recorder::hasEnded);
    gate.countDown();
    for (Recorder<SearchResponse> call : queued) {
      assertThat(call.end()).isEqualTo(Status.OK);
    }
    retriever.estimate = FakeRetriever.SMALL;
    assertThat(search("books").end()).as("served again").isEqualTo(Status.OK);
  }

  @Test
  void aCancelledSearchGivesUpItsPlaceInTheQueue() throws Exception {
    occupySearchThreads();
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(this::fillQueue);
    context.cancel(null);
    Recorder<SearchResponse> next = search("books");
    gate.countDown();

    assertThat(next.end()).isEqualTo(Status.OK);
    assertThat(retriever.searchCount).as("two occupied the threads, one came last").hasValue(3);
  }

  @Test
  void aStreamAnswersInTheOrderOfCompletion() throws Exception {
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          if (request.collection().equals("slow")) {
            FakeRetriever.await(gate);
          }
          return FakeRetriever.answer(request.collection());
        };
    Recorder<SearchStreamResponse> answers = new Recorder<>();
    StreamObserver<SearchStreamRequest> requests = searches.searchStream(answers);
    requests.onNext(element(1, "slow"));
    requests.onNext(element(2, "fast"));

    SearchStreamResponse first = answers.next();
    assertThat(first.getRequestId()).isEqualTo(2);
    assertThat(first.getResponse().getHits(0).getId()).isEqualTo("fast");
    requests.onCompleted();
    assertThat(answers.hasEnded()).as("ended while an answer is due").isFalse();
    gate.countDown();
    assertThat(answers.next().getRequestId()).isEqualTo(1);
    assertThat(answers.end()).isEqualTo(Status.OK);
  }

  @Test
  void aFailingElementDoesNotEndTheStream() throws Exception {
    retriever.behaviour =
        (request, cancellation) -> {
          if (request.collection().equals("missing")) {
            throw new CollectionNotFoundException("missing", List.of("books"));
          }
          return FakeRetriever.answer("d1");
        };
    Recorder<SearchStreamResponse> answers = new Recorder<>();
    StreamObserver<SearchStreamRequest> requests = searches.searchStream(answers);
    requests.onNext(element(1, "missing"));
    requests.onNext(SearchStreamRequest.newBuilder().setRequestId(2).build());
    requests.onNext(
        element(3, "books").toBuilder().setTimeout(Duration.getDefaultInstance()).build());
    requests.onNext(element(4, "books"));
    requests.onCompleted();

    assertThat(codeOf(answers.next(), 1)).isEqualTo(Code.NOT_FOUND);
    assertThat(codeOf(answers.next(), 2)).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(codeOf(answers.next(), 3)).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(answers.next().getResponse().getHits(0).getId()).isEqualTo("d1");
    assertThat(answers.end()).isEqualTo(Status.OK);
  }

  @Test
  void anElementHasADeadlineOfItsOwn() throws Exception {
    retriever.estimate = FakeRetriever.LARGE;
    CompletableFuture<QueryCancelledException.Reason> reason = evaluateUntilInterrupted();
    Recorder<SearchStreamResponse> answers = new Recorder<>();
    StreamObserver<SearchStreamRequest> requests = searches.searchStream(answers);
    requests.onNext(
        element(1, "books").toBuilder()
            .setTimeout(Duration.newBuilder().setNanos(50_000_000))
            .build());

    assertThat(codeOf(answers.next(), 1)).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(reason).isCompletedWithValue(QueryCancelledException.Reason.DEADLINE_EXCEEDED);
    requests.onCompleted();
    assertThat(answers.end()).isEqualTo(Status.OK);
  }

  @Test
  void aStreamIsReadNoFurtherThanItsBound() throws Exception {
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          FakeRetriever.await(gate);
          return FakeRetriever.answer("d1");
        };
    Recorder<SearchStreamResponse> answers = new Recorder<>();
    StreamObserver<SearchStreamRequest> requests = searches.searchStream(answers);
    for (int id = 0; id < 10; id++) {
      requests.onNext(element(id, "books"));
    }

    // Requests are delivered on this thread, so whatever will be read has been read.
    assertThat(retriever.estimateCount).hasValue(3);
    gate.countDown();
    requests.onCompleted();
    Set<Long> answered = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      answered.add(answers.next().getRequestId());
    }
    assertThat(answered).hasSize(10);
    assertThat(answers.end()).isEqualTo(Status.OK);
  }

  @Test
  void cancellingAStreamStopsItsEvaluations() {
    retriever.estimate = FakeRetriever.LARGE;
    CompletableFuture<QueryCancelledException.Reason> reason = evaluateUntilInterrupted();
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(() -> searches.searchStream(new Recorder<>()).onNext(element(1, "books")));
    FakeRetriever.await(entered);
    context.cancel(null);

    assertThat(reason)
        .succeedsWithin(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))
        .isEqualTo(QueryCancelledException.Reason.CANCELLED);
  }

  @Test
  void drainingAnswersWhatWasReadAndThenEndsTheStream() throws Exception {
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          entered.countDown();
          FakeRetriever.await(gate);
          return FakeRetriever.answer("d1");
        };
    Recorder<SearchStreamResponse> answers = new Recorder<>();
    StreamObserver<SearchStreamRequest> requests = searches.searchStream(answers);
    requests.onNext(element(1, "books"));
    FakeRetriever.await(entered);
    services.drainStreams();
    requests.onNext(element(2, "books"));

    assertThat(codeOf(answers.next(), 2)).isEqualTo(Code.UNAVAILABLE);
    assertThat(answers.hasEnded()).isFalse();
    gate.countDown();
    assertThat(answers.next().getResponse().getHits(0).getId()).isEqualTo("d1");
    assertThat(answers.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void aStreamOpenedWhileDrainingEndsAtOnce() throws Exception {
    services.drainStreams();
    Recorder<SearchStreamResponse> answers = new Recorder<>();
    searches.searchStream(answers);

    assertThat(answers.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void collectionsAreListedPageByPage() {
    retriever.collections =
        IntStream.range(0, 250)
            .mapToObj(i -> FakeRetriever.describe(String.format("c%03d", i)))
            .toList();
    List<String> names = new ArrayList<>();
    List<Integer> pageSizes = new ArrayList<>();
    ListCollectionsResponse page;
    String token = "";
    do {
      page =
          collections()
              .listCollections(ListCollectionsRequest.newBuilder().setPageToken(token).build());
      page.getCollectionsList().forEach(collection -> names.add(collection.getName()));
      pageSizes.add(page.getCollectionsCount());
      token = page.getNextPageToken();
    } while (!token.isEmpty());

    assertThat(pageSizes).containsExactly(100, 100, 50);
    assertThat(names)
        .containsExactlyElementsOf(
            retriever.collections.stream().map(CollectionDescription::name).toList());
  }

  @Test
  void aFullLastPageIsTheLast() {
    ListCollectionsResponse page =
        collections().listCollections(ListCollectionsRequest.newBuilder().setPageSize(1).build());

    assertThat(page.getCollectionsCount()).isEqualTo(1);
    assertThat(page.getNextPageToken()).isEmpty();
  }

  @Test
  void badPagesAreRefused() {
    for (ListCollectionsRequest request :
        List.of(
            ListCollectionsRequest.newBuilder().setPageSize(0).build(),
            ListCollectionsRequest.newBuilder().setPageSize(1_001).build(),
            ListCollectionsRequest.newBuilder().setPageToken("?").build())) {
      assertCode(Status.Code.INVALID_ARGUMENT, () -> collections().listCollections(request));
    }
  }

  @Test
  void oneCollectionIsDescribed() {
    assertThat(collections().getCollection(named("books")).getCollection())
        .isEqualTo(ProtoMapper.toProto(FakeRetriever.describe("books")));
    assertCode(Status.Code.NOT_FOUND, () -> collections().getCollection(named("boks")));
    assertCode(Status.Code.INVALID_ARGUMENT, () -> collections().getCollection(named("")));
  }

  @Test
  void healthIsNotServingUntilReadyAndAfterTheEnd() {
    List<String> names = List.of("", "siskin.v1.SearchService", "siskin.v1.CollectionService");

    assertThat(names)
        .allSatisfy(name -> assertThat(health(name)).isEqualTo(ServingStatus.NOT_SERVING));
    services.setServing(true);
    assertThat(names).allSatisfy(name -> assertThat(health(name)).isEqualTo(ServingStatus.SERVING));
    services.enterTerminalState();
    services.setServing(true);
    assertThat(names)
        .allSatisfy(name -> assertThat(health(name)).isEqualTo(ServingStatus.NOT_SERVING));
    assertCode(Status.Code.NOT_FOUND, () -> health("siskin.v1.Nothing"));
  }

  @Test
  void reflectionListsTheServices() throws Exception {
    Recorder<ServerReflectionResponse> v1 = new Recorder<>();
    StreamObserver<ServerReflectionRequest> ask =
        ServerReflectionGrpc.newStub(channel).serverReflectionInfo(v1);
    ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    assertThat(v1.next().getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .contains(
            "siskin.v1.SearchService", "siskin.v1.CollectionService", "grpc.health.v1.Health");
    ask.onNext(
        ServerReflectionRequest.newBuilder()
            .setFileContainingSymbol("siskin.v1.SearchRequest")
            .build());
    assertThat(v1.next().getFileDescriptorResponse().getFileDescriptorProtoCount()).isPositive();
    ask.onCompleted();
    assertThat(v1.end()).isEqualTo(Status.OK);
  }

  @Test
  void reflectionKnowsTheDetailsOfErrors() throws Exception {
    Recorder<ServerReflectionResponse> answers = new Recorder<>();
    StreamObserver<ServerReflectionRequest> ask =
        ServerReflectionGrpc.newStub(channel).serverReflectionInfo(answers);
    for (String detail : List.of("BadRequest", "RetryInfo", "ErrorInfo", "ResourceInfo")) {
      ask.onNext(
          ServerReflectionRequest.newBuilder()
              .setFileContainingSymbol("google.rpc." + detail)
              .build());
      FileDescriptorProto file =
          FileDescriptorProto.parseFrom(
              answers.next().getFileDescriptorResponse().getFileDescriptorProto(0));
      assertThat(file.getName()).isEqualTo("google/rpc/error_details.proto");
    }
    ask.onCompleted();
    assertThat(answers.end()).isEqualTo(Status.OK);
  }

  @Test
  void reflectionSpeaksTheOldDialectToo() throws Exception {
    Recorder<io.grpc.reflection.v1alpha.ServerReflectionResponse> answers = new Recorder<>();
    StreamObserver<io.grpc.reflection.v1alpha.ServerReflectionRequest> ask =
        io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(answers);
    ask.onNext(
        io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
            .setListServices("")
            .build());
    assertThat(answers.next().getListServicesResponse().getServiceList())
        .extracting(io.grpc.reflection.v1alpha.ServiceResponse::getName)
        .contains("siskin.v1.SearchService");
    ask.onCompleted();
    assertThat(answers.end()).isEqualTo(Status.OK);
  }

  private CompletableFuture<QueryCancelledException.Reason> evaluateUntilInterrupted() {
    CompletableFuture<QueryCancelledException.Reason> reason = new CompletableFuture<>();
    retriever.behaviour =
        (request, cancellation) -> {
          entered.countDown();
          try {
            return FakeRetriever.searchUntilInterrupted(cancellation);
          } catch (QueryCancelledException e) {
            reason.complete(e.reason());
            throw e;
          }
        };
    return reason;
  }

  /** Makes both search threads wait at the gate, and all later searches large. */
  private void occupySearchThreads() {
    CountDownLatch occupied = new CountDownLatch(2);
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          occupied.countDown();
          FakeRetriever.await(gate);
          return FakeRetriever.answer(request.collection());
        };
    search("books");
    search("books");
    FakeRetriever.await(occupied);
  }

  private List<Recorder<SearchResponse>> fillQueue() {
    List<Recorder<SearchResponse>> calls = new ArrayList<>();
    for (int i = 0; i < QUEUE_CAPACITY; i++) {
      calls.add(search("books"));
    }
    return calls;
  }

  private Recorder<SearchResponse> search(String collection) {
    Recorder<SearchResponse> call = new Recorder<>();
    searches.search(request(collection), call);
    return call;
  }

  private Status end(SearchRequest.Builder request) throws InterruptedException {
    Recorder<SearchResponse> call = new Recorder<>();
    searches.search(request.build(), call);
    return call.end();
  }

  private CollectionServiceGrpc.CollectionServiceBlockingStub collections() {
    return CollectionServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS));
  }

  private ServingStatus health(String service) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  private static void assertCode(
      Status.Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            error -> assertThat(error.getStatus().getCode()).isEqualTo(code));
  }

  private static SearchRequest request(String collection) {
    return SearchRequest.newBuilder().setCollection(collection).setText("insects").build();
  }

  private static SearchStreamRequest element(long id, String collection) {
    return SearchStreamRequest.newBuilder().setRequestId(id).setSearch(request(collection)).build();
  }

  private static GetCollectionRequest named(String name) {
    return GetCollectionRequest.newBuilder().setName(name).build();
  }

  private static Code codeOf(SearchStreamResponse response, long id) {
    assertThat(response.getRequestId()).isEqualTo(id);
    assertThat(response.hasStatus()).isTrue();
    return Code.forNumber(response.getStatus().getCode());
  }

  private static ErrorInfo info(Status end) throws Exception {
    return detail(end, ErrorInfo.class);
  }

  private static <T extends com.google.protobuf.Message> T detail(Status end, Class<T> type)
      throws Exception {
    return StatusProto.fromThrowable(end.getCause()).getDetailsList().stream()
        .filter(any -> any.is(type))
        .findFirst()
        .orElseThrow()
        .unpack(type);
  }
}

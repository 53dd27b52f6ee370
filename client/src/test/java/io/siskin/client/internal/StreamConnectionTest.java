package io.siskin.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client's side of a stream against a server that answers only when the test says so. */
@Timeout(60)
class StreamConnectionTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final SearchRequest REQUEST = SearchRequest.text("books", "insects");

  private final HeldStream held = new HeldStream();
  private Server server;
  private ManagedChannel channel;
  private StreamConnection<SearchRequest, SearchResult> stream;

  @BeforeEach
  void open() throws Exception {
    String name = InProcessServerBuilder.generateName();
    server = InProcessServerBuilder.forName(name).directExecutor().addService(held).build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    stream = open(LONG);
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void answersArePairedById() {
    CompletableFuture<SearchResult> first = stream.submit(REQUEST);
    CompletableFuture<SearchResult> second = stream.submit(REQUEST);
    held.answer(1, 22);
    assertThat(first).isNotDone();
    assertThat(second).succeedsWithin(LONG).extracting(SearchResult::unknownTerms).isEqualTo(22);
    held.answer(0, 11);
    assertThat(first).succeedsWithin(LONG).extracting(SearchResult::unknownTerms).isEqualTo(11);
  }

  @Test
  void theDeadlineTravelsWithTheRequest() {
    var _ = stream.submit(REQUEST.withDeadline(Duration.ofMillis(1_500)));
    var _ = stream.submit(REQUEST);

    assertThat(held.requests.get(0).getTimeout())
        .isEqualTo(
            com.google.protobuf.Duration.newBuilder().setSeconds(1).setNanos(500_000_000).build());
    assertThat(held.requests.get(1).getTimeout())
        .isEqualTo(com.google.protobuf.Duration.newBuilder().setSeconds(20).build());
  }

  @Test
  void submittingWaitsForAPlace() throws Exception {
    var _ = stream.submit(REQUEST);
    var _ = stream.submit(REQUEST);
    CompletableFuture<Void> third = new CompletableFuture<>();
    Thread submitter =
        Thread.ofPlatform()
            .start(
                () -> {
                  var _ = stream.submit(REQUEST);
                  third.complete(null);
                });
    long start = System.nanoTime();
    while (submitter.getState() != Thread.State.WAITING) {
      assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos());
      Thread.onSpinWait();
    }

    assertThat(held.requests).hasSize(2);
    held.answer(0, 1);
    assertThat(third).succeedsWithin(LONG);
    assertThat(held.requests).hasSize(3);
    submitter.join(LONG);
  }

  @Test
  void aBrokenStreamFailsWhatIsOutstandingAndWhatFollows() {
    CompletableFuture<SearchResult> outstanding = stream.submit(REQUEST);
    held.responses.onError(Status.UNAVAILABLE.withDescription("gone").asRuntimeException());

    for (int i = 0; i < 5; i++) {
      // More often than there are places: a failed submission gives its place back.
      assertUnavailable(i == 0 ? outstanding : stream.submit(REQUEST));
    }
  }

  @Test
  void aStreamThatTheServerEndsFailsWhatIsOutstanding() {
    CompletableFuture<SearchResult> outstanding = stream.submit(REQUEST);
    held.responses.onCompleted();

    assertUnavailable(outstanding);
  }

  @Test
  void strangeAnswersHarmNobody() {
    CompletableFuture<SearchResult> empty = stream.submit(REQUEST);
    CompletableFuture<SearchResult> good = stream.submit(REQUEST);
    held.answer(77, 1);
    held.responses.onNext(SearchStreamResponse.newBuilder().setRequestId(0).build());
    held.answer(1, 5);

    assertThat(empty)
        .failsWithin(LONG)
        .withThrowableThat()
        .withCauseInstanceOf(SearchException.ServerFault.class);
    assertThat(good).succeedsWithin(LONG);
  }

  @Test
  void closingWaitsForTheAnswers() {
    CompletableFuture<SearchResult> outstanding = stream.submit(REQUEST);
    held.whenHalfClosed =
        () -> {
          held.answer(0, 1);
          held.responses.onCompleted();
        };
    stream.close();

    assertThat(outstanding).isCompleted();
  }

  @Test
  void closingIsPatientWithTheLongestDeadline() throws Exception {
    StreamConnection<SearchRequest, SearchResult> hasty = open(Duration.ofMillis(1));
    CompletableFuture<SearchResult> outstanding = hasty.submit(REQUEST.withDeadline(LONG));
    CountDownLatch halfClosed = new CountDownLatch(1);
    held.whenHalfClosed = halfClosed::countDown;
    Thread closer = Thread.startVirtualThread(hasty::close);
    assertThat(halfClosed.await(20, TimeUnit.SECONDS)).isTrue();
    Thread.sleep(50);
    assertThat(outstanding).isNotDone();
    held.answer(0, 1);
    held.responses.onCompleted();
    closer.join();
    assertThat(outstanding).succeedsWithin(LONG);
  }

  @Test
  void cancellingGivesUpWhatIsOutstanding() {
    CompletableFuture<SearchResult> outstanding = stream.submit(REQUEST);
    stream.cancel();
    stream.cancel();
    assertThat(outstanding)
        .failsWithin(LONG)
        .withThrowableThat()
        .withCauseInstanceOf(SearchException.Cancelled.class);
    assertThatThrownBy(() -> stream.submit(REQUEST)).isInstanceOf(IllegalStateException.class);
    stream.close();
  }

  private StreamConnection<SearchRequest, SearchResult> open(Duration deadline) {
    return StreamConnection.open(
        StreamExchange.ofSearches(SearchServiceGrpc.newStub(channel)),
        2,
        deadline,
        new ErrorMapper(new Target.Name("somewhere:1")));
  }

  private static void assertUnavailable(CompletableFuture<SearchResult> answer) {
    assertThat(answer)
        .failsWithin(LONG)
        .withThrowableThat()
        .withCauseInstanceOf(SearchException.Unavailable.class);
  }

  /** A server that keeps requests and leaves the answers to the test. */
  private static final class HeldStream extends SearchServiceGrpc.SearchServiceImplBase {
    final List<SearchStreamRequest> requests = new CopyOnWriteArrayList<>();
    volatile StreamObserver<SearchStreamResponse> responses;
    volatile Runnable whenHalfClosed = () -> {};

    @Override
    public StreamObserver<SearchStreamRequest> searchStream(
        StreamObserver<SearchStreamResponse> observer) {
      responses = observer;
      return new StreamObserver<>() {
        @Override
        public void onNext(SearchStreamRequest request) {
          requests.add(request);
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {
          whenHalfClosed.run();
        }
      };
    }

    void answer(long id, int unknownTerms) {
      responses.onNext(
          SearchStreamResponse.newBuilder()
              .setRequestId(id)
              .setResponse(SearchResponse.newBuilder().setUnknownTerms(unknownTerms))
              .build());
    }
  }
}

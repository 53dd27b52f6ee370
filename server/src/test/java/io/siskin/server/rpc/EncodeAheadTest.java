package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Deadline;
import io.siskin.index.vector.TokenVector;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SparseVector;
import io.siskin.server.batch.EncoderOverloadedException;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.admission.DrainingException;
import io.siskin.server.rpc.admission.OverloadedException;
import io.siskin.server.rpc.service.Caller;
import io.siskin.server.rpc.service.SearchDispatcher;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.testing.ControlledClock;
import io.siskin.server.testing.FakeTextModel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Searches whose text a model encodes before they are admitted. */
@Timeout(60)
class EncodeAheadTest {
  private static final ModelSide SIDE =
      new ModelSide(new FakeTextModel(64), Side.QUERY, VectorOptions.NONE);

  private static final int QUEUE_CAPACITY = 4;
  private static final SearchRequest TEXT =
      SearchRequest.newBuilder().setCollection("books").setText("moth").build();
  private static final SearchRequest VECTOR =
      SearchRequest.newBuilder()
          .setCollection("books")
          .setVector(SparseVector.newBuilder().addTokens("moth").addWeights(1))
          .build();

  private final FakeRetriever retriever = new FakeRetriever();
  private final AdmissionControl admission = new AdmissionControl(1, QUEUE_CAPACITY, 1_000);
  private final ControlledClock clock = new ControlledClock();
  private final SearchDispatcher dispatcher =
      new SearchDispatcher(retriever, admission, 1 << 20, clock);
  private final CompletableFuture<RetrievalRequest> encoding = new CompletableFuture<>();
  private final BlockingQueue<Object> outcomes = new LinkedBlockingQueue<>();
  private volatile Thread searchedOn;
  private volatile RetrievalRequest searched;
  private volatile Cancellation encodedUntil;

  @AfterEach
  void stop() {
    assertThat(admission.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  private void dispatch() {
    retriever.ahead =
        (request, cancellation) -> {
          encodedUntil = cancellation;
          return encoding;
        };
    retriever.behaviour =
        (request, cancellation) -> {
          searchedOn = Thread.currentThread();
          searched = request;
          return FakeRetriever.answer("d1");
        };
    dispatcher.dispatch(TEXT, null, new Asker(Cancellation.NEVER));
  }

  /** Takes what becomes of a search, until its deadline. */
  private final class Asker implements Caller<SearchResponse> {
    private final Cancellation until;
    private final CallRecord record = CallRecord.current();

    Asker(Cancellation until) {
      this.until = until;
    }

    @Override
    public Cancellation cancellation(@Nullable Deadline deadline) {
      return until;
    }

    @Override
    public CallRecord record() {
      return record;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void succeeded(SearchResponse answer) {
      outcomes.add(answer);
    }

    @Override
    public void failed(Throwable error) {
      outcomes.add(error);
    }
  }

  private static RetrievalRequest encoded() {
    return new RetrievalRequest(
        "books",
        new RetrievalRequest.Query.Encoded("moth", TokenVector.EMPTY, SIDE, 5_000_000_000L, 7, 1),
        10,
        new Evaluation.CollectionDefault(0),
        List.of(),
        false);
  }

  private Object outcome() throws InterruptedException {
    return outcomes.poll(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void theSearchWaitsForItsTextAndRunsOnASearchThread() throws Exception {
    dispatch();
    assertThat(retriever.searchCount).hasValue(0);
    assertThat(retriever.estimateCount).hasValue(0);
    assertThat(admission.queuedCount()).isZero();
    RetrievalRequest request = encoded();
    Thread encoder = new Thread(() -> encoding.complete(request));
    encoder.start();
    SearchResponse response = (SearchResponse) outcome();
    encoder.join();
    assertThat(searched).isSameAs(request);
    assertThat(searchedOn.getName()).startsWith("siskin-search-");
    assertThat(response.getTimings().getQueueNanos()).isGreaterThanOrEqualTo(5_000_000_000L);
  }

  @Test
  void aFullSearchQueueDoesNotRefuseWhatWasEncoded() throws Exception {
    CountDownLatch gate = occupyTheThread();
    for (int i = 0; i < QUEUE_CAPACITY; i++) {
      admission.admit(FakeRetriever.LARGE, new Blocker(new CountDownLatch(1), gate));
    }
    assertThatThrownBy(
            () -> admission.admit(FakeRetriever.LARGE, new Blocker(new CountDownLatch(1), gate)))
        .isInstanceOf(OverloadedException.class);
    dispatch();
    encoding.complete(encoded());
    assertThat(admission.queuedCount()).isEqualTo(QUEUE_CAPACITY + 1);
    gate.countDown();
    assertThat(outcome()).isInstanceOf(SearchResponse.class);
  }

  @Test
  void aLoadOfTextsRefusesNoVectorSearch() throws Exception {
    CountDownLatch gate = occupyTheThread();
    // More texts at the encoder than the search queue has places; all are encoded at once.
    int texts = 10 * QUEUE_CAPACITY;
    for (int i = 0; i < texts; i++) {
      dispatch();
    }
    encoding.complete(encoded());
    assertThat(admission.counts().waitingEncoded()).isEqualTo(texts);
    assertThat(admission.counts().waiting()).isZero();
    retriever.estimate = FakeRetriever.LARGE;
    retriever.ahead = (request, cancellation) -> null;
    for (int i = 0; i < QUEUE_CAPACITY; i++) {
      dispatcher.dispatch(VECTOR, null, new Asker(Cancellation.NEVER));
    }
    assertThat(outcomes).as("refusals").isEmpty();
    assertThat(admission.counts().waiting()).isEqualTo(QUEUE_CAPACITY);
    gate.countDown();
    for (int i = 0; i < texts + QUEUE_CAPACITY; i++) {
      assertThat(outcome()).isInstanceOf(SearchResponse.class);
    }
  }

  @Test
  void encodedSearchesThatWaitKeepFurtherTextsFromTheEncoder() throws Exception {
    CountDownLatch gate = occupyTheThread();
    for (int i = 0; i < QUEUE_CAPACITY; i++) {
      dispatch();
    }
    encoding.complete(encoded());
    assertThat(admission.counts().waitingEncoded()).isEqualTo(QUEUE_CAPACITY);
    CompletableFuture<RetrievalRequest> further = new CompletableFuture<>();
    retriever.ahead =
        (request, cancellation) -> {
          encodedUntil = cancellation;
          return further;
        };
    dispatcher.dispatch(TEXT, null, new Asker(Cancellation.NEVER));
    assertThat(outcome()).isInstanceOf(OverloadedException.class);
    assertThatThrownBy(encodedUntil::check)
        .as("the encoder is told to give the text up")
        .isInstanceOf(QueryCancelledException.class);
    further.complete(encoded());
    assertThat(admission.counts().waitingEncoded()).isEqualTo(QUEUE_CAPACITY);
    assertThat(outcomes).as("a second outcome").isEmpty();
    gate.countDown();
    for (int i = 0; i < QUEUE_CAPACITY; i++) {
      assertThat(outcome()).isInstanceOf(SearchResponse.class);
    }
    assertThat(admission.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
    assertThat(admission.counts().waitingEncoded()).isZero();
  }

  @Test
  void anEncodingLeavesTimeForTheSearch() throws Exception {
    assertThat(reserveOfNextNanos()).isZero();
    CountDownLatch gate = occupyTheThread();
    dispatch();
    encoding.complete(encoded());
    clock.advance(Duration.ofMillis(300));
    gate.countDown();
    assertThat(outcome()).isInstanceOf(SearchResponse.class);
    // The answer comes a moment before it is learnt from, on a thread that this waits for.
    assertThat(admission.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
    // A third of the way from nothing.
    assertThat(reserveOfNextNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
  }

  /** Returns how much earlier than its deadline the next text has to be encoded. */
  private long reserveOfNextNanos() {
    long[] reserveNanos = new long[1];
    long deadlineNanos = TimeUnit.SECONDS.toNanos(10);
    retriever.ahead =
        (request, cancellation) -> {
          reserveNanos[0] = deadlineNanos - cancellation.remainingNanos();
          return CompletableFuture.failedFuture(new IllegalStateException("by the test"));
        };
    Cancellation until = Cancellation.at(clock.getAsLong() + deadlineNanos, () -> false, clock);
    dispatcher.dispatch(TEXT, null, new Asker(until));
    assertThat(outcomes.poll()).isInstanceOf(IllegalStateException.class);
    return reserveNanos[0];
  }

  private CountDownLatch occupyTheThread() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    admission.admit(FakeRetriever.LARGE, new Blocker(entered, gate));
    FakeRetriever.await(entered);
    return gate;
  }

  private static final class Blocker extends AdmissionControl.Task {
    private final CountDownLatch entered;
    private final CountDownLatch gate;

    Blocker(CountDownLatch entered, CountDownLatch gate) {
      this.entered = entered;
      this.gate = gate;
    }

    @Override
    public void execute(long queueNanos) {
      entered.countDown();
      FakeRetriever.await(gate);
    }

    @Override
    public void refuse(OverloadedException reason) {
      throw new AssertionError(reason);
    }

    @Override
    public boolean isAbandoned() {
      return false;
    }
  }

  @Test
  void aTextThatTheCacheHadIsSearchedAtOnce() throws Exception {
    encoding.complete(encoded());
    dispatch();
    assertThat(searchedOn).isSameAs(Thread.currentThread());
    assertThat(outcome()).isInstanceOf(SearchResponse.class);
  }

  @Test
  void aFailedEncodingIsTheAnswer() throws Exception {
    dispatch();
    IllegalStateException failure = new IllegalStateException("by the test");
    encoding.completeExceptionally(failure);
    assertThat(outcome()).isSameAs(failure);
    assertThat(retriever.searchCount).hasValue(0);
  }

  @Test
  void aRefusedTextIsTheAnswer() throws Exception {
    EncoderOverloadedException refusal =
        new EncoderOverloadedException(
            EncoderOverloadedException.Reason.QUEUE_FULL, Duration.ofMillis(3));
    retriever.ahead =
        (request, cancellation) -> {
          throw refusal;
        };
    dispatcher.dispatch(TEXT, null, new Asker(Cancellation.NEVER));
    assertThat(outcome()).isSameAs(refusal);
  }

  @Test
  void whatIsEncodedTooLateIsNotSearched() throws Exception {
    dispatch();
    assertThat(admission.close(Duration.ofSeconds(1))).isTrue();
    encoding.complete(encoded());
    assertThat(outcome()).isInstanceOf(DrainingException.class);
  }
}

package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Deadline;
import io.siskin.index.vector.TokenVector;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.server.batch.EncoderOverloadedException;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.retrieve.Evaluation;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.admission.DrainingException;
import io.siskin.server.rpc.admission.OverloadedException;
import io.siskin.server.rpc.service.Caller;
import io.siskin.server.rpc.service.SearchDispatcher;
import io.siskin.server.search.Cancellation;
import io.siskin.server.testing.FakeTextModel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Searches whose text a model encodes before they are admitted. */
@Timeout(60)
class EncodeAheadTest {
  private static final ModelSide SIDE =
      new ModelSide(new FakeTextModel(64), Side.QUERY, VectorOptions.NONE);

  private final FakeRetriever retriever = new FakeRetriever();
  private final AdmissionControl admission = new AdmissionControl(1, 4, 1_000);
  private final SearchDispatcher dispatcher = new SearchDispatcher(retriever, admission, 1 << 20);
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
    dispatch(null);
  }

  private void dispatch(Deadline deadline) {
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
    dispatcher.dispatch(
        SearchRequest.newBuilder().setCollection("books").setText("moth").build(),
        deadline,
        new Caller<>() {
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
        });
  }

  private static RetrievalRequest encoded() {
    return new RetrievalRequest(
        "books",
        new RetrievalRequest.Query.Encoded("moth", TokenVector.EMPTY, SIDE, 5_000_000_000L, 7),
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
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(1);
    admission.admit(FakeRetriever.LARGE, new Blocker(entered, gate));
    FakeRetriever.await(entered);
    for (int i = 0; i < 4; i++) {
      admission.admit(FakeRetriever.LARGE, new Blocker(entered, gate));
    }
    assertThatThrownBy(() -> admission.admit(FakeRetriever.LARGE, new Blocker(entered, gate)))
        .isInstanceOf(OverloadedException.class);
    dispatch();
    encoding.complete(encoded());
    assertThat(admission.queuedCount()).isEqualTo(5);
    gate.countDown();
    assertThat(outcome()).isInstanceOf(SearchResponse.class);
  }

  @Test
  void anEncodingLeavesTimeForTheSearch() throws Exception {
    dispatch(Deadline.after(10, TimeUnit.SECONDS));
    long first = encodedUntil.remainingNanos();
    assertThat(first).isBetween(1L, TimeUnit.SECONDS.toNanos(10));
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    admission.admit(FakeRetriever.LARGE, new Blocker(entered, gate));
    encoding.complete(encoded());
    Thread.sleep(300);
    gate.countDown();
    assertThat(outcome()).isInstanceOf(SearchResponse.class);
    // The answer comes a moment before it is learnt from; what is known already is searched at
    // once.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FakeRetriever.WAIT_SECONDS);
    do {
      assertThat(System.nanoTime()).isLessThan(end);
      dispatch(Deadline.after(10, TimeUnit.SECONDS));
    } while (encodedUntil.remainingNanos() > TimeUnit.MILLISECONDS.toNanos(9_900));
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
    CompletableFuture<Throwable> failed = new CompletableFuture<>();
    dispatcher.dispatch(
        SearchRequest.newBuilder().setCollection("books").setText("moth").build(),
        null,
        new Caller<>() {
          @Override
          public boolean isCancelled() {
            return false;
          }

          @Override
          public void succeeded(SearchResponse answer) {
            failed.completeExceptionally(new AssertionError("answered"));
          }

          @Override
          public void failed(Throwable error) {
            failed.complete(error);
          }
        });
    assertThat(failed.get(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isSameAs(refusal);
  }

  @Test
  void whatIsEncodedTooLateIsNotSearched() throws Exception {
    dispatch();
    assertThat(admission.close(Duration.ofSeconds(1))).isTrue();
    encoding.complete(encoded());
    assertThat(outcome()).isInstanceOf(DrainingException.class);
  }
}

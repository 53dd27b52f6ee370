package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.vector.TokenVector;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.server.batch.EncoderOverloadedException;
import io.siskin.server.encode.ModelSide;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.VectorOptions;
import io.siskin.server.retrieve.Evaluation;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.testing.FakeTextModel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
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

  @AfterEach
  void stop() {
    assertThat(admission.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  private void dispatch() {
    retriever.ahead = request -> encoding;
    retriever.behaviour =
        (request, interruption) -> {
          searchedOn = Thread.currentThread();
          searched = request;
          return FakeRetriever.answer("d1");
        };
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
        request -> {
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

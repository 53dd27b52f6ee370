package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.ClientOptions;
import io.siskin.client.EncodeRequest;
import io.siskin.client.EncodeRequest.Side;
import io.siskin.client.EncodeResult;
import io.siskin.client.EncodeStream;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SparseVector;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.DynamicBatcher;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.testing.FakeTextModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client's stream of encodings against a real server over loopback. */
@Timeout(60)
class EncodeStreamTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int QUEUE_CAPACITY = 256;

  private final FakeTextModel model = new FakeTextModel(64);
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch gate = new CountDownLatch(1);
  private final DynamicBatcher encoder =
      new DynamicBatcher(
          "fake",
          model,
          BatchingOptions.DEFAULTS.withQueueCapacity(QUEUE_CAPACITY),
          new EncodingCache(1 << 20));
  private GrpcServer server;
  private SearchClient client;

  @BeforeEach
  void start() throws Exception {
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            FakeBackends.of(new FakeRetriever(), new FakeTextEncoders(model, encoder)));
    client = connect(ClientOptions.of("localhost:" + server.port()).withDeadline(LONG));
  }

  private static SearchClient connect(ClientOptions options) {
    return SearchClient.connect(options);
  }

  @AfterEach
  void stop() {
    gate.countDown();
    client.close();
    server.close();
    assertThat(encoder.close(LONG)).isTrue();
  }

  private void holdTheModel() {
    model.onInfer(
        texts -> {
          entered.countDown();
          try {
            gate.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** So that the rate by which texts are refused is not that of the first batches. */
  private void warm() {
    for (int i = 0; i < 200; i++) {
      client.encode(request(Side.DOCUMENT, "warm w" + i, "lamp"));
    }
  }

  private static EncodeRequest request(Side side, String... texts) {
    return EncodeRequest.byModel("fake", side, List.of(texts));
  }

  @Test
  void manyRequestsAreAnsweredEachForItself() {
    warm();
    List<CompletableFuture<EncodeResult>> answers = new ArrayList<>();
    try (EncodeStream stream = client.openEncodeStream()) {
      for (int i = 0; i < 300; i++) {
        EncodeRequest request =
            i == 150
                ? EncodeRequest.byModel("other", Side.DOCUMENT, List.of("x"))
                : request(Side.DOCUMENT, "moth m" + i, "lamp").withTokens();
        answers.add(stream.submit(request));
      }
    }
    for (int i = 0; i < 300; i++) {
      assertThat(answers.get(i)).as("closing has waited for all").isDone();
      if (i == 150) {
        assertFails(answers.get(i), SearchException.NotFound.class);
        continue;
      }
      EncodeResult result = answers.get(i).join();
      assertThat(result.encodings()).hasSize(2);
      EncodeResult.Encoding first = result.encodings().getFirst();
      assertThat(first.sparse())
          .isEqualTo(SparseVector.ofTokens(new String[] {"m" + i, "moth"}, new float[] {1, 1}));
      assertThat(first.tokens()).containsExactly("moth", "m" + i);
      assertThat(first.timings().infer()).isPositive();
      assertThat(result.total()).isGreaterThanOrEqualTo(first.timings().infer());
    }
  }

  @Test
  void aCachedQueryIsSaidToBeOne() {
    try (EncodeStream stream = client.openEncodeStream()) {
      assertThat(stream.submit(request(Side.QUERY, "moth")).join().encodings().getFirst().cached())
          .isFalse();
      assertThat(stream.submit(request(Side.QUERY, "moth")).join().encodings().getFirst().cached())
          .isTrue();
    }
  }

  @Test
  void submittingWaitsWhileTooMuchIsUnanswered() throws Exception {
    holdTheModel();
    try (SearchClient narrow =
            connect(
                ClientOptions.of("localhost:" + server.port())
                    .withDeadline(LONG)
                    .withStreamInFlightMax(2));
        EncodeStream stream = narrow.openEncodeStream()) {
      List<CompletableFuture<EncodeResult>> answers = new ArrayList<>();
      answers.add(stream.submit(request(Side.QUERY, "a")));
      answers.add(stream.submit(request(Side.QUERY, "b")));
      CompletableFuture<CompletableFuture<EncodeResult>> third = new CompletableFuture<>();
      Thread submitter =
          Thread.ofPlatform().start(() -> third.complete(stream.submit(request(Side.QUERY, "c"))));
      while (submitter.getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
      assertThat(third).isNotDone();
      gate.countDown();
      assertThat(third.join().join().encodings()).hasSize(1);
      assertThat(answers).allSatisfy(answer -> assertThat(answer).succeedsWithin(LONG));
    }
  }

  @Test
  void aDeadlineIsTheRequestsOwn() throws Exception {
    holdTheModel();
    try (EncodeStream stream = client.openEncodeStream()) {
      CompletableFuture<EncodeResult> patient = stream.submit(request(Side.QUERY, "a"));
      entered.await();
      CompletableFuture<EncodeResult> hasty =
          stream.submit(request(Side.QUERY, "b").withDeadline(Duration.ofMillis(30)));
      Thread.sleep(60);
      gate.countDown();
      assertFails(hasty, SearchException.DeadlineExceeded.class);
      assertThat(patient).succeedsWithin(LONG);
      assertFails(
          stream.submit(request(Side.QUERY, "b").withDeadline(Duration.ofMillis(-1))),
          SearchException.InvalidRequest.class);
    }
  }

  @Test
  void aFullQueueIsRefusedWithADelay() throws Exception {
    holdTheModel();
    try (EncodeStream stream = client.openEncodeStream()) {
      CompletableFuture<EncodeResult> first = stream.submit(request(Side.QUERY, "first"));
      entered.await();
      String[] texts = new String[QUEUE_CAPACITY];
      for (int i = 0; i < texts.length; i++) {
        texts[i] = "t" + i;
      }
      CompletableFuture<EncodeResult> refused = stream.submit(request(Side.QUERY, texts));
      assertThat(refused)
          .failsWithin(LONG)
          .withThrowableThat()
          .havingCause()
          .isInstanceOfSatisfying(
              SearchException.Exhausted.class,
              error -> assertThat(error.retryDelay()).isPositive());
      gate.countDown();
      assertThat(first).succeedsWithin(LONG);
    }
  }

  @Test
  void whatIsCancelledIsNotEncoded() throws Exception {
    holdTheModel();
    EncodeStream stream = client.openEncodeStream();
    CompletableFuture<EncodeResult> begun = stream.submit(request(Side.QUERY, "begun"));
    entered.await();
    CompletableFuture<EncodeResult> waiting = stream.submit(request(Side.QUERY, "waiting"));
    while (encoder.metrics().waitingInteractive() < 2) {
      Thread.sleep(1);
    }
    stream.cancel();
    assertFails(begun, SearchException.Cancelled.class);
    assertFails(waiting, SearchException.Cancelled.class);
    assertThatThrownBy(() -> stream.submit(request(Side.QUERY, "late")))
        .isInstanceOf(IllegalStateException.class);
    stream.close();
    while (server.counts().calls().get("siskin.v1.EncodeService/EncodeStream").inFlight() > 0) {
      Thread.sleep(1);
    }
    gate.countDown();
    while (encoder.metrics().waitingInteractive() > 0) {
      Thread.sleep(1);
    }
    assertThat(model.batches()).containsExactly(List.of("begun"));
    assertThat(encoder.metrics().dropped()).isEqualTo(1);
  }

  @Test
  void aServerThatEndsFailsWhatIsUnansweredAndWhatFollows() {
    holdTheModel();
    EncodeStream stream = client.openEncodeStream();
    CompletableFuture<EncodeResult> outstanding = stream.submit(request(Side.QUERY, "a"));
    assertThat(server.shutdown(Duration.ZERO)).isTrue();
    assertFails(outstanding, SearchException.Unavailable.class, SearchException.Cancelled.class);
    assertFails(
        stream.submit(request(Side.QUERY, "b")),
        SearchException.Unavailable.class,
        SearchException.Cancelled.class);
    stream.close();
  }

  private static void assertFails(CompletableFuture<EncodeResult> answer, Class<?>... types) {
    assertThat(answer).failsWithin(LONG).withThrowableThat().havingCause().isInstanceOfAny(types);
  }
}

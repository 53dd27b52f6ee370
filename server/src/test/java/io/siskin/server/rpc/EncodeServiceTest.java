package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.siskin.index.vector.TokenVector;
import io.siskin.proto.v1.EncodeInput;
import io.siskin.proto.v1.EncodePriority;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeResponse;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.EncodeSide;
import io.siskin.proto.v1.EncodeStreamRequest;
import io.siskin.proto.v1.EncodeStreamResponse;
import io.siskin.proto.v1.Encoding;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.DynamicBatcher;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.rpc.mapping.EncodeMapper;
import io.siskin.server.testing.FakeTextModel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Encoding over an in-process transport, by a fake model behind the real front end. */
@Timeout(60)
class EncodeServiceTest {
  private static final int QUEUE_CAPACITY = 1_024;

  private final FakeTextModel model = new FakeTextModel(64);
  private final CountDownLatch gate = new CountDownLatch(1);
  private DynamicBatcher encoder;
  private GrpcServices services;
  private Server server;
  private ManagedChannel channel;
  private EncodeServiceGrpc.EncodeServiceStub stub;

  @BeforeEach
  void start() throws Exception {
    encoder =
        new DynamicBatcher(
            "fake",
            model,
            BatchingOptions.DEFAULTS.withQueueCapacity(QUEUE_CAPACITY),
            new EncodingCache(1 << 20));
    services =
        new GrpcServices(
            GrpcServerOptions.builder().searchThreads(1).responseBytesMax(100_000).build(),
            FakeBackends.of(new FakeRetriever(), new FakeTextEncoders(model, encoder)));
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    services.addTo(builder);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    stub = EncodeServiceGrpc.newStub(channel);
  }

  @AfterEach
  void stop() throws Exception {
    gate.countDown();
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(services.close(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
    assertThat(encoder.close(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  private static EncodeRequest.Builder queries(String... texts) {
    EncodeRequest.Builder request =
        EncodeRequest.newBuilder().setModel("fake").setSide(EncodeSide.ENCODE_SIDE_QUERY);
    for (String text : texts) {
      request.addInputs(EncodeInput.newBuilder().setText(text));
    }
    return request;
  }

  private Recorder<EncodeResponse> encode(EncodeRequest.Builder request) {
    Recorder<EncodeResponse> call = new Recorder<>();
    stub.encode(request.build(), call);
    return call;
  }

  private com.google.rpc.Status failure(EncodeRequest.Builder request) throws Exception {
    return StatusProto.fromThrowable(encode(request).end().getCause());
  }

  private void holdTheModel() throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(1);
    model.onInfer(
        texts -> {
          entered.countDown();
          FakeRetriever.await(gate);
        });
    encode(queries("held"));
    assertThat(entered.await(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private void assertEncoded(Encoding encoding, String text) {
    Map<String, Float> weights = new HashMap<>();
    for (int i = 0; i < encoding.getSparse().getTokensCount(); i++) {
      weights.put(encoding.getSparse().getTokens(i), encoding.getSparse().getWeights(i));
    }
    TextEncoding.Sparse expected = (TextEncoding.Sparse) model.encode(text);
    assertThat(TokenVector.of(weights)).isEqualTo(expected.vector());
  }

  @Test
  void textsComeBackInTheirOrderWithTheirTimes() throws Exception {
    EncodeResponse response = encode(queries("b a b", "", "c").setTokens(true)).next();
    assertThat(response.getEncodingsCount()).isEqualTo(3);
    assertEncoded(response.getEncodings(0), "b a b");
    assertEncoded(response.getEncodings(1), "");
    assertEncoded(response.getEncodings(2), "c");
    assertThat(response.getEncodings(0).getTokensList()).containsExactly("b", "a");
    assertThat(response.getEncodings(0).getTimings().getInferNanos()).isPositive();
    assertThat(response.getEncodings(0).getTimings().getPoolNanos()).isPositive();
    assertThat(response.getEncodings(0).getTimings().getQueueNanos()).isPositive();
    assertThat(response.getEncodings(0).getTimings().getTokenizeNanos()).isPositive();
    assertThat(response.getTotalNanos()).isPositive();
    assertThat(response.getEncodings(0).getCached()).isFalse();
    Encoding again = encode(queries("c")).next().getEncodings(0);
    assertThat(again.getCached()).isTrue();
    assertThat(again.getTokensCount()).isZero();
    assertEncoded(again, "c");
  }

  @Test
  void manyTextsAreAnsweredFromASearchThread() throws Exception {
    String[] texts = new String[EncodeMapper.INPUT_COUNT_MAX];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = "t" + i;
    }
    EncodeResponse response = encode(queries(texts)).next();
    for (int i = 0; i < texts.length; i++) {
      assertEncoded(response.getEncodings(i), texts[i]);
    }
  }

  @Test
  void aCollectionWithoutAModelEncodesOnASearchThread() throws Exception {
    EncodeResponse response =
        encode(queries("a b").setCollection("books").setSide(EncodeSide.ENCODE_SIDE_DOCUMENT))
            .next();
    assertEncoded(response.getEncodings(0), "a b");
    assertThat(response.getEncodings(0).getTimings().getTokenizeNanos()).isEqualTo(7);
  }

  @Test
  void whatIsOutsideItsRangeIsNamed() throws Exception {
    assertInvalid(queries("a").clearEncoder(), "encoder");
    assertInvalid(queries("a").setModel(""), "model");
    assertInvalid(queries("a").clearSide(), "side");
    assertInvalid(queries(), "inputs");
    assertInvalid(queries("x".repeat(65_537)), "inputs[0].text");
    assertInvalid(
        queries("a").addInputs(EncodeInput.newBuilder().setText("abc").addChunkEnds(2)),
        "inputs[1]");
    String[] many = new String[EncodeMapper.INPUT_COUNT_MAX + 1];
    java.util.Arrays.fill(many, "a");
    assertInvalid(queries(many), "inputs");
  }

  private void assertInvalid(EncodeRequest.Builder request, String field) throws Exception {
    com.google.rpc.Status status = failure(request);
    assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT.getNumber());
    assertThat(
            status
                .getDetails(0)
                .unpack(com.google.rpc.BadRequest.class)
                .getFieldViolations(0)
                .getField())
        .isEqualTo(field);
  }

  @Test
  void anUnknownModelIsNotFound() throws Exception {
    com.google.rpc.Status status = failure(queries("a").setModel("other"));
    assertThat(status.getCode()).isEqualTo(Code.NOT_FOUND.getNumber());
    assertThat(status.getDetails(0).unpack(ResourceInfo.class).getResourceName())
        .isEqualTo("other");
  }

  @Test
  void aFullQueueIsRefusedWithAHint() throws Exception {
    holdTheModel();
    EncodeRequest.Builder fill = queries();
    for (int i = 0; i < QUEUE_CAPACITY - 1; i++) {
      fill.addInputs(EncodeInput.newBuilder().setText("t" + i));
    }
    encode(fill);
    com.google.rpc.Status status = failure(queries("one more"));
    assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED.getNumber());
    assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason())
        .isEqualTo("ENCODER_QUEUE_FULL");
    Duration delay = status.getDetails(1).unpack(RetryInfo.class).getRetryDelay();
    assertThat(delay.getSeconds() * 1_000_000_000L + delay.getNanos()).isPositive();
  }

  @Test
  void aCallWhoseCallerLeavesIsNotInferred() throws Exception {
    holdTheModel();
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(() -> encode(queries("abandoned")));
    context.cancel(null);
    Recorder<EncodeResponse> late = new Recorder<>();
    stub.withDeadlineAfter(java.time.Duration.ofMillis(20)).encode(queries("late").build(), late);
    assertThat(late.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    Recorder<EncodeResponse> patient = encode(queries("patient"));
    gate.countDown();
    assertThat(patient.end()).isEqualTo(Status.OK);
    assertThat(model.timesInferred("abandoned")).isZero();
    assertThat(model.timesInferred("late")).isZero();
  }

  @Test
  void anAnswerThatIsTooLargeIsRefused() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      text.append("w".repeat(1_000)).append(i).append(' ');
    }
    com.google.rpc.Status status =
        failure(
            queries(text.toString(), text + "x", text + "y")
                .setPriority(EncodePriority.ENCODE_PRIORITY_BULK));
    assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED.getNumber());
    assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason())
        .isEqualTo("RESPONSE_TOO_LARGE");
  }

  @Test
  void aStreamAnswersEachRequestForItself() throws Exception {
    Recorder<EncodeStreamResponse> answers = new Recorder<>();
    StreamObserver<EncodeStreamRequest> stream = stub.encodeStream(answers);
    for (int i = 0; i < 10; i++) {
      stream.onNext(
          EncodeStreamRequest.newBuilder()
              .setRequestId(i)
              .setEncode(i == 3 ? queries("a").clearSide() : queries("text " + i))
              .setTimeout(Duration.newBuilder().setSeconds(20))
              .build());
    }
    stream.onCompleted();
    for (int i = 0; i < 10; i++) {
      EncodeStreamResponse answer = answers.next();
      if (answer.getRequestId() == 3) {
        assertThat(answer.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT.getNumber());
      } else {
        assertEncoded(answer.getResponse().getEncodings(0), "text " + answer.getRequestId());
      }
    }
    assertThat(answers.end()).isEqualTo(Status.OK);
  }

  @Test
  void aDrainedStreamEnds() throws Exception {
    Recorder<EncodeStreamResponse> answers = new Recorder<>();
    stub.encodeStream(answers);
    services.drainStreams();
    assertThat(answers.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }
}

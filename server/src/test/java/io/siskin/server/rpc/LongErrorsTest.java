package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ResourceInfo;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.EncodeInput;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.EncodeSide;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.ListCollectionsRequest;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SparseVector;
import io.siskin.server.retrieve.CollectionNotFoundException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Errors that quote long names, over a socket to a client with default limits, which takes 8 KiB of
 * headers: the status and its details arrive.
 */
@Timeout(120)
class LongErrorsTest {
  private static final int LONG = 65_536;

  private final FakeRetriever retriever = new FakeRetriever();
  private GrpcServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE));
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .disableRetry()
            .build();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    assertThat(channel.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "%", "é", "🐦"})
  void namesInRequests(String character) throws Exception {
    String name = character.repeat(LONG);
    assertInvalid(
        "collection", search(SearchRequest.newBuilder().setCollection(name).setText("x")));
    assertInvalid(
        "name",
        failure(
            () ->
                CollectionServiceGrpc.newBlockingStub(channel)
                    .getCollection(GetCollectionRequest.newBuilder().setName(name).build())));
    assertInvalid(
        "page_token",
        failure(
            () ->
                CollectionServiceGrpc.newBlockingStub(channel)
                    .listCollections(
                        ListCollectionsRequest.newBuilder().setPageToken(name + "?").build())));
    assertInvalid("model", encode(name));
    String token = character.repeat(2_048);
    assertInvalid(
        "vector",
        search(
            SearchRequest.newBuilder()
                .setCollection("books")
                .setVector(SparseVector.newBuilder().addTokens(token).addWeights(Float.NaN))));
  }

  @Test
  void aModelThatIsNotThere() throws Exception {
    StatusRuntimeException error = encode("🐦".repeat(127));

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(detail(error, ResourceInfo.class).getResourceType()).isEqualTo("model");
    assertThat(detail(error, ResourceInfo.class).getResourceName()).startsWith("🐦🐦🐦");
  }

  @Test
  void everyPartOfAnErrorMayBeLong() throws Exception {
    String text = "🐦".repeat(LONG);
    retriever.behaviour =
        (request, cancellation) -> {
          throw new InvalidInputException(text, text, text).at(text);
        };
    StatusRuntimeException error =
        search(SearchRequest.newBuilder().setCollection("books").setText("x"));

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(error.getStatus().getDescription()).contains("… is ").contains("…; allowed: 🐦");
    assertThat(detail(error, BadRequest.class).getFieldViolationsCount()).isEqualTo(1);
  }

  @Test
  void aHundredCollectionsAreNotListed() throws Exception {
    List<String> known = IntStream.range(0, 100).mapToObj(i -> "b".repeat(120) + i).toList();
    retriever.behaviour =
        (request, cancellation) -> {
          throw new CollectionNotFoundException("b".repeat(120), known);
        };
    StatusRuntimeException error =
        search(SearchRequest.newBuilder().setCollection("books").setText("x"));

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(error.getStatus().getDescription())
        .endsWith("b0, " + known.get(1) + ", " + known.get(2));
    assertThat(detail(error, ResourceInfo.class).getResourceType()).isEqualTo("collection");
  }

  @Test
  void theHealthServiceHasALimitOfItsOwn() throws Exception {
    StatusRuntimeException error =
        failure(
            () ->
                HealthGrpc.newBlockingStub(channel)
                    .check(HealthCheckRequest.newBuilder().setService("🐦".repeat(LONG)).build()));

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  private StatusRuntimeException search(SearchRequest.Builder request) {
    return failure(() -> SearchServiceGrpc.newBlockingStub(channel).search(request.build()));
  }

  private StatusRuntimeException encode(String model) {
    return failure(
        () ->
            EncodeServiceGrpc.newBlockingStub(channel)
                .encode(
                    EncodeRequest.newBuilder()
                        .setModel(model)
                        .setSide(EncodeSide.ENCODE_SIDE_QUERY)
                        .addInputs(EncodeInput.newBuilder().setText("x"))
                        .build()));
  }

  private static void assertInvalid(String field, StatusRuntimeException error) throws Exception {
    assertThat(error.getStatus().getCode())
        .as("%s", error.getStatus())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    BadRequest details = detail(error, BadRequest.class);
    assertThat(details.getFieldViolations(0).getField()).isEqualTo(field);
    assertThat(details.getFieldViolations(0).getDescription()).contains("; allowed: ");
  }

  private static StatusRuntimeException failure(Runnable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call::run);
  }

  private static <T extends Message> T detail(StatusRuntimeException error, Class<T> type)
      throws Exception {
    for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + error);
  }
}

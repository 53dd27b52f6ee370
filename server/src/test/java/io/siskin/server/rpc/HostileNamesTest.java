package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that would lead out of the data directory, or to its own files, are refused everywhere. */
@Timeout(60)
class HostileNamesTest {
  private static final Set<String> NAME_FIELDS =
      Set.of("name", "collection", "alias", "snapshot", "new_collection", "pipeline");
  private static final List<String> HOSTILE =
      List.of(
          "..",
          ".",
          "../books",
          "/etc/passwd",
          "a/b",
          "a\\b",
          "a\0b",
          "a b",
          "a\nb",
          ".models",
          ".keys.json",
          ".server-lock",
          ".dropped-books-1",
          "-a",
          "aliases.json",
          "..%2fbooks",
          "\u2025",
          "\uff0e\uff0e\uff0fbooks",
          "b\u043e\u043eks",
          "books\u0301",
          "books\u202e",
          "\ud83d\ude00",
          "*",
          "a".repeat(129),
          "a".repeat(100_000));

  private final FakeCollections fake = new FakeCollections();
  private GrpcServices services;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    services =
        new GrpcServices(
            GrpcServerOptions.builder().searchThreads(1).build(),
            FakeBackends.of(new FakeRetriever(), FakeTextEncoders.NONE, fake));
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    services.addTo(builder);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(services.close(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  @SuppressWarnings("unchecked") // All methods have messages of protobuf.
  private static List<MethodDescriptor<Message, Message>> methods() {
    List<MethodDescriptor<Message, Message>> unary = new ArrayList<>();
    Stream.of(
            CollectionServiceGrpc.getServiceDescriptor(),
            PipelineServiceGrpc.getServiceDescriptor(),
            DocumentServiceGrpc.getServiceDescriptor(),
            SearchServiceGrpc.getServiceDescriptor(),
            EncodeServiceGrpc.getServiceDescriptor())
        .flatMap(service -> service.getMethods().stream())
        .filter(method -> method.getType().clientSendsOneMessage())
        .forEach(method -> unary.add((MethodDescriptor<Message, Message>) method));
    return unary;
  }

  @Test
  void everyFieldThatNamesSomethingIsChecked() {
    int tried = 0;
    for (MethodDescriptor<Message, Message> method : methods()) {
      Message empty =
          ((MethodDescriptor.PrototypeMarshaller<Message>) method.getRequestMarshaller())
              .getMessagePrototype();
      List<FieldDescriptor> names =
          empty.getDescriptorForType().getFields().stream()
              .filter(field -> NAME_FIELDS.contains(field.getName()))
              .toList();
      for (FieldDescriptor hostile : names) {
        for (String name : HOSTILE) {
          Message.Builder request = empty.newBuilderForType();
          names.forEach(field -> request.setField(field, field == hostile ? name : "good"));
          assertThat(violation(method, request.build()))
              .as("%s of %s as '%s'", hostile.getName(), method.getBareMethodName(), name)
              .isEqualTo(hostile.getName());
          tried++;
        }
      }
    }
    assertThat(tried).isGreaterThanOrEqualTo(24 * HOSTILE.size());
    assertThat(fake.asked).isEmpty();
    assertThat(fake.upserts).isEmpty();
  }

  private String violation(MethodDescriptor<Message, Message> method, Message request) {
    try {
      ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, request);
    } catch (StatusRuntimeException refused) {
      Status status = StatusProto.fromThrowable(refused);
      assertThat(refused.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.INVALID_ARGUMENT);
      return status.getDetailsList().stream()
          .filter(detail -> detail.is(BadRequest.class))
          .map(HostileNamesTest::field)
          .findFirst()
          .orElse("");
    }
    throw new AssertionError(method.getFullMethodName() + " took " + request);
  }

  private static String field(Any detail) {
    try {
      return detail.unpack(BadRequest.class).getFieldViolations(0).getField();
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTextThatIsTooLongIsRefusedWithItsField() {
    SearchRequest request =
        SearchRequest.newBuilder()
            .setCollection("books")
            .setText("x")
            .setTenant("t".repeat(32_767))
            .build();
    assertThatThrownBy(() -> SearchServiceGrpc.newBlockingStub(channel).search(request))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused ->
                assertThat(refused.getStatus().getDescription())
                    .contains("tenant is 32767 characters", "at most 32766"));
  }
}

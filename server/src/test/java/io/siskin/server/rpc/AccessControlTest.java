package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.siskin.index.testing.Repository;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.DropCollectionRequest;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.GetCallerRequest;
import io.siskin.proto.v1.GetCallerResponse;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.GetServerRequest;
import io.siskin.proto.v1.ListCollectionsRequest;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import io.siskin.proto.v1.ServerServiceGrpc;
import io.siskin.proto.v1.SetAliasRequest;
import io.siskin.server.access.ApiKey;
import io.siskin.server.access.AttemptLimit;
import io.siskin.server.access.Grant;
import io.siskin.server.access.KeyFile;
import io.siskin.server.access.KeyStore;
import io.siskin.server.access.KeyText;
import io.siskin.server.access.Role;
import io.siskin.server.rpc.access.AuditLog;
import io.siskin.server.rpc.access.AuditOptions;
import io.siskin.server.rpc.observe.Observation;
import io.siskin.server.rpc.service.ServerFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Services that ask for keys. What each method needs is what {@code docs/security.md} says. */
@Timeout(60)
class AccessControlTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `([\\w./]+/\\w+)` \\| ([a-z ]+) \\| ([^|]*) \\|$", Pattern.MULTILINE);
  private static final Pattern FIELD = Pattern.compile("`([a-z_.]+)`");
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir private Path folder;
  private final FakeCollections fake = new FakeCollections();
  private final FakeRetriever retriever = new FakeRetriever();
  private KeyStore keys;
  private AuditLog audit;
  private GrpcServices services;
  private Server server;
  private ManagedChannel channel;

  /**
   * A row of the document.
   *
   * @param method the method
   * @param need none, any key, read, write or admin
   * @param fields the fields that name collections
   */
  record Row(String method, String need, List<String> fields) {}

  static Stream<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    Matcher row = ROW.matcher(Files.readString(Repository.root().resolve("docs/security.md")));
    while (row.find()) {
      List<String> fields = new ArrayList<>();
      Matcher field = FIELD.matcher(row.group(3));
      while (field.find()) {
        fields.add(field.group(1));
      }
      rows.add(new Row(row.group(1), row.group(2).strip(), fields));
    }
    assertThat(rows).hasSizeGreaterThan(30);
    return rows.stream();
  }

  @BeforeEach
  void start() throws IOException {
    Path file = folder.resolve("keys.json");
    KeyFile.change(file, all -> all);
    keys = KeyStore.open(file, InstantSource.system());
    audit = AuditLog.start(new AuditOptions(folder.resolve("audit.log"), true, 1 << 20, 2));
    services =
        new GrpcServices(
            GrpcServerOptions.builder().searchThreads(1).build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE, fake),
            ServerFacts.UNKNOWN,
            new Protection(keys, true, null, audit),
            Observation.off());
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
    audit.close();
    keys.close();
  }

  private String create(@Nullable Instant expires, Grant... grants) throws Exception {
    KeyText text = KeyText.create(new SecureRandom());
    ApiKey key = ApiKey.of(text, "", List.of(grants), Instant.now(), expires);
    KeyFile.change(
        keys.file(),
        all -> {
          all.put(key.id(), key);
          return all;
        });
    keys.look();
    return text.reveal();
  }

  private void revokeAll() throws Exception {
    KeyFile.change(keys.file(), _ -> new LinkedHashMap<>());
    keys.look();
    assertThat(keys.count()).isZero();
  }

  private Channel with(String header, String value) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER), value);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private Channel with(String key) {
    return with("authorization", "Bearer " + key);
  }

  private static Grant grant(Role role, String... collections) {
    return new Grant(role, Arrays.asList(collections));
  }

  private MethodDescriptor<Message, Message> method(String name) {
    return server.getServices().stream()
        .flatMap(service -> service.getServiceDescriptor().getMethods().stream())
        .filter(method -> method.getFullMethodName().equals(name))
        .findFirst()
        .map(AccessControlTest::typed)
        .orElseThrow();
  }

  @SuppressWarnings("unchecked") // All methods have messages of protobuf.
  private static MethodDescriptor<Message, Message> typed(MethodDescriptor<?, ?> method) {
    String name = method.getFullMethodName();
    return (MethodDescriptor<Message, Message>)
        Stream.of(
                SearchServiceGrpc.getServiceDescriptor(),
                CollectionServiceGrpc.getServiceDescriptor(),
                PipelineServiceGrpc.getServiceDescriptor(),
                DocumentServiceGrpc.getServiceDescriptor(),
                EncodeServiceGrpc.getServiceDescriptor(),
                ServerServiceGrpc.getServiceDescriptor(),
                HealthGrpc.getServiceDescriptor(),
                io.grpc.reflection.v1.ServerReflectionGrpc.getServiceDescriptor(),
                reflectionOfOldTools())
            .flatMap(service -> service.getMethods().stream())
            .filter(found -> found.getFullMethodName().equals(name))
            .findFirst()
            .orElseThrow();
  }

  @SuppressWarnings("deprecation") // v1alpha is what older tools speak.
  private static io.grpc.ServiceDescriptor reflectionOfOldTools() {
    return io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServiceDescriptor();
  }

  private static Message request(
      MethodDescriptor<Message, Message> method, List<String> fields, String name) {
    com.google.protobuf.Descriptors.Descriptor type =
        ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor())
            .getMethodDescriptor()
            .getInputType();
    Message.Builder builder =
        ((io.grpc.MethodDescriptor.PrototypeMarshaller<Message>) method.getRequestMarshaller())
            .getMessagePrototype()
            .newBuilderForType();
    assertThat(builder.getDescriptorForType()).isEqualTo(type);
    for (String path : fields) {
      Message.Builder parent = builder;
      String[] steps = path.split("\\.");
      for (int i = 0; i < steps.length - 1; i++) {
        parent = parent.getFieldBuilder(field(parent, steps[i]));
      }
      parent.setField(field(parent, steps[steps.length - 1]), name);
    }
    return builder.build();
  }

  private static FieldDescriptor field(Message.Builder message, String name) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
    assertThat(field).as(name).isNotNull();
    return field;
  }

  private Status.Code call(
      Channel from, MethodDescriptor<Message, Message> method, Message request) {
    try {
      ClientCalls.blockingUnaryCall(from, method, CallOptions.DEFAULT, request);
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  /** Opens a call and sends nothing: what comes back was decided by the headers alone. */
  private Status.Code headersOnly(Channel from, MethodDescriptor<Message, Message> method)
      throws Exception {
    java.util.concurrent.CompletableFuture<Status> end =
        new java.util.concurrent.CompletableFuture<>();
    ClientCall<Message, Message> call = from.newCall(method, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    try {
      return end.get(100, TimeUnit.MILLISECONDS).getCode();
    } catch (TimeoutException open) {
      call.cancel("enough", null);
      return Status.Code.OK;
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aCallWithoutAKeyIsRefusedBeforeItIsRead(Row row) throws Exception {
    Status.Code expected = row.need.equals("none") ? Status.Code.OK : Status.Code.UNAUTHENTICATED;
    assertThat(headersOnly(channel, method(row.method))).isEqualTo(expected);
  }

  static Stream<Row> rowsOfWriters() throws IOException {
    return rows().filter(row -> row.need.equals("write") || row.need.equals("admin"));
  }

  static Stream<Row> unaryRowsWithARole() throws IOException {
    return rows()
        .filter(row -> List.of("read", "write", "admin").contains(row.need))
        .filter(row -> !row.method.endsWith("Stream"));
  }

  @ParameterizedTest
  @MethodSource("rowsOfWriters")
  void aKeyThatCanNeverAllowItIsRefusedBeforeItIsRead(Row row) throws Exception {
    String key = create(null, grant(row.need.equals("write") ? Role.READ : Role.WRITE, "*"));
    assertThat(headersOnly(with(key), method(row.method))).isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @ParameterizedTest
  @MethodSource("unaryRowsWithARole")
  void aRoleIsNeededForEachCollection(Row row) throws Exception {
    MethodDescriptor<Message, Message> method = method(row.method);
    Role needed = Role.valueOf(row.need.toUpperCase(java.util.Locale.ROOT));
    assertThat(row.fields).isNotEmpty();
    for (Role has : Role.values()) {
      Channel from = with(create(null, grant(has, "mine-*"), grant(Role.READ, "other")));
      Status.Code mine = call(from, method, request(method, row.fields, "mine-a"));
      boolean allowed = has.includes(needed);
      assertThat(mine == Status.Code.PERMISSION_DENIED)
          .as("%s as %s", row, has)
          .isEqualTo(!allowed);
      assertThat(mine).isNotEqualTo(Status.Code.UNAUTHENTICATED);
      for (String theirs : new String[] {"books", "minebooks", "other-a", "mine", "", "MINE-a"}) {
        assertThat(call(from, method, request(method, row.fields, theirs)))
            .as("%s of '%s' as %s", row, theirs, has)
            .isEqualTo(Status.Code.PERMISSION_DENIED);
      }
      if (row.fields.size() > 1 && allowed) {
        for (String one : row.fields) {
          Message.Builder mixed = request(method, row.fields, "mine-a").toBuilder();
          mixed.setField(field(mixed, one), "books");
          assertThat(call(from, method, mixed.build())).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
      }
    }
    assertThat(fake.asked.stream().map(String::valueOf))
        .noneMatch(asked -> asked.contains("books"));
  }

  @Test
  void aCollectionThatOneMayNotSeeAnswersAsOneThatDoesNotExist() throws Exception {
    CollectionServiceGrpc.CollectionServiceBlockingStub stub =
        CollectionServiceGrpc.newBlockingStub(with(create(null, grant(Role.READ, "mine"))));
    assertThat(message(stub, "books").replace("books", "X"))
        .isEqualTo(message(stub, "nothing").replace("nothing", "X"));
    // The name of the collection that exists is not suggested.
    assertThat(
            message(
                CollectionServiceGrpc.newBlockingStub(with(create(null, grant(Role.READ, "boks")))),
                "boks"))
        .contains("does not exist")
        .doesNotContain("books");
  }

  private static String message(
      CollectionServiceGrpc.CollectionServiceBlockingStub stub, String name) {
    try {
      stub.getCollection(GetCollectionRequest.newBuilder().setName(name).build());
    } catch (StatusRuntimeException e) {
      return String.valueOf(e.getStatus().getDescription());
    }
    throw new AssertionError("it was answered");
  }

  @Test
  void listsShowWhatTheCallerMayRead() throws Exception {
    retriever.collections =
        List.of(FakeRetriever.describe("books"), FakeRetriever.describe("mine"));
    String key = create(null, grant(Role.READ, "mine"));
    assertThat(
            CollectionServiceGrpc.newBlockingStub(with(key))
                .listCollections(ListCollectionsRequest.getDefaultInstance())
                .getCollectionsList())
        .extracting(io.siskin.proto.v1.Collection::getName)
        .containsExactly("mine");
    assertThat(
            CollectionServiceGrpc.newBlockingStub(with(key))
                .getCollection(GetCollectionRequest.newBuilder().setName("mine").build())
                .getCollection()
                .getAliasesList())
        .isEmpty();
    assertThat(
            CollectionServiceGrpc.newBlockingStub(with(create(null, grant(Role.READ, "*"))))
                .listCollections(ListCollectionsRequest.getDefaultInstance())
                .getCollectionsList())
        .hasSize(2)
        .allSatisfy(collection -> assertThat(collection.getAliasesList()).isNotEmpty());
  }

  @Test
  void aModelNeedsARoleForAllCollections() throws Exception {
    EncodeRequest request = EncodeRequest.newBuilder().setModel("m").build();
    for (boolean all : new boolean[] {false, true}) {
      String key = create(null, grant(Role.READ, all ? "*" : "m*"));
      assertThatThrownBy(() -> EncodeServiceGrpc.newBlockingStub(with(key)).encode(request))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e ->
                  assertThat(e.getStatus().getCode() == Status.Code.PERMISSION_DENIED)
                      .isEqualTo(!all));
    }
  }

  @Test
  void theHealthOfACollectionNeedsAKeyAndThatOfTheServerNone() throws Exception {
    HealthCheckRequest ofCollection =
        HealthCheckRequest.newBuilder().setService("collections/books").build();
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING);
    assertCode(
        Status.Code.UNAUTHENTICATED, () -> HealthGrpc.newBlockingStub(channel).check(ofCollection));
    String other = create(null, grant(Role.ADMIN, "mine"));
    assertCode(
        Status.Code.PERMISSION_DENIED,
        () -> HealthGrpc.newBlockingStub(with(other)).check(ofCollection));
    String right = create(null, grant(Role.READ, "books"));
    assertCode(
        Status.Code.NOT_FOUND, () -> HealthGrpc.newBlockingStub(with(right)).check(ofCollection));
  }

  private static void assertCode(
      Status.Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }

  @Test
  void aStreamIsJudgedRequestByRequestAndOutlivesNoKey() throws Exception {
    Recorder<SearchStreamResponse> answers = new Recorder<>();
    StreamObserver<SearchStreamRequest> stream =
        SearchServiceGrpc.newStub(with(create(null, grant(Role.READ, "books"))))
            .searchStream(answers);
    stream.onNext(element(1, "books"));
    assertThat(answers.next().hasResponse()).isTrue();
    stream.onNext(element(2, "theirs"));
    assertThat(answers.next().getStatus().getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED.value());
    stream.onNext(element(3, "books"));
    assertThat(answers.next().hasResponse()).isTrue();
    revokeAll();
    stream.onNext(element(4, "books"));
    assertThat(answers.next().getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED.value());
    stream.onCompleted();
    assertThat(answers.end()).isEqualTo(Status.OK);
  }

  private static SearchStreamRequest element(long id, String collection) {
    return SearchStreamRequest.newBuilder()
        .setRequestId(id)
        .setSearch(SearchRequest.newBuilder().setCollection(collection).setText("x"))
        .build();
  }

  @Test
  void aKeyMayBeSentInThreeWays() throws Exception {
    String key = create(null, grant(Role.READ, "books"));
    for (Channel from :
        List.of(with(key), with("authorization", "bearer  " + key), with("x-api-key", key))) {
      GetCallerResponse caller =
          ServerServiceGrpc.newBlockingStub(from).getCaller(GetCallerRequest.getDefaultInstance());
      assertThat(key).contains(caller.getKeyId());
      assertThat(caller.getGrants(0).getCollectionsList()).containsExactly("books");
      assertThat(caller.hasExpireTime()).isFalse();
    }
    for (Channel from :
        List.of(
            with("authorization", "Basic " + key),
            with("authorization", "Bearer"),
            with("authorization", key))) {
      assertCode(
          Status.Code.UNAUTHENTICATED,
          () ->
              ServerServiceGrpc.newBlockingStub(from)
                  .getServer(GetServerRequest.getDefaultInstance()));
    }
  }

  @Test
  void anExpiredKeyIsRefused() throws Exception {
    String key = create(Instant.now().minusSeconds(1), grant(Role.ADMIN, "*"));
    assertCode(
        Status.Code.UNAUTHENTICATED,
        () ->
            ServerServiceGrpc.newBlockingStub(with(key))
                .getServer(GetServerRequest.getDefaultInstance()));
    assertThat(services.accessCounts().refusals()).containsEntry("expired", 1L);
  }

  @Test
  void manyFailuresAreAnsweredShortlyAndAGoodKeyStillPasses() throws Exception {
    ServerServiceGrpc.ServerServiceBlockingStub guesser =
        ServerServiceGrpc.newBlockingStub(with(KeyText.create(new SecureRandom()).reveal()));
    for (int i = 0; i <= AttemptLimit.FAILURES_MAX; i++) {
      Status.Code expected =
          i < AttemptLimit.FAILURES_MAX
              ? Status.Code.UNAUTHENTICATED
              : Status.Code.RESOURCE_EXHAUSTED;
      assertCode(expected, () -> guesser.getServer(GetServerRequest.getDefaultInstance()));
    }
    assertThat(services.accessCounts().refusals())
        .containsEntry("unknown", (long) AttemptLimit.FAILURES_MAX)
        .containsEntry("too_many", 1L);
    assertThat(
            ServerServiceGrpc.newBlockingStub(with(create(null, grant(Role.READ, "a"))))
                .getServer(GetServerRequest.getDefaultInstance())
                .getKeysRequired())
        .isTrue();
  }

  @Test
  void changesAreWrittenDown() throws Exception {
    String key = create(null, grant(Role.ADMIN, "mine*"));
    CollectionServiceGrpc.CollectionServiceBlockingStub stub =
        CollectionServiceGrpc.newBlockingStub(with(key));
    assertCode(
        Status.Code.NOT_FOUND,
        () -> stub.createCollection(CreateCollectionRequest.newBuilder().setName("mine").build()));
    assertCode(
        Status.Code.PERMISSION_DENIED,
        () -> stub.dropCollection(DropCollectionRequest.newBuilder().setName("books").build()));
    var _ =
        stub.setAlias(
            SetAliasRequest.newBuilder().setAlias("mine-b").setCollection("mine").build());
    var _ =
        DocumentServiceGrpc.newBlockingStub(with(key))
            .delete(
                DeleteRequest.newBuilder()
                    .setCollection("mine")
                    .setFilterExpression("a = 1")
                    .build());
    // A read is none.
    assertCode(
        Status.Code.NOT_FOUND,
        () -> stub.getCollection(GetCollectionRequest.newBuilder().setName("mine").build()));
    audit.close();

    String id = key.substring("siskin_".length(), key.indexOf('_', "siskin_".length()));
    List<String> lines = Files.readAllLines(folder.resolve("audit.log"));
    assertThat(lines).hasSize(4).allMatch(line -> line.contains("\"key\":\"" + id + "\""));
    assertThat(lines.get(0)).contains("CreateCollection", "[\"mine\"]", "NOT_FOUND");
    assertThat(lines.get(1)).contains("DropCollection", "[\"books\"]", "PERMISSION_DENIED");
    assertThat(lines.get(2)).contains("SetAlias", "[\"mine\",\"mine-b\"]", "\"OK\"");
    assertThat(lines.get(3)).contains("DocumentService/Delete", "\"documents\":");
    assertThat(String.join("", lines)).doesNotContain(key.substring(18));
    assertThat(Map.of("lost", services.accessCounts().auditLinesLost())).containsEntry("lost", 0L);
    assertThat(AUTHORIZATION.name()).isEqualTo("authorization");
  }
}

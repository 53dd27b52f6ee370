package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.siskin.index.build.Reordering;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.proto.v1.Alias;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.CompactCollectionRequest;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.CreateSnapshotRequest;
import io.siskin.proto.v1.DeleteAliasRequest;
import io.siskin.proto.v1.DeleteSnapshotRequest;
import io.siskin.proto.v1.DenseField;
import io.siskin.proto.v1.DenseSimilarity;
import io.siskin.proto.v1.DenseStorage;
import io.siskin.proto.v1.DropCollectionRequest;
import io.siskin.proto.v1.FlushCollectionRequest;
import io.siskin.proto.v1.ListAliasesRequest;
import io.siskin.proto.v1.ListSnapshotsRequest;
import io.siskin.proto.v1.RestoreSnapshotRequest;
import io.siskin.proto.v1.SchemaField;
import io.siskin.proto.v1.SetAliasRequest;
import io.siskin.proto.v1.Snapshot;
import io.siskin.proto.v1.StorageOptions;
import io.siskin.proto.v1.SyncPolicy;
import io.siskin.proto.v1.WriteOptions;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.write.CollectionNotWritableException;
import io.siskin.server.write.NameTakenException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The methods of {@code CollectionService} that change collections, over fakes. */
@Timeout(60)
class CollectionServiceTest {
  private final FakeCollections fake = new FakeCollections();
  private GrpcServices services;
  private Server server;
  private ManagedChannel channel;
  private CollectionServiceGrpc.CollectionServiceBlockingStub collections;

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
    collections = CollectionServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(services.close(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  @Test
  void aCollectionIsMadeWithItsDefaults() {
    assertThat(
            collections
                .createCollection(CreateCollectionRequest.newBuilder().setName("books").build())
                .getCollection()
                .getName())
        .isEqualTo("books");
    CollectionSettings settings = (CollectionSettings) fake.asked.getFirst();
    assertThat(settings)
        .isEqualTo(
            new CollectionSettings(
                Schema.EMPTY,
                io.siskin.server.collection.StorageOptions.DEFAULTS,
                io.siskin.server.collection.WriteOptions.DEFAULTS,
                1f));
    assertThat(fake.asked.getLast()).isEqualTo(new VectorSpec());
  }

  @Test
  void aCollectionIsMadeAsItIsAskedFor() {
    collections.createCollection(
        CreateCollectionRequest.newBuilder()
            .setName("books")
            .setSchema(
                io.siskin.proto.v1.Schema.newBuilder()
                    .addFields(field("owner", io.siskin.proto.v1.FieldType.FIELD_TYPE_STRING))
                    .addFields(field("at", io.siskin.proto.v1.FieldType.FIELD_TYPE_TIMESTAMP))
                    .setTenantField("owner"))
            .setEncoderParametersJson(
                "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},"
                    + "\"k1\":0.9,\"b\":0.4}")
            .setStorage(
                StorageOptions.newBuilder()
                    .setWeightBits(16)
                    .setStoreFields(false)
                    .setReorder(false)
                    .setClusteredLists(true))
            .setWrites(
                WriteOptions.newBuilder()
                    .setSyncPolicy(SyncPolicy.SYNC_POLICY_INTERVAL)
                    .setSyncInterval(Duration.newBuilder().setSeconds(2))
                    .setRefreshInterval(Duration.newBuilder().setNanos(10_000_000)))
            .setDefaultRecallTarget(0.5f)
            .build());

    CollectionSettings settings = (CollectionSettings) fake.asked.getFirst();
    assertThat(settings.schema().tenantField()).isEqualTo("owner");
    assertThat(settings.schema().require("at").type()).isEqualTo(FieldType.TIMESTAMP);
    assertThat(settings.storage().structures().residuals()).isTrue();
    assertThat(settings.storage().structures().storeFields()).isFalse();
    assertThat(settings.storage().structures().clusters()).isNotNull();
    assertThat(settings.storage().reordering()).isEqualTo(new Reordering.None());
    assertThat(settings.writes())
        .isEqualTo(
            new io.siskin.server.collection.WriteOptions(
                new io.siskin.server.collection.WriteOptions.Sync.Interval(2_000), 10));
    assertThat(settings.defaultRecallTarget()).isEqualTo(0.5f);
    assertThat(fake.asked.getLast()).isInstanceOf(Bm25Spec.class);
  }

  @Test
  void denseFieldsAreTranslated() {
    collections.createCollection(
        CreateCollectionRequest.newBuilder()
            .setName("books")
            .setSchema(
                io.siskin.proto.v1.Schema.newBuilder()
                    .addDenseFields(DenseField.newBuilder().setName("plain").setDimensions(2))
                    .addDenseFields(
                        DenseField.newBuilder()
                            .setName("tokens")
                            .setDimensions(128)
                            .setStorage(DenseStorage.DENSE_STORAGE_INT8)
                            .setSimilarity(DenseSimilarity.DENSE_SIMILARITY_COSINE)
                            .setVectorsMax(300)))
            .build());
    assertThat(((CollectionSettings) fake.asked.getFirst()).schema().dense())
        .containsExactly(
            new DenseFieldSpec(
                "plain",
                new DenseType(
                    2,
                    io.siskin.index.dense.DenseStorage.F32,
                    io.siskin.index.dense.DenseSimilarity.DOT),
                1),
            new DenseFieldSpec(
                "tokens",
                new DenseType(
                    128,
                    io.siskin.index.dense.DenseStorage.INT8,
                    io.siskin.index.dense.DenseSimilarity.COSINE),
                300));
  }

  @Test
  void everyRangeIsChecked() throws Exception {
    assertThatRefused("name", request -> request.setName("../books"));
    assertThatRefused(
        "schema.fields[0].type",
        request ->
            request
                .getSchemaBuilder()
                .addFields(field("x", io.siskin.proto.v1.FieldType.FIELD_TYPE_UNSPECIFIED)));
    assertThatRefused(
        "schema.fields[0]",
        request ->
            request
                .getSchemaBuilder()
                .addFields(field("id", io.siskin.proto.v1.FieldType.FIELD_TYPE_BOOL)));
    assertThatRefused("schema", request -> request.getSchemaBuilder().setTenantField("owner"));
    assertThatRefused(
        "schema.dense_fields[0].dimensions",
        request -> request.getSchemaBuilder().addDenseFields(DenseField.newBuilder().setName("v")));
    assertThatRefused(
        "schema.dense_fields[1].dimensions",
        request ->
            request
                .getSchemaBuilder()
                .addDenseFields(DenseField.newBuilder().setName("v").setDimensions(4096))
                .addDenseFields(DenseField.newBuilder().setName("w").setDimensions(4097)));
    assertThatRefused(
        "schema.dense_fields[0].vectors_max",
        request ->
            request
                .getSchemaBuilder()
                .addDenseFields(
                    DenseField.newBuilder().setName("v").setDimensions(1).setVectorsMax(0)));
    assertThatRefused(
        "schema.dense_fields[0].storage",
        request ->
            request
                .getSchemaBuilder()
                .addDenseFields(
                    DenseField.newBuilder().setName("v").setDimensions(1).setStorageValue(99)));
    assertThatRefused(
        "schema",
        request ->
            request
                .getSchemaBuilder()
                .addFields(field("v", io.siskin.proto.v1.FieldType.FIELD_TYPE_BOOL))
                .addDenseFields(DenseField.newBuilder().setName("v").setDimensions(1)));
    assertThatRefused(
        "encoder_parameters_json.encoder", request -> request.setEncoderParametersJson("[]"));
    assertThatRefused(
        "encoder_parameters_json",
        request -> request.setEncoderParametersJson("{\"kind\":\"vector\"}"));
    assertThatRefused(
        "storage.weight_bits", request -> request.getStorageBuilder().setWeightBits(12));
    assertThatRefused(
        "writes.sync_interval",
        request -> request.getWritesBuilder().setSyncInterval(Duration.newBuilder().setSeconds(1)));
    assertThatRefused(
        "writes.refresh_interval",
        request ->
            request.getWritesBuilder().setRefreshInterval(Duration.newBuilder().setNanos(1)));
    assertThatRefused(
        "writes.refresh_interval",
        request ->
            request.getWritesBuilder().setRefreshInterval(Duration.newBuilder().setSeconds(601)));
    assertThatRefused("default_recall_target", request -> request.setDefaultRecallTarget(0));
    assertThat(fake.asked).isEmpty();
  }

  private void assertThatRefused(String field, Consumer<CreateCollectionRequest.Builder> change)
      throws Exception {
    CreateCollectionRequest.Builder request = CreateCollectionRequest.newBuilder().setName("books");
    change.accept(request);
    StatusRuntimeException refused = null;
    try {
      collections.createCollection(request.build());
    } catch (StatusRuntimeException e) {
      refused = e;
    }
    assertThat(refused).as(field).isNotNull();
    assertThat(
            StatusProto.fromThrowable(refused)
                .getDetails(0)
                .unpack(BadRequest.class)
                .getFieldViolations(0)
                .getField())
        .isEqualTo(field);
  }

  @Test
  void changesReachTheCollections() {
    collections.dropCollection(DropCollectionRequest.newBuilder().setName("books").build());
    assertThat(
            collections
                .setAlias(SetAliasRequest.newBuilder().setAlias("a").setCollection("books").build())
                .getPreviousCollection())
        .isEqualTo("before");
    collections.deleteAlias(DeleteAliasRequest.newBuilder().setAlias("a").build());
    collections.flushCollection(FlushCollectionRequest.newBuilder().setCollection("books").build());
    assertThat(
            collections
                .compactCollection(
                    CompactCollectionRequest.newBuilder().setCollection("books").build())
                .getCollection()
                .getName())
        .isEqualTo("books");
    collections.deleteSnapshot(
        DeleteSnapshotRequest.newBuilder().setCollection("books").setSnapshot("s").build());
    collections.restoreSnapshot(
        RestoreSnapshotRequest.newBuilder()
            .setCollection("old")
            .setSnapshot("s")
            .setNewCollection("books")
            .build());

    assertThat(fake.asked)
        .containsExactly(
            "drop books",
            "a is books",
            "delete alias a",
            "flush books",
            "compact books",
            "delete snapshot books s",
            "restore old s as books");
    assertThat(collections.listAliases(ListAliasesRequest.getDefaultInstance()).getAliasesList())
        .containsExactly(
            Alias.newBuilder().setAlias("a").setCollection("books").build(),
            Alias.newBuilder().setAlias("b").setCollection("books").build());
  }

  @Test
  void snapshotsAreDescribed() {
    Snapshot expected =
        Snapshot.newBuilder()
            .setName("made")
            .setCollection("books")
            .setCreateTime(
                Timestamp.newBuilder()
                    .setSeconds(java.time.Instant.parse("2026-05-01T12:00:00Z").getEpochSecond())
                    .setNanos(500_000_000))
            .setDocumentCount(7)
            .setLengthBytes(800)
            .build();
    assertThat(
            collections
                .createSnapshot(CreateSnapshotRequest.newBuilder().setCollection("books").build())
                .getSnapshot())
        .isEqualTo(expected);
    assertThat(
            collections
                .listSnapshots(ListSnapshotsRequest.newBuilder().setCollection("books").build())
                .getSnapshotsList())
        .extracting(Snapshot::getName)
        .containsExactly("first", "second");
  }

  @Test
  void failuresHaveTheirStatus() {
    fake.failure = new NameTakenException("collection", "books");
    assertThatThrownBy(
            () ->
                collections.createCollection(
                    CreateCollectionRequest.newBuilder().setName("books").build()))
        .hasMessageStartingWith(Status.Code.ALREADY_EXISTS.name());
    fake.failure =
        new CollectionNotWritableException(
            "books", CollectionNotWritableException.Reason.ALIASED, "the alias a names it");
    assertThatThrownBy(
            () ->
                collections.dropCollection(
                    DropCollectionRequest.newBuilder().setName("books").build()))
        .hasMessageStartingWith(Status.Code.FAILED_PRECONDITION.name());
  }

  private static SchemaField.Builder field(String name, io.siskin.proto.v1.FieldType type) {
    return SchemaField.newBuilder().setName(name).setType(type);
  }
}

package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldValue.Moment;
import io.siskin.index.document.FieldValue.Text;
import io.siskin.index.document.FieldValue.Whole;
import io.siskin.proto.v1.CountRequest;
import io.siskin.proto.v1.CountResponse;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.DeleteResponse;
import io.siskin.proto.v1.DenseVector;
import io.siskin.proto.v1.DenseVectors;
import io.siskin.proto.v1.Document;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.FieldValue;
import io.siskin.proto.v1.FieldsUpdate;
import io.siskin.proto.v1.Filter;
import io.siskin.proto.v1.FilterList;
import io.siskin.proto.v1.GetRequest;
import io.siskin.proto.v1.GetResponse;
import io.siskin.proto.v1.IdList;
import io.siskin.proto.v1.RangeCondition;
import io.siskin.proto.v1.ScrollRequest;
import io.siskin.proto.v1.ScrollResponse;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.UpdateFieldsRequest;
import io.siskin.proto.v1.UpdateFieldsResponse;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.proto.v1.UpsertResponse;
import io.siskin.proto.v1.UpsertStreamRequest;
import io.siskin.proto.v1.UpsertStreamResponse;
import io.siskin.proto.v1.ValueCondition;
import io.siskin.proto.v1.WaitFor;
import io.siskin.proto.v1.WriteOutcome;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.Bound;
import io.siskin.server.filter.Filter.In;
import io.siskin.server.filter.Filter.InRange;
import io.siskin.server.filter.Filter.Not;
import io.siskin.server.retrieve.DocumentReads;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.write.WritesOverloadedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code DocumentService} over fake collections, without a network. */
@Timeout(60)
class DocumentServiceTest {
  private static final int RESPONSE_BYTES_MAX = 1_024;

  private final FakeCollections collections = new FakeCollections();
  private GrpcServices services;
  private Server server;
  private ManagedChannel channel;
  private DocumentServiceGrpc.DocumentServiceStub documents;

  @BeforeEach
  void start() throws Exception {
    services =
        new GrpcServices(
            GrpcServerOptions.builder()
                .searchThreads(1)
                .responseBytesMax(RESPONSE_BYTES_MAX)
                .build(),
            FakeBackends.of(new FakeRetriever(), FakeTextEncoders.NONE, collections));
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    services.addTo(builder);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    documents = DocumentServiceGrpc.newStub(channel);
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(services.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  @Test
  void documentsComeAsTheyWereSent() throws Exception {
    UpsertResponse response =
        upsert(
            UpsertRequest.newBuilder()
                .setCollection("books")
                .setTenant("ann")
                .setWaitFor(WaitFor.WAIT_FOR_SEARCHABLE)
                .addDocuments(
                    Document.newBuilder()
                        .setId("a")
                        .setText("ants")
                        .setVector(SparseVector.newBuilder().addTokens("ant").addWeights(2))
                        .putFields("year", FieldValue.newBuilder().setInt64Value(2020).build())
                        .putFields(
                            "at",
                            FieldValue.newBuilder()
                                .setTimestampValue(
                                    Timestamp.newBuilder().setSeconds(-1).setNanos(2_999))
                                .build())));

    assertThat(response.getResultsList()).hasSize(1);
    assertThat(response.getResults(0).getOutcome()).isEqualTo(WriteOutcome.WRITE_OUTCOME_CREATED);
    assertThat(response.getResults(0).getPosition()).isEqualTo(1);
    FakeCollections.Upsert asked = collections.upserts.getFirst();
    assertThat(asked.collection()).isEqualTo("books");
    assertThat(asked.tenant()).isEqualTo("ann");
    assertThat(asked.waitFor()).isEqualTo(io.siskin.server.write.WaitFor.SEARCHABLE);
    assertThat(asked.documents().getFirst().text()).isEqualTo("ants");
    assertThat(asked.documents().getFirst().vector().weight(0)).isEqualTo(2);
    assertThat(asked.documents().getFirst().fields())
        .isEqualTo(Map.of("year", new Whole(2020), "at", new Moment(-999_998)));
  }

  @Test
  void denseVectorsComeAndGo() throws Exception {
    upsert(
        UpsertRequest.newBuilder()
            .setCollection("books")
            .addDocuments(
                Document.newBuilder()
                    .setId("a")
                    .setText("ants")
                    .putDense(
                        "v",
                        DenseVectors.newBuilder()
                            .addVectors(DenseVector.newBuilder().addValues(1).addValues(-2))
                            .addVectors(DenseVector.newBuilder().addValues(3).addValues(4))
                            .build())));
    Map<String, List<float[]>> dense =
        collections.upserts.getFirst().documents().getFirst().dense();
    assertThat(dense).containsOnlyKeys("v");
    assertThat(dense.get("v").toArray(float[][]::new))
        .isDeepEqualTo(new float[][] {{1, -2}, {3, 4}});

    DenseFieldSpec field =
        new DenseFieldSpec("v", new DenseType(2, DenseStorage.F32, DenseSimilarity.DOT), 2);
    collections.stored =
        List.of(
            new StoredDocument(
                "a", 3, null, Map.of(), Map.of("v", field.vectors(new float[] {1, -2}))));
    ScrollResponse page = scroll(ScrollRequest.newBuilder().setCollection("books")).next();
    assertThat(page.getDocuments(0).getDenseOrThrow("v").getVectors(0).getValuesList())
        .containsExactly(1f, -2f);
    collections.asked.clear();
    Recorder<GetResponse> get = new Recorder<>();
    documents.get(
        GetRequest.newBuilder().setCollection("books").addIds("a").addDenseFields("v").build(),
        get);
    assertThat(get.next().getDocumentsCount()).isEqualTo(1);
    assertThat(collections.asked)
        .containsExactly(new DocumentReads.Parts(false, List.of("*"), List.of("v")));
  }

  @Test
  void aMalformedDocumentIsRefusedInItsPlace() throws Exception {
    UpsertResponse response =
        upsert(
            UpsertRequest.newBuilder()
                .setCollection("books")
                .addDocuments(Document.newBuilder().setId("a").setText("ants"))
                .addDocuments(
                    Document.newBuilder()
                        .setId("b")
                        .setVector(SparseVector.newBuilder().addTokens("ant")))
                .addDocuments(
                    Document.newBuilder()
                        .setId("c")
                        .putFields("year", FieldValue.getDefaultInstance()))
                .addDocuments(Document.newBuilder().setId("d").setText("dogs")));

    assertThat(response.getResultsList())
        .extracting(io.siskin.proto.v1.WriteResult::getOutcome)
        .containsExactly(
            WriteOutcome.WRITE_OUTCOME_CREATED,
            WriteOutcome.WRITE_OUTCOME_REFUSED,
            WriteOutcome.WRITE_OUTCOME_REFUSED,
            WriteOutcome.WRITE_OUTCOME_CREATED);
    assertThat(violation(response.getResults(1).getError()))
        .isEqualTo("documents[1].vector.weights");
    assertThat(violation(response.getResults(2).getError())).isEqualTo("documents[2].fields.year");
  }

  @Test
  void batchesOfOneStreamShareAnOrderAndCallsDoNot() throws Exception {
    Recorder<UpsertStreamResponse> answers = new Recorder<>();
    StreamObserver<UpsertStreamRequest> stream = documents.upsertStream(answers);
    stream.onNext(batch(1));
    stream.onNext(batch(2));
    assertThat(answers.next().getRequestId()).isEqualTo(1);
    assertThat(answers.next().getResponse().getResultsCount()).isEqualTo(1);
    stream.onNext(UpsertStreamRequest.newBuilder().setRequestId(3).build());
    assertThat(answers.next().getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    stream.onCompleted();
    assertThat(answers.end()).isEqualTo(Status.OK);
    UpsertRequest.Builder single =
        UpsertRequest.newBuilder()
            .setCollection("books")
            .addDocuments(Document.newBuilder().setId("a"));
    upsert(single);
    upsert(single);

    List<FakeCollections.Upsert> asked = collections.upserts;
    assertThat(asked.get(0).order()).isSameAs(asked.get(1).order());
    assertThat(asked.get(2).order()).isNotSameAs(asked.get(0).order());
    assertThat(asked.get(3).order()).isNotSameAs(asked.get(2).order());
    assertThat(services.counts().toString()).contains("siskin.v1.DocumentService/UpsertStream");
  }

  @Test
  void aStreamIsReadNoFurtherThanItsBound() throws Exception {
    collections.holds = true;
    int inFlightMax = GrpcServerOptions.builder().build().limits().streamInFlightMax();
    Recorder<UpsertStreamResponse> answers = new Recorder<>();
    StreamObserver<UpsertStreamRequest> stream = documents.upsertStream(answers);
    for (int id = 0; id < inFlightMax + 3; id++) {
      stream.onNext(batch(id));
    }

    // Requests are delivered on this thread, so whatever will be read has been read.
    assertThat(collections.upserts).hasSize(inFlightMax);
    collections.held.getFirst().complete(List.of());
    assertThat(answers.next().getRequestId()).isZero();
    assertThat(collections.upserts).hasSize(inFlightMax + 1);
  }

  @Test
  void anOverloadedCollectionSaysWhenToComeBack() throws Exception {
    collections.failure =
        new WritesOverloadedException(
            WritesOverloadedException.Reason.QUEUE_FULL, "64 MiB wait", Duration.ofMillis(250));
    Recorder<UpsertResponse> call = new Recorder<>();
    documents.upsert(
        UpsertRequest.newBuilder()
            .setCollection("books")
            .addDocuments(Document.newBuilder().setId("a"))
            .build(),
        call);

    assertThat(call.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void deletionsSelectByIdsOrByFilters() throws Exception {
    Recorder<DeleteResponse> call = new Recorder<>();
    documents.delete(
        DeleteRequest.newBuilder()
            .setCollection("books")
            .setIds(IdList.newBuilder().addIds("a").addIds("b"))
            .build(),
        call);
    assertThat(call.next())
        .isEqualTo(DeleteResponse.newBuilder().setDeletedCount(2).setPosition(17).build());
    documents.delete(
        DeleteRequest.newBuilder().setCollection("books").setFilter(filter()).build(),
        new Recorder<>());
    documents.delete(
        DeleteRequest.newBuilder().setCollection("books").setFilterExpression("year > 1").build(),
        new Recorder<>());

    assertThat(collections.asked)
        .containsExactly(
            new Selector.Ids(List.of("a", "b")),
            new Selector.Matching(
                new AllOf(
                    List.of(
                        new InRange("year", new Bound(new Whole(2020), true), null),
                        new Not(new In("lang", List.of(new Text("en"))))))),
            new Selector.Expression("year > 1"));
    assertThat(deletion(DeleteRequest.newBuilder().setCollection("books")))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(
            deletion(
                DeleteRequest.newBuilder()
                    .setCollection("books")
                    .setIds(IdList.getDefaultInstance())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void changesOfFieldsAreAnsweredOneByOne() throws Exception {
    Recorder<UpdateFieldsResponse> call = new Recorder<>();
    documents.updateFields(
        UpdateFieldsRequest.newBuilder()
            .setCollection("books")
            .addUpdates(
                FieldsUpdate.newBuilder()
                    .setId("a")
                    .putSet("lang", FieldValue.newBuilder().setStringValue("de").build())
                    .addRemove("year"))
            .addUpdates(
                FieldsUpdate.newBuilder()
                    .setId("b")
                    .putSet("x", FieldValue.newBuilder().setDoubleValue(Double.NaN).build()))
            .build(),
        call);
    UpdateFieldsResponse response = call.next();

    assertThat(collections.asked.getFirst())
        .isEqualTo(
            new io.siskin.server.write.FieldsUpdate(
                "a", Map.of("lang", new Text("de")), List.of("year")));
    assertThat(response.getResults(0).getOutcome()).isEqualTo(WriteOutcome.WRITE_OUTCOME_UPDATED);
    assertThat(response.getResults(1).getOutcome()).isEqualTo(WriteOutcome.WRITE_OUTCOME_REFUSED);
    assertThat(violation(response.getResults(1).getError()))
        .isEqualTo("updates[1].set.x.double_value");
  }

  @Test
  void readingRunsOnSearchThreads() throws Exception {
    Recorder<GetResponse> get = new Recorder<>();
    documents.get(
        GetRequest.newBuilder().setCollection("books").addIds("a").setWithVector(true).build(),
        get);
    Document found = get.next().getDocuments(0);
    assertThat(found.getText()).isEqualTo("ants");
    assertThat(found.getFieldsMap())
        .isEqualTo(Map.of("year", FieldValue.newBuilder().setInt64Value(2020).build()));
    assertThat(found.getVector().getTokensList()).containsExactly("insect");
    assertThat(found.getPosition()).isEqualTo(3);
    Recorder<CountResponse> count = new Recorder<>();
    documents.count(
        CountRequest.newBuilder().setCollection("books").setFilterExpression("x = 1").build(),
        count);
    assertThat(count.next().getCount()).isEqualTo(42);

    assertThat(collections.asked)
        .containsExactly(
            new DocumentReads.Parts(true, List.of("*")), new Selector.Expression("x = 1"));
    assertThat(collections.readBy).hasSize(2).allMatch(name -> name.startsWith("siskin-search-"));
  }

  @Test
  void aPageLeadsToTheNext() throws Exception {
    collections.stored =
        List.of(FakeCollections.document("a", 3), FakeCollections.document("b", 70_000));
    collections.isLast = false;
    ScrollResponse first =
        scroll(ScrollRequest.newBuilder().setCollection("books").setPageSize(2)).next();
    collections.isLast = true;
    ScrollResponse second =
        scroll(
                ScrollRequest.newBuilder()
                    .setCollection("books")
                    .setPageToken(first.getNextPageToken()))
            .next();

    assertThat(first.getDocumentsList()).hasSize(2);
    assertThat(second.getNextPageToken()).isEmpty();
    assertThat(collections.asked)
        .containsExactly(
            List.of(new Selector.All(), 0L, 2), List.of(new Selector.All(), 70_000L, 100));
    assertThat(
            scroll(ScrollRequest.newBuilder().setCollection("books").setPageToken("?"))
                .end()
                .getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(
            scroll(ScrollRequest.newBuilder().setCollection("books").setPageSize(0))
                .end()
                .getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aPageOfAnotherCollectionIsNoPageBefore() throws Exception {
    collections.stored = List.of(FakeCollections.document("a", 3));
    collections.isLast = false;
    String token =
        scroll(ScrollRequest.newBuilder().setCollection("alias")).next().getNextPageToken();
    // The alias is switched between the pages.
    collections.pageCollection = "films";
    Status status =
        scroll(ScrollRequest.newBuilder().setCollection("alias").setPageToken(token)).end();
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription())
        .contains("page_token is " + token)
        .contains("one of the collection films");
  }

  @Test
  void aPageIsCutToWhatFitsIntoAnAnswer() throws Exception {
    String longId = "x".repeat(400);
    collections.stored =
        List.of(
            FakeCollections.document("1" + longId, 1),
            FakeCollections.document("2" + longId, 2),
            FakeCollections.document("3" + longId, 3));
    ScrollResponse page = scroll(ScrollRequest.newBuilder().setCollection("books")).next();

    assertThat(page.getDocumentsList()).hasSize(2);
    assertThat(page.getSerializedSize()).isLessThanOrEqualTo(RESPONSE_BYTES_MAX);
    scroll(ScrollRequest.newBuilder().setCollection("books").setPageToken(page.getNextPageToken()))
        .next();
    assertThat(collections.asked.getLast()).isEqualTo(List.of(new Selector.All(), 2L, 100));
    collections.stored = List.of(FakeCollections.document("x".repeat(1_024), 1));
    assertThat(scroll(ScrollRequest.newBuilder().setCollection("books")).end().getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  private static Filter filter() {
    return Filter.newBuilder()
        .setAllOf(
            FilterList.newBuilder()
                .addFilters(
                    Filter.newBuilder()
                        .setRange(
                            RangeCondition.newBuilder()
                                .setField("year")
                                .setGte(FieldValue.newBuilder().setInt64Value(2020))))
                .addFilters(
                    Filter.newBuilder()
                        .setNot(
                            Filter.newBuilder()
                                .setIn(
                                    ValueCondition.newBuilder()
                                        .setField("lang")
                                        .addValues(FieldValue.newBuilder().setStringValue("en"))))))
        .build();
  }

  private static UpsertStreamRequest batch(long id) {
    return UpsertStreamRequest.newBuilder()
        .setRequestId(id)
        .setUpsert(
            UpsertRequest.newBuilder()
                .setCollection("books")
                .addDocuments(Document.newBuilder().setId("a")))
        .build();
  }

  private UpsertResponse upsert(UpsertRequest.Builder request) throws Exception {
    Recorder<UpsertResponse> call = new Recorder<>();
    documents.upsert(request.build(), call);
    return call.next();
  }

  private Status.Code deletion(DeleteRequest.Builder request) throws Exception {
    Recorder<DeleteResponse> call = new Recorder<>();
    documents.delete(request.build(), call);
    return call.end().getCode();
  }

  private Recorder<ScrollResponse> scroll(ScrollRequest.Builder request) {
    Recorder<ScrollResponse> call = new Recorder<>();
    documents.scroll(request.build(), call);
    return call;
  }

  private static String violation(com.google.rpc.Status error) throws Exception {
    assertThat(error.getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    return error.getDetails(0).unpack(BadRequest.class).getFieldViolations(0).getField();
  }
}

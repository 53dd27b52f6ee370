package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.siskin.proto.v1.Answer;
import io.siskin.proto.v1.DeletePipelineRequest;
import io.siskin.proto.v1.GetPipelineRequest;
import io.siskin.proto.v1.InnerHit;
import io.siskin.proto.v1.ListPipelinesRequest;
import io.siskin.proto.v1.Pipeline;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.PutPipelineRequest;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.server.rank.list.StageReport;
import io.siskin.server.rank.passage.AnswerSpan;
import io.siskin.server.rank.stage.ContextSentence;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stored pipelines and ranked answers, over fakes. */
@Timeout(60)
final class PipelineServiceTest {
  private final FakeCollections fake = new FakeCollections();
  private final FakeRetriever retriever = new FakeRetriever();
  private GrpcServices services;
  private Server server;
  private ManagedChannel channel;
  private PipelineServiceGrpc.PipelineServiceBlockingStub pipelines;

  @BeforeEach
  void start() throws Exception {
    services =
        new GrpcServices(
            GrpcServerOptions.builder().searchThreads(1).build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE, fake));
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    services.addTo(builder);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    pipelines = PipelineServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(services.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  private static void refused(Runnable call, String field) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            error -> {
              assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              assertThat(error.getStatus().getDescription()).startsWith(field + " is ");
            });
  }

  @Test
  void aTreeIsCheckedAndThenKept() {
    Pipeline kept =
        pipelines
            .putPipeline(
                PutPipelineRequest.newBuilder()
                    .setCollection("books")
                    .setPipeline("best")
                    .setNode(RightRequests.node())
                    .build())
            .getPipeline();
    assertThat(kept.getName()).isEqualTo("best");
    assertThat(kept.getNode()).isEqualTo(RightRequests.node());
    assertThat(retriever.checked).hasSize(1);
    assertThat(fake.asked).containsExactly("put pipeline books best");
    PutPipelineRequest.Builder bad =
        PutPipelineRequest.newBuilder().setCollection("books").setPipeline("best");
    refused(() -> pipelines.putPipeline(bad.build()), "node");
    bad.setNode(RightRequests.node().toBuilder().clearLimit());
    refused(() -> pipelines.putPipeline(bad.build()), "node.limit");
    assertThat(fake.asked).hasSize(1);
  }

  @Test
  void pipelinesAreListedReadAndRemoved() {
    assertThat(
            pipelines
                .listPipelines(ListPipelinesRequest.newBuilder().setCollection("books").build())
                .getPipelinesList())
        .extracting(Pipeline::getName)
        .containsExactly("other");
    GetPipelineRequest.Builder get = GetPipelineRequest.newBuilder().setCollection("books");
    assertThat(
            pipelines
                .getPipeline(get.setPipeline("other").build())
                .getPipeline()
                .getNode()
                .getLimit())
        .isEqualTo(20);
    assertThatThrownBy(() -> pipelines.getPipeline(get.setPipeline("otter").build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            error -> {
              assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
              assertThat(error.getStatus().getDescription())
                  .contains("no pipeline 'otter'")
                  .contains("other");
            });
    var _ =
        pipelines.deletePipeline(
            DeletePipelineRequest.newBuilder().setCollection("books").setPipeline("x").build());
    assertThat(fake.asked).containsExactly("delete pipeline books x");
  }

  @Test
  void aSearchByNameIsEvaluatedAndEchoed() {
    AtomicReference<RetrievalRequest> asked = new AtomicReference<>();
    retriever.behaviour =
        (request, _) -> {
          asked.set(request);
          RankingNode root = Objects.requireNonNull(request.ranking()).root();
          return new RetrievalResponse(
              List.of(
                  new RetrievalResponse.Hit(
                      "a",
                      1.5f,
                      Map.of(),
                      List.of(),
                      Map.of("node", 1.5),
                      List.of(
                          new RetrievalResponse.InnerHit(
                              "b", 0.5, "node", Map.of("t", "x"), Map.of("below", 2.0))),
                      List.of(
                          new RetrievalResponse.Answer(
                              "node",
                              new AnswerSpan(1, 2, 4, 0.5, 0.25),
                              new RetrievalResponse.Place(3, 6, "two")),
                          new RetrievalResponse.Answer(
                              "node", new AnswerSpan(0, 0, 4, 0.25, 0.25), null)),
                      List.of(new ContextSentence("text", 3, 9, "A bee.", 0.75)))),
              new SearchMode.Exact(),
              new RetrievalResponse.StageNanos(1, 2, 3, 6),
              SearchStats.NONE,
              0,
              1,
              List.of(
                  new StageReport(
                      "node", 3, 2, 1, 17, false, List.of(new StageReport.Term("t", 2f, 1f)))),
              root);
        };
    SearchResponse response =
        SearchServiceGrpc.newBlockingStub(channel)
            .search(
                SearchRequest.newBuilder()
                    .setCollection("books")
                    .setText("x")
                    .setPipeline("other")
                    .setOffset(4)
                    .build());
    RetrievalRequest.Ranking ranking = Objects.requireNonNull(asked.get().ranking());
    assertThat(ranking.isStored()).isTrue();
    assertThat(ranking.offset()).isEqualTo(4);
    assertThat(asked.get().k()).isEqualTo(16);
    assertThat(response.getPipelineNode().getLimit()).isEqualTo(20);
    assertThat(response.getHits(0).getStageScoresMap()).isEqualTo(Map.of("node", 1.5));
    InnerHit inner = response.getHits(0).getInnerHits(0);
    assertThat(inner.getId()).isEqualTo("b");
    assertThat(inner.getStage()).isEqualTo("node");
    assertThat(inner.getFieldsMap()).isEqualTo(Map.of("t", "x"));
    assertThat(inner.getStageScoresMap()).isEqualTo(Map.of("below", 2.0));
    Answer answer = response.getHits(0).getAnswers(0);
    assertThat(answer.getScore()).isEqualTo(0.75);
    assertThat(answer.getDenseScore()).isEqualTo(0.5);
    assertThat(answer.getDocumentScore()).isEqualTo(0.25);
    assertThat(List.of(answer.getStartToken(), answer.getEndToken())).containsExactly(1, 2);
    assertThat(List.of(answer.getStart(), answer.getEnd())).containsExactly(3, 6);
    assertThat(answer.getText()).isEqualTo("two");
    assertThat(response.getHits(0).getAnswers(1).hasText()).isFalse();
    assertThat(response.getHits(0).getContext(0).getText()).isEqualTo("A bee.");
    assertThat(response.getHits(0).getContext(0).getEnd()).isEqualTo(9);
    assertThat(response.getStages(0).getNanos()).isEqualTo(17);
    assertThat(response.getStages(0).getComplete()).isFalse();
    assertThat(response.getStages(0).getExpansion(0).getFromDocuments()).isEqualTo(1f);
  }
}

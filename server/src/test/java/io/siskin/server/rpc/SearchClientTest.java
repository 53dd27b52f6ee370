package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.ClientOptions;
import io.siskin.client.CollectionInfo;
import io.siskin.client.FieldType;
import io.siskin.client.Health;
import io.siskin.client.Ranking;
import io.siskin.client.RankingNode;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchMode;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SearchStream;
import io.siskin.client.Selection;
import io.siskin.client.SparseVector;
import io.siskin.client.StatisticsScope;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.rank.formula.Formula;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.EarlyStop;
import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.GroupScore;
import io.siskin.server.rank.tree.Reach;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.rank.tree.TokenQuery;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.rpc.admission.OverloadedException;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.QueryCancelledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The Java client against a real server over loopback: what goes in on one side comes out on the
 * other.
 */
@Timeout(120)
class SearchClientTest {
  private static final Duration LONG = Duration.ofSeconds(FakeRetriever.WAIT_SECONDS);

  private final FakeRetriever retriever = new FakeRetriever();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch gate = new CountDownLatch(1);
  private GrpcServer server;
  private SearchClient client;

  @BeforeEach
  void start() throws Exception {
    server =
        GrpcServer.start(
            GrpcServerOptions.builder()
                .port(0)
                .searchThreads(2)
                .retryDelay(Duration.ofMillis(1))
                .build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE));
    client =
        SearchClient.connect(ClientOptions.of("localhost:" + server.port()).withDeadline(LONG));
  }

  @AfterEach
  void stop() {
    gate.countDown();
    client.close();
    server.close();
  }

  @Test
  void aRequestArrivesAsItWasMade() {
    AtomicReference<RetrievalRequest> seen = recordRequests();
    client.search(
        SearchRequest.text("books", "insects")
            .withK(3)
            .withMode(SearchMode.exact())
            .withFields("title", "*")
            .withExplanation());
    assertThat(seen.get())
        .isEqualTo(
            new RetrievalRequest(
                "books",
                new RetrievalRequest.Query.Text("insects"),
                3,
                new Evaluation.InMode(new io.siskin.server.search.SearchMode.Exact()),
                List.of("title", "*"),
                true));
    client.search(SearchRequest.text("books", "x").withMode(SearchMode.clustered(5, 0.25f)));
    assertThat(seen.get().evaluation())
        .as("what is not set comes from the collection")
        .isEqualTo(inMode(new io.siskin.server.search.SearchMode.Clustered(5, 0.25f, true)));
    client.search(SearchRequest.text("books", "x").withMode(SearchMode.clustered()));
    assertThat(seen.get().evaluation())
        .isEqualTo(inMode(new io.siskin.server.search.SearchMode.Clustered(12, 0.5f, true)));
    client.search(SearchRequest.text("books", "x").withMode(SearchMode.scoreAtATime(0.5f, 0.25f)));
    assertThat(seen.get().evaluation())
        .isEqualTo(inMode(new io.siskin.server.search.SearchMode.ScoreAtATime(0.5f, 0.25f, 0, 0)));
    client.search(
        SearchRequest.text("books", "x").withMode(new SearchMode.ScoreAtATime(0f, 1f, 7, 30)));
    assertThat(seen.get().evaluation())
        .isEqualTo(inMode(new io.siskin.server.search.SearchMode.ScoreAtATime(0, 1, 7, 30)));
    client.search(SearchRequest.text("books", "x"));
    assertThat(seen.get().evaluation()).isEqualTo(Evaluation.BY_DEFAULT);
  }

  @Test
  void targetsAndBudgetsArriveAsTheyWereMade() {
    AtomicReference<RetrievalRequest> seen = recordRequests();
    SearchRequest request = SearchRequest.text("books", "x").withRecallTarget(0.95f);
    client.search(request);
    assertThat(seen.get().evaluation()).isEqualTo(new Evaluation.RecallTarget(0.95f, 0));
    client.search(request.withTimeBudget(Duration.ofNanos(250_000)));
    assertThat(seen.get().evaluation()).isEqualTo(new Evaluation.RecallTarget(0.95f, 250));
    client.search(request.withRecallTarget(null).withTimeBudget(Duration.ofSeconds(1)));
    assertThat(seen.get().evaluation()).isEqualTo(new Evaluation.CollectionDefault(1_000_000));
    for (Duration refused :
        List.of(Duration.ofNanos(9_999), Duration.ofSeconds(-1), Duration.ofDays(365_000))) {
      assertThatThrownBy(() -> client.search(request.withTimeBudget(refused)))
          .isInstanceOfSatisfying(
              SearchException.InvalidRequest.class,
              error ->
                  assertThat(error.violations().getFirst().field())
                      .isEqualTo("time_budget_micros"));
    }
    assertThatThrownBy(() -> client.search(request.withMode(SearchMode.exact())))
        .isInstanceOfSatisfying(
            SearchException.InvalidRequest.class,
            error -> assertThat(error.violations().getFirst().field()).isEqualTo("recall_target"));
  }

  private static Evaluation inMode(io.siskin.server.search.SearchMode mode) {
    return new Evaluation.InMode(mode);
  }

  @Test
  void vectorsArriveAsTheyWereMade() {
    AtomicReference<RetrievalRequest> seen = recordRequests();
    client.search(SearchRequest.vector("books", SparseVector.ofTokens(Map.of("a", 1f, "b", 2f))));
    assertThat(seen.get().query())
        .isEqualTo(new RetrievalRequest.Query.Vector(TokenVector.of(Map.of("a", 1f, "b", 2f))));
    client.search(
        SearchRequest.vector(
            "books", SparseVector.ofTermIds(new int[] {-1, 3}, new float[] {1, 2})));
    assertThat(seen.get().query())
        .isEqualTo(
            new RetrievalRequest.Query.Vector(
                TermIdVector.of(new int[] {-1, 3}, new float[] {1, 2})));
  }

  @Test
  void rankingTreesArriveAsTheyWereMade() {
    AtomicReference<RetrievalRequest> seen = recordRequests();
    RankingNode.Sparse own =
        new RankingNode.Sparse(
            new RankingNode.Frame(30, "own", Duration.ofNanos(50_000)),
            new SearchRequest.Query.Text("wren"),
            SearchMode.exact(),
            null);
    RankingNode again =
        new RankingNode.Feedback(
            RankingNode.Frame.of(9),
            new RankingNode.Group(
                RankingNode.Frame.of(8),
                RankingNode.compute(7, RankingNode.sparse(6), "score()"),
                "host",
                RankingNode.GroupScore.SUM,
                2),
            own,
            3,
            4,
            0.5,
            2);
    RankingNode dense =
        new RankingNode.Interpolate(
            RankingNode.Frame.of(5),
            new RankingNode.Dense(RankingNode.Frame.of(4), "f", List.of(1f)),
            "g",
            List.of(2f, 3f),
            0.25,
            -1,
            RankingNode.EarlyStop.PROVEN);
    RankingNode.Method linear =
        new RankingNode.Method.Linear(RankingNode.Normalization.Z_SCORE, 0.5);
    RankingNode root =
        new RankingNode.Fuse(
            new RankingNode.Frame(20, "root", null),
            List.of(
                new RankingNode.Input(again, 1),
                new RankingNode.Input(dense, 2),
                new RankingNode.Input(RankingNode.reciprocalRank(3, own), 0)),
            linear);
    client.search(SearchRequest.text("books", "x").withK(0).withRanking(Ranking.tree(root)));
    RetrievalRequest.Ranking arrived = Objects.requireNonNull(seen.get().ranking());
    assertThat(seen.get().k()).isEqualTo(20);
    io.siskin.server.rank.tree.RankingNode.Fuse fuse =
        (io.siskin.server.rank.tree.RankingNode.Fuse) arrived.root();
    assertThat(fuse.frame())
        .isEqualTo(new io.siskin.server.rank.tree.RankingNode.Frame("node", "root", 20, 0));
    assertThat(fuse.method())
        .isEqualTo(new FusionMethod.Linear(FusionMethod.Normalization.Z_SCORE, 0.5));
    assertThat(fuse.weighted())
        .extracting(io.siskin.server.rank.tree.RankingNode.Weighted::weight)
        .containsExactly(1.0, 2.0, 0.0);
    var feedback =
        (io.siskin.server.rank.tree.RankingNode.Feedback) fuse.weighted().getFirst().node();
    assertThat(feedback.query()).isEqualTo(new SparseQuery.Text("wren"));
    assertThat(List.of(feedback.documents(), feedback.terms())).containsExactly(3, 4);
    assertThat(List.of(feedback.queryWeight(), feedback.documentWeight()))
        .containsExactly(0.5, 2.0);
    var group = (io.siskin.server.rank.tree.RankingNode.Group) feedback.input();
    assertThat(group.score()).isEqualTo(GroupScore.SUM);
    assertThat(group.innerHits()).isEqualTo(2);
    var compute = (io.siskin.server.rank.tree.RankingNode.Compute) group.input();
    assertThat(compute.formula().text()).isEqualTo("score()");
    var interpolate =
        (io.siskin.server.rank.tree.RankingNode.Interpolate) fuse.weighted().get(1).node();
    assertThat(interpolate.target())
        .isEqualTo(new DenseTarget.Vector(new DenseVector(new float[] {2, 3})));
    assertThat(interpolate.earlyStop()).isEqualTo(EarlyStop.PROVEN);
    assertThat(List.of(interpolate.alpha(), interpolate.missingScore()))
        .containsExactly(0.25, -1.0);
    var reciprocal = (io.siskin.server.rank.tree.RankingNode.Fuse) fuse.weighted().get(2).node();
    assertThat(reciprocal.method()).isEqualTo(new FusionMethod.ReciprocalRank(60));
    assertThat(reciprocal.inputs().getFirst().frame())
        .isEqualTo(
            new io.siskin.server.rank.tree.RankingNode.Frame(
                "node.fuse.inputs[2].node.fuse.inputs[0].node", "own", 30, 50));
    client.search(SearchRequest.text("books", "x").withRanking(Ranking.stored("other")));
    assertThat(Objects.requireNonNull(seen.get().ranking()).isStored()).isTrue();
    assertThat(seen.get().k()).isEqualTo(10);
  }

  @Test
  void stagesForPassagesArriveAsTheyWereGiven() {
    AtomicReference<RetrievalRequest> seen = recordRequests();
    RankingNode leaf = RankingNode.sparse(7);
    RankingNode.Frame frame = RankingNode.Frame.of(5);
    RankingNode.Normalization minMax = RankingNode.Normalization.MIN_MAX;
    List<RankingNode> nodes =
        List.of(
            new RankingNode.Group(
                frame, leaf, "f", RankingNode.GroupScore.MEAN, 1, 2, List.of("title")),
            new RankingNode.Context(
                frame,
                leaf,
                "f",
                0.25,
                minMax,
                new RankingNode.ContextSource.OfGroup(RankingNode.GroupScore.FIRST)),
            new RankingNode.Context(
                frame,
                leaf,
                "f",
                0.25,
                minMax,
                new RankingNode.ContextSource.OfList(RankingNode.sparse(9), "g", -1)),
            new RankingNode.Diversify(frame, leaf, "v", 0.75, minMax),
            new RankingNode.Diversify(frame, leaf, null, 0.75, minMax),
            new RankingNode.Cap(frame, leaf, "f", 3),
            new RankingNode.DenseFeedback(frame, leaf, "v", List.of(1f, 2f), 3, 0.5, 2),
            new RankingNode.Answers(
                frame, leaf, "v", "w", List.of(1f), List.of(2f), 0.5, 6, 2, "text", "places"));
    for (RankingNode node : nodes) {
      io.siskin.server.rank.tree.RankingNode arrived = domain(seen, node);
      assertThat(arrived.getClass().getSimpleName()).isEqualTo(node.getClass().getSimpleName());
      assertThat(arrived.frame().limit()).isEqualTo(5);
      assertThat(arrived.inputs().getFirst().frame().limit()).isEqualTo(7);
    }
    assertThat(domain(seen, nodes.get(0)))
        .hasFieldOrPropertyWithValue("bestCount", 2)
        .hasFieldOrPropertyWithValue("innerFields", List.of("title"));
    assertThat(domain(seen, nodes.get(1)))
        .hasFieldOrPropertyWithValue("weight", 0.25)
        .hasFieldOrPropertyWithValue(
            "source",
            new io.siskin.server.rank.tree.RankingNode.ContextSource.OfGroup(GroupScore.FIRST));
    assertThat(domain(seen, nodes.get(2)))
        .hasFieldOrPropertyWithValue("source.documentField", "g")
        .hasFieldOrPropertyWithValue("source.missingScore", -1.0);
    assertThat(domain(seen, nodes.get(3)))
        .hasFieldOrPropertyWithValue("lambda", 0.75)
        .hasFieldOrPropertyWithValue("similarity.field", "v");
    assertThat(domain(seen, nodes.get(4)))
        .hasFieldOrPropertyWithValue(
            "similarity", new io.siskin.server.rank.tree.RankingNode.Similarity.OfSparse());
    assertThat(domain(seen, nodes.get(5)))
        .hasFieldOrPropertyWithValue("field", "f")
        .hasFieldOrPropertyWithValue("count", 3);
    assertThat(domain(seen, nodes.get(6)))
        .hasFieldOrPropertyWithValue(
            "target", new DenseTarget.Vector(new DenseVector(new float[] {1, 2})))
        .hasFieldOrPropertyWithValue("documents", 3)
        .hasFieldOrPropertyWithValue("queryWeight", 0.5)
        .hasFieldOrPropertyWithValue("documentWeight", 2.0);
    assertThat(domain(seen, nodes.get(7)))
        .hasFieldOrPropertyWithValue("startField", "v")
        .hasFieldOrPropertyWithValue("endField", "w")
        .hasFieldOrPropertyWithValue("endVector", new DenseVector(new float[] {2}))
        .hasFieldOrPropertyWithValue("scoreWeight", 0.5)
        .hasFieldOrPropertyWithValue("tokensMax", 6)
        .hasFieldOrPropertyWithValue("count", 2)
        .hasFieldOrPropertyWithValue("textField", "text")
        .hasFieldOrPropertyWithValue("offsetsField", "places");
  }

  @Test
  void vectorsOfARequestArriveInTheStagesThatTakeThem() {
    AtomicReference<RetrievalRequest> seen = recordRequests();
    RankingNode.Frame frame = RankingNode.Frame.of(5);
    RankingNode leaf = new RankingNode.Dense(frame, "u", new RankingNode.Target.OfRequest());
    RankingNode late = new RankingNode.MaxSim(frame, leaf, "w", null, 0.5, 0);
    RankingNode answers =
        new RankingNode.Answers(frame, late, "v", "", List.of(), List.of(), 0.5, 6, 2, "text", "");
    client.search(
        SearchRequest.ranked("books", Ranking.tree(answers))
            .withDense("v", new float[] {1}, new float[] {2})
            .withDense("u", new float[] {3})
            .withTokenVectors("w", List.of(SparseVector.ofTokens(Map.of("x", 1f))))
            .withK(0)
            .withMode(null)
            .withRecallTarget(null)
            .withTimeBudget(null)
            .withFields()
            .withExplanation()
            .withDeadline(Duration.ofSeconds(20))
            .withSelection(Selection.all())
            .withTenant("")
            .withRanking(Ranking.tree(answers)));
    assertThat(seen.get().query()).isEqualTo(new RetrievalRequest.Query.None());
    RetrievalRequest.Ranking ranking = Objects.requireNonNull(seen.get().ranking());
    assertThat(ranking.root())
        .hasFieldOrPropertyWithValue("startVector", new DenseVector(new float[] {1}))
        .hasFieldOrPropertyWithValue("endVector", new DenseVector(new float[] {2}));
    io.siskin.server.rank.tree.RankingNode input = ranking.root().inputs().getFirst();
    assertThat(input.inputs().getFirst())
        .hasFieldOrPropertyWithValue(
            "target", new DenseTarget.Vector(new DenseVector(new float[] {3})));
    assertThat(input)
        .hasFieldOrPropertyWithValue(
            "query", new TokenQuery.Terms(List.of(TokenVector.of(Map.of("x", 1f)))));
  }

  private io.siskin.server.rank.tree.RankingNode domain(
      AtomicReference<RetrievalRequest> seen, RankingNode node) {
    client.search(SearchRequest.text("books", "x").withK(0).withRanking(Ranking.tree(node)));
    return Objects.requireNonNull(seen.get().ranking()).root();
  }

  @Test
  void stagesWithModelsArriveAsTheyWereMade() {
    AtomicReference<RetrievalRequest> seen = recordRequests();
    RankingNode trees =
        new RankingNode.Trees(
            RankingNode.Frame.of(40),
            RankingNode.sparse(50),
            "forest",
            List.of("score()", "rank()"),
            new RankingNode.Reach(30, 0.5));
    RankingNode plain =
        new RankingNode.Trees(
            RankingNode.Frame.of(30), trees, "wood", List.of(), RankingNode.Reach.ALL);
    RankingNode cross =
        new RankingNode.CrossEncode(
            RankingNode.Frame.of(20),
            plain,
            "reader",
            List.of("title", "text"),
            "own",
            new RankingNode.Reach(null, 0.0),
            0.25);
    RankingNode root =
        new RankingNode.CrossEncode(
            RankingNode.Frame.of(10), cross, "r", List.of("a"), "", RankingNode.Reach.ALL, null);
    client.search(SearchRequest.text("books", "x").withRanking(Ranking.tree(root)));
    var outer =
        (io.siskin.server.rank.tree.RankingNode.CrossEncode)
            Objects.requireNonNull(seen.get().ranking()).root();
    assertThat(outer.reach()).isEqualTo(Reach.ALL);
    assertThat(outer.keepThreshold()).isNull();
    assertThat(outer.text()).isEmpty();
    var inner = (io.siskin.server.rank.tree.RankingNode.CrossEncode) outer.input();
    assertThat(inner.model()).isEqualTo("reader");
    assertThat(inner.fields()).containsExactly("title", "text");
    assertThat(inner.text()).isEqualTo("own");
    assertThat(inner.reach()).isEqualTo(new Reach(Reach.ALL.ranks(), 0));
    assertThat(inner.keepThreshold()).isEqualTo(0.25);
    var whole = (io.siskin.server.rank.tree.RankingNode.Trees) inner.input();
    assertThat(whole.features()).isEmpty();
    assertThat(whole.reach()).isEqualTo(Reach.ALL);
    var own = (io.siskin.server.rank.tree.RankingNode.Trees) whole.input();
    assertThat(own.model()).isEqualTo("forest");
    assertThat(own.features()).extracting(Formula::text).containsExactly("score()", "rank()");
    assertThat(own.reach()).isEqualTo(new Reach(30, 0.5));
  }

  @Test
  void anAnswerArrivesAsItWasGiven() {
    SearchResult result = client.search(SearchRequest.text("books", "insects"));

    assertThat(result.hits())
        .containsExactly(
            new SearchResult.Hit(
                "books",
                2.5f,
                Map.of("title", "On insects"),
                List.of(new SearchResult.Contribution("insect", 1.25f, 2, 2.5f))));
    assertThat(result.mode()).isEqualTo(new SearchMode.Clustered(7, 0.75f, false));
    assertThat(result.counters()).isEqualTo(new SearchResult.Counters(1, 2, 3, 4, 5, 6, 7));
    assertThat(result.timings().encodeNanos()).isEqualTo(11);
    assertThat(result.timings().searchNanos()).isEqualTo(22);
    assertThat(result.timings().fetchNanos()).isEqualTo(33);
    assertThat(result.timings().queueNanos()).isZero();
    assertThat(result.timings().totalNanos()).isPositive();
    assertThat(result.unknownTerms()).isEqualTo(9);
  }

  @Test
  void collectionsArriveFromAllPages() {
    retriever.collections =
        IntStream.range(0, 150)
            .mapToObj(i -> FakeRetriever.describe(String.format("c%03d", i)))
            .toList();
    assertThat(client.collections())
        .hasSize(150)
        .extracting(CollectionInfo::name)
        .isSorted()
        .endsWith("c149");

    CollectionInfo info = client.collection("c007");
    assertThat(info)
        .isEqualTo(
            new CollectionInfo(
                "c007",
                10,
                20,
                30,
                40,
                "bm25",
                "plain",
                "{\"k1\":0.9}",
                CollectionInfo.Vocabulary.TOKEN,
                new SearchMode.Clustered(12, 0.5f, true),
                0.98f,
                List.of(
                    new CollectionInfo.RecallExpectation(
                        10,
                        0.95f,
                        new SearchMode.ScoreAtATime(0.25f, 0.75f, 0, 0),
                        0.96875f,
                        61.5f,
                        62.5f)),
                List.of("title", "text"),
                List.of(
                    new CollectionInfo.Segment(
                        "00112233445566778899aabbccddeeff",
                        1,
                        10,
                        30,
                        List.of(
                            new CollectionInfo.Structure("forward", 64),
                            new CollectionInfo.Structure("blockmax", 8)))),
                false,
                new CollectionInfo.Storage(
                    Map.of("owner", FieldType.STRING, "year", FieldType.INT64),
                    "owner",
                    List.of("a", "b"),
                    77,
                    3,
                    new CollectionInfo.Memory(1, 2, 3, 4, 5),
                    new CollectionInfo.TextStatistics(StatisticsScope.TENANT, 40.5, 41.25))));
    assertThat(info.storage().fields().keySet()).containsExactly("owner", "year");
  }

  @Test
  void healthIsTold() {
    assertThat(client.health()).isEqualTo(Health.NOT_SERVING);
    server.markReady();
    assertThat(client.health("siskin.v1.SearchService")).isEqualTo(Health.SERVING);
    assertThat(client.health("nothing")).isEqualTo(Health.SERVICE_UNKNOWN);
  }

  @Test
  void anInvalidRequestNamesItsFieldsAndIsNotRepeated() {
    assertThatThrownBy(() -> client.search(SearchRequest.text("books", "x").withK(0)))
        .isInstanceOfSatisfying(
            SearchException.InvalidRequest.class,
            error -> {
              assertThat(error.status()).isEqualTo("INVALID_ARGUMENT");
              assertThat(error.violations())
                  .containsExactly(
                      new SearchException.FieldViolation("k", "k is 0; allowed: 1 to 10000"));
            });
    assertThat(retriever.searchCount).hasValue(0);
  }

  @Test
  void failuresHaveTheirTypes() {
    retriever.behaviour =
        (request, cancellation) -> {
          throw new CollectionNotFoundException(request.collection(), List.of());
        };
    assertThatThrownBy(() -> client.search(SearchRequest.text("boks", "x")))
        .isInstanceOf(SearchException.NotFound.class);
    retriever.behaviour =
        (request, cancellation) -> {
          throw new IllegalStateException("thrown by the test");
        };
    assertThatThrownBy(() -> client.search(SearchRequest.text("books", "x")))
        .isInstanceOfSatisfying(
            SearchException.ServerFault.class,
            error -> {
              assertThat(error.status()).isEqualTo("INTERNAL");
              assertThat(error.getMessage()).contains(String.valueOf(error.reference()));
              assertThat(error.reference()).isNotEmpty();
            });
    assertThat(retriever.searchCount).as("neither was repeated").hasValue(2);
  }

  @Test
  void aBusyServerIsAskedAgain() {
    AtomicInteger attempts = new AtomicInteger();
    retriever.behaviour =
        (request, cancellation) -> {
          if (attempts.incrementAndGet() < 3) {
            throw new OverloadedException(1);
          }
          return FakeRetriever.answer("d1");
        };

    assertThat(client.search(SearchRequest.text("books", "x")).hits()).hasSize(1);
    assertThat(attempts).hasValue(3);
  }

  @Test
  void aServerThatStaysBusyIsToldToTheCaller() {
    AtomicInteger attempts = new AtomicInteger();
    retriever.behaviour =
        (request, cancellation) -> {
          attempts.incrementAndGet();
          throw new OverloadedException(1);
        };

    assertThatThrownBy(() -> client.search(SearchRequest.text("books", "x")))
        .isInstanceOfSatisfying(
            SearchException.Exhausted.class,
            error -> assertThat(error.retryDelay()).isEqualTo(Duration.ofMillis(1)));
    assertThat(attempts).hasValue(4);
  }

  @Test
  void aResponseThatIsTooLargeIsNotAskedForAgain() {
    AtomicInteger attempts = new AtomicInteger();
    retriever.behaviour =
        (request, cancellation) -> {
          attempts.incrementAndGet();
          throw new ResponseTooLargeException(2, 1);
        };

    assertThatThrownBy(() -> client.search(SearchRequest.text("books", "x")))
        .isInstanceOfSatisfying(
            SearchException.Exhausted.class, error -> assertThat(error.retryDelay()).isNull());
    assertThat(attempts).hasValue(1);
  }

  @Test
  void aDeadlinePasses() {
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> FakeRetriever.searchUntilInterrupted(cancellation);

    assertThatThrownBy(
            () ->
                client.search(SearchRequest.text("books", "x").withDeadline(Duration.ofMillis(50))))
        .isInstanceOf(SearchException.DeadlineExceeded.class);
  }

  @Test
  void cancellingTheFutureStopsTheSearch() {
    CompletableFuture<QueryCancelledException.Reason> stopped = new CompletableFuture<>();
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          entered.countDown();
          try {
            return FakeRetriever.searchUntilInterrupted(cancellation);
          } catch (QueryCancelledException e) {
            stopped.complete(e.reason());
            throw e;
          }
        };
    CompletableFuture<SearchResult> search = client.searchAsync(SearchRequest.text("books", "x"));
    FakeRetriever.await(entered);

    assertThat(search.cancel(true)).isTrue();
    assertThat(stopped).succeedsWithin(LONG).isEqualTo(QueryCancelledException.Reason.CANCELLED);
  }

  @Test
  void blockingOnTheNetworkThreadIsRefused() {
    // The answer to a call that has waited for the connection may come on the thread that made it.
    retriever.behaviour = (request, cancellation) -> FakeRetriever.answer("d1");
    var _ = client.search(SearchRequest.text("books", "x"));
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          FakeRetriever.await(gate);
          return FakeRetriever.answer("d1");
        };
    // Chained before the answer is let go, so that it runs on the thread that brings the answer.
    CompletableFuture<SearchResult> nested =
        client
            .searchAsync(SearchRequest.text("books", "x"))
            .thenApply(result -> client.search(SearchRequest.text("books", "y")));
    gate.countDown();

    assertThat(nested)
        .failsWithin(LONG)
        .withThrowableThat()
        .withCauseInstanceOf(IllegalStateException.class)
        .withMessageContaining("network thread");
  }

  @Test
  void aStreamPairsAnswersWithRequests() {
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          if (request.collection().equals("boks")) {
            throw new CollectionNotFoundException("boks", List.of());
          }
          return FakeRetriever.answer(request.collection());
        };
    List<CompletableFuture<SearchResult>> answers = new ArrayList<>();
    try (SearchStream stream = client.openStream()) {
      for (int i = 0; i < 500; i++) {
        answers.add(stream.submit(SearchRequest.text(i == 250 ? "boks" : "c" + i, "x")));
      }
    }

    for (int i = 0; i < 500; i++) {
      assertThat(answers.get(i)).as("closing has waited for all").isDone();
      if (i == 250) {
        assertThat(answers.get(i))
            .failsWithin(LONG)
            .withThrowableThat()
            .withCauseInstanceOf(SearchException.NotFound.class);
      } else {
        assertThat(answers.get(i).join().hits().getFirst().id()).isEqualTo("c" + i);
      }
    }
  }

  @Test
  void aClosedStreamTakesNothing() {
    SearchStream stream = client.openStream();
    stream.close();
    stream.close();

    assertThatThrownBy(() -> stream.submit(SearchRequest.text("books", "x")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aServerThatIsNotThereIsUnavailable() {
    try (SearchClient lost = SearchClient.connect("unix:///nonexistent/socket")) {
      assertThatThrownBy(() -> lost.search(SearchRequest.text("books", "x")))
          .isInstanceOf(SearchException.Unavailable.class);
      try (SearchStream stream = lost.openStream()) {
        assertThat(stream.submit(SearchRequest.text("books", "x")))
            .failsWithin(LONG)
            .withThrowableThat()
            .withCauseInstanceOf(SearchException.Unavailable.class);
      }
    }
  }

  private AtomicReference<RetrievalRequest> recordRequests() {
    AtomicReference<RetrievalRequest> seen = new AtomicReference<>();
    retriever.behaviour =
        (request, cancellation) -> {
          seen.set(request);
          return FakeRetriever.answer("d1");
        };
    return seen;
  }
}

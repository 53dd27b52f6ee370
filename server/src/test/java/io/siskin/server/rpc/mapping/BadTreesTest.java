package io.siskin.server.rpc.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.store.Verification;
import io.siskin.proto.v1.ClusteredMode;
import io.siskin.proto.v1.ContextPruning;
import io.siskin.proto.v1.CrossEncoder;
import io.siskin.proto.v1.DenseStage;
import io.siskin.proto.v1.ExactMode;
import io.siskin.proto.v1.FeedbackStage;
import io.siskin.proto.v1.Formula;
import io.siskin.proto.v1.FuseInput;
import io.siskin.proto.v1.FuseStage;
import io.siskin.proto.v1.GroupScore;
import io.siskin.proto.v1.GroupStage;
import io.siskin.proto.v1.Interpolation;
import io.siskin.proto.v1.LinearFusion;
import io.siskin.proto.v1.RankingNode;
import io.siskin.proto.v1.Reach;
import io.siskin.proto.v1.ReciprocalRankFusion;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.ScoreNormalization;
import io.siskin.proto.v1.SearchMode;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SparseStage;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.TreeEnsemble;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.rank.RankingModels;
import io.siskin.server.retrieve.RecallSampler;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.search.Cancellation;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each bad tree is refused with the path of what is wrong, before anything is evaluated. */
final class BadTreesTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Schema.Field("year", FieldType.INT64),
              new Schema.Field("host", FieldType.STRING),
              new Schema.Field("tags", FieldType.STRING_LIST)),
          null);
  private static final String LINES =
      """
      {"id": "a", "vector": {"x": 1, "y": 2}, "year": 2001, "host": "h1", "tags": ["t"]}
      {"id": "b", "vector": {"x": 3}, "year": 2002, "host": "h2"}
      """;

  @TempDir static Path data;
  private static CollectionCatalog catalog;
  private static RetrievalPipeline pipeline;

  /** A model whose second feature needs what no collection here has. */
  private record TwoFeatures() implements RankingModels.TreeModel {
    @Override
    public int featureCount() {
      return 2;
    }

    @Override
    public List<RankingModels.Feature> features() {
      return List.of(
          new RankingModels.Feature("own", io.siskin.server.rank.Formula.parse("score()"), null),
          new RankingModels.Feature(
              "other", io.siskin.server.rank.Formula.parse("field('price', 0)"), null));
    }

    @Override
    public float[] score(float[] rows, int count) {
      return new float[count];
    }
  }

  /** A model that marks no tokens. */
  private record Pairs() implements RankingModels.PairModel {
    @Override
    public boolean marksTokens() {
      return false;
    }

    @Override
    public List<RankingModels.PendingScore> score(
        String query, List<String> documents, Cancellation cancellation) {
      List<RankingModels.PendingScore> scores = new ArrayList<>();
      for (String _ : documents) {
        scores.add(
            new RankingModels.PendingScore() {
              @Override
              public RankingModels.PairScore await(long nanos) {
                return new RankingModels.PairScore(1, new float[0], new int[0], new int[0]);
              }

              @Override
              public void giveUp() {
                // Nothing is under way.
              }
            });
      }
      return scores;
    }
  }

  /** One model of each kind. */
  private record TwoModels() implements RankingModels {
    @Override
    public List<String> names() {
      return List.of("pairs", "twos");
    }

    @Override
    public RankingModel find(String name) {
      return name.equals("twos") ? new TwoFeatures() : name.equals("pairs") ? new Pairs() : null;
    }
  }

  /** A bad request, and the path of what is wrong with it. */
  private record Bad(SearchRequest request, String path) {}

  @BeforeAll
  static void build() throws IOException {
    TestCollections.index(
        data,
        "books",
        LINES,
        TestCollections.exactOnly(),
        null,
        SCHEMA,
        StatisticsScope.COLLECTION);
    catalog =
        new CollectionCatalog(new DataDirectory(data), Verification.FULL, _ -> {}, TextModels.NONE);
    catalog.openAll();
    pipeline =
        new RetrievalPipeline(catalog, _ -> WriteCounts.NONE, RecallSampler.OFF, new TwoModels());
  }

  @AfterAll
  static void close() {
    catalog.close();
  }

  private static SearchRequest.Builder request() {
    return SearchRequest.newBuilder()
        .setCollection("books")
        .setVector(SparseVector.newBuilder().addTokens("x").addWeights(1));
  }

  private static RankingNode.Builder node() {
    return RankingNode.newBuilder().setLimit(10);
  }

  private static RankingNode leaf() {
    return node().setSparse(SparseStage.getDefaultInstance()).build();
  }

  private static FuseStage.Builder fuse(RankingNode... inputs) {
    FuseStage.Builder fuse =
        FuseStage.newBuilder().setReciprocalRank(ReciprocalRankFusion.getDefaultInstance());
    for (RankingNode input : inputs) {
      fuse.addInputs(FuseInput.newBuilder().setNode(input));
    }
    return fuse;
  }

  private static RescoreStage.Builder formula(String expression) {
    return RescoreStage.newBuilder()
        .setInput(leaf())
        .setFormula(Formula.newBuilder().setExpression(expression));
  }

  private static FeedbackStage.Builder feedback() {
    return FeedbackStage.newBuilder().setInput(leaf()).setDocuments(2).setTerms(3);
  }

  private static GroupStage.Builder group() {
    return GroupStage.newBuilder()
        .setInput(leaf())
        .setField("host")
        .setScore(GroupScore.GROUP_SCORE_MAX);
  }

  private static Interpolation.Builder interpolation() {
    return Interpolation.newBuilder().setField("f").addVector(1).setAlpha(0.5).setMissingScore(0);
  }

  private static TreeEnsemble.Builder trees() {
    return TreeEnsemble.newBuilder()
        .setModel("twos")
        .addFeatures("score() + contribution_max()")
        .addFeatures("rank()");
  }

  private static CrossEncoder.Builder crossEncoder() {
    return CrossEncoder.newBuilder().setModel("pairs").addFields("host").setText("asked");
  }

  private static RescoreStage.Builder crossEncoder(CrossEncoder.Builder by) {
    return RescoreStage.newBuilder().setInput(leaf()).setCrossEncoder(by);
  }

  private static RescoreStage.Builder trees(TreeEnsemble.Builder by) {
    return RescoreStage.newBuilder().setInput(leaf()).setTrees(by);
  }

  /** A right tree with all kinds of nodes for which the collection has what they need. */
  private static RankingNode right() {
    RankingNode scored = node().setRescore(formula("score() + field('year', 0)")).build();
    RankingNode again = node().setFeedback(feedback().setInput(scored)).build();
    RankingNode grouped = node().setGroup(group().setInput(again)).build();
    RankingNode crossed = node().setRescore(crossEncoder(crossEncoder()).setInput(grouped)).build();
    RankingNode byModel = node().setRescore(trees(trees()).setInput(crossed)).build();
    return node().setName("root").setFuse(fuse(byModel, leaf())).build();
  }

  /** Returns the same tree with one node changed. */
  private static RankingNode changed(
      RankingNode node, String path, String target, Consumer<RankingNode.Builder> change) {
    RankingNode.Builder builder = node.toBuilder();
    if (path.equals(target)) {
      change.accept(builder);
      return builder.build();
    }
    switch (node.getStageCase()) {
      case FUSE -> {
        for (int i = 0; i < node.getFuse().getInputsCount(); i++) {
          String below = path + ".fuse.inputs[" + i + "].node";
          RankingNode input = node.getFuse().getInputs(i).getNode();
          builder
              .getFuseBuilder()
              .getInputsBuilder(i)
              .setNode(changed(input, below, target, change));
        }
      }
      case RESCORE ->
          builder
              .getRescoreBuilder()
              .setInput(
                  changed(node.getRescore().getInput(), path + ".rescore.input", target, change));
      case FEEDBACK ->
          builder
              .getFeedbackBuilder()
              .setInput(
                  changed(node.getFeedback().getInput(), path + ".feedback.input", target, change));
      case GROUP ->
          builder
              .getGroupBuilder()
              .setInput(changed(node.getGroup().getInput(), path + ".group.input", target, change));
      case SPARSE, DENSE, STAGE_NOT_SET -> {
        // Nothing is below.
      }
    }
    return builder.build();
  }

  private static final String DEEPEST =
      "node.fuse.inputs[0].node.rescore.input.rescore.input.group.input.feedback.input"
          + ".rescore.input";

  private static final List<String> PATHS =
      List.of(
          "node",
          "node.fuse.inputs[0].node",
          "node.fuse.inputs[0].node.rescore.input",
          "node.fuse.inputs[0].node.rescore.input.rescore.input",
          "node.fuse.inputs[0].node.rescore.input.rescore.input.group.input",
          "node.fuse.inputs[0].node.rescore.input.rescore.input.group.input.feedback.input",
          DEEPEST,
          "node.fuse.inputs[1].node");

  private static List<Bad> badTrees() {
    List<Bad> bad = new ArrayList<>();
    for (String path : PATHS) {
      addOfAnyNode(bad, path);
    }
    for (String path : List.of("node", DEEPEST)) {
      addStages(bad, path);
      addFormulas(bad, path);
      addTrees(bad, path);
      addCrossEncoders(bad, path);
    }
    addShapes(bad);
    addRequests(bad);
    return bad;
  }

  private static void add(
      List<Bad> bad, String path, String wrong, Consumer<RankingNode.Builder> change) {
    bad.add(
        new Bad(request().setNode(changed(right(), "node", path, change)).build(), path + wrong));
  }

  private static void addOfAnyNode(List<Bad> bad, String path) {
    add(bad, path, ".limit", node -> node.clearLimit());
    add(bad, path, ".limit", node -> node.setLimit(10_001));
    add(bad, path, ".limit", node -> node.setLimit(-1));
    add(bad, path, ".budget_micros", node -> node.setBudgetMicros(0));
    add(bad, path, ".budget_micros", node -> node.setBudgetMicros(9));
    add(bad, path, ".budget_micros", node -> node.setBudgetMicros(1_000_001));
    add(bad, path, ".name", node -> node.setName("n".repeat(129)));
    add(bad, path, "", node -> node.clearStage());
  }

  private static void addStages(List<Bad> bad, String path) {
    for (UnaryOperator<Interpolation.Builder> one :
        List.<UnaryOperator<Interpolation.Builder>>of(
            by -> by.clearVector(),
            by -> by.clearVector().addVector(Float.NaN),
            by -> by.addAllVector(Collections.nCopies(4_096, 1f)),
            by -> by.clearField(),
            by -> by.clearAlpha(),
            by -> by.setAlpha(Double.NaN),
            by -> by.setAlpha(-0.01),
            by -> by.setAlpha(1.01),
            by -> by.clearMissingScore(),
            by -> by.setMissingScore(Double.POSITIVE_INFINITY),
            by -> by.setEarlyStopValue(9),
            by -> by)) {
      Interpolation by = one.apply(interpolation()).build();
      String wrong =
          by.getField().isEmpty() || by.equals(interpolation().build())
              ? ".field"
              : !by.hasAlpha() || !(by.getAlpha() == 0.5)
                  ? ".alpha"
                  : !by.hasMissingScore() || by.getMissingScore() != 0
                      ? ".missing_score"
                      : by.getEarlyStopValue() == 9 ? ".early_stop" : ".vector";
      String at = ".rescore.interpolation" + wrong;
      String whole = by.getVectorCount() == 1 && Float.isNaN(by.getVector(0)) ? at + "[0]" : at;
      add(
          bad,
          path,
          whole,
          node -> node.setRescore(RescoreStage.newBuilder().setInput(leaf()).setInterpolation(by)));
    }
    add(bad, path, ".rescore", node -> node.setRescore(formula("1").clearBy()));
    add(bad, path, ".rescore.input", node -> node.setRescore(formula("1").clearInput()));
    add(
        bad,
        path,
        ".rescore.formula.undefined_score",
        node ->
            node.setRescore(
                formula("1")
                    .setFormula(
                        Formula.newBuilder().setExpression("1").setUndefinedScore(Double.NaN))));
    DenseStage.Builder dense = DenseStage.newBuilder().setField("f").addVector(1);
    add(bad, path, ".dense.field", node -> node.setDense(dense));
    add(bad, path, ".dense.field", node -> node.setDense(dense.clone().clearField()));
    add(bad, path, ".dense.vector", node -> node.setDense(dense.clone().clearVector()));
    add(
        bad,
        path,
        ".dense.vector[1]",
        node -> node.setDense(dense.clone().addVector(Float.NEGATIVE_INFINITY)));
    addFusions(bad, path);
    addFeedback(bad, path);
    add(bad, path, ".group.input", node -> node.setGroup(group().clearInput()));
    add(bad, path, ".group.field", node -> node.setGroup(group().clearField()));
    add(bad, path, ".group.field", node -> node.setGroup(group().setField("hots")));
    add(bad, path, ".group.field", node -> node.setGroup(group().setField("tags")));
    add(bad, path, ".group.score", node -> node.setGroup(group().clearScore()));
    add(bad, path, ".group.score", node -> node.setGroup(group().setScoreValue(77)));
    add(bad, path, ".group.inner_hits", node -> node.setGroup(group().setInnerHits(101)));
    addSparse(bad, path);
  }

  private static void addTrees(List<Bad> bad, String path) {
    String at = ".rescore.trees";
    add(bad, path, ".rescore.input", node -> node.setRescore(trees(trees()).clearInput()));
    add(bad, path, at + ".model", node -> node.setRescore(trees(trees().clearModel())));
    add(bad, path, at + ".model", node -> node.setRescore(trees(trees().setModel("two"))));
    // Its own features do not fit the collection.
    add(bad, path, at + ".model", node -> node.setRescore(trees(trees().clearFeatures())));
    add(bad, path, at + ".features", node -> node.setRescore(trees(trees().addFeatures("1"))));
    add(
        bad,
        path,
        at + ".features",
        node ->
            node.setRescore(
                trees(trees().clearFeatures().addAllFeatures(Collections.nCopies(1_025, "1")))));
    for (String wrong :
        List.of("", "1 +", "score('root', 0)", "field('host', 0)", "dense('f', 0)", "terms()")) {
      add(
          bad,
          path,
          at + ".features[1]",
          node -> node.setRescore(trees(trees().setFeatures(1, wrong))));
    }
    for (int ranks : new int[] {0, -1, 10_001}) {
      Reach reach = Reach.newBuilder().setRanks(ranks).build();
      add(bad, path, at + ".reach.ranks", node -> node.setRescore(trees(trees().setReach(reach))));
    }
    for (double margin : new double[] {-0.5, Double.NaN, 1e31, Double.POSITIVE_INFINITY}) {
      Reach reach = Reach.newBuilder().setMargin(margin).build();
      add(bad, path, at + ".reach.margin", node -> node.setRescore(trees(trees().setReach(reach))));
    }
  }

  private static void addCrossEncoders(List<Bad> bad, String path) {
    String at = ".rescore.cross_encoder";
    for (CrossEncoder.Builder by :
        List.of(
            crossEncoder().clearModel(),
            crossEncoder().setModel("twos"),
            crossEncoder().setModel("pair"))) {
      add(bad, path, at + ".model", node -> node.setRescore(crossEncoder(by)));
    }
    add(
        bad,
        path,
        ".rescore.input",
        node -> node.setRescore(crossEncoder(crossEncoder()).clearInput()));
    for (CrossEncoder.Builder by :
        List.of(
            crossEncoder().clearFields(),
            crossEncoder().addAllFields(Collections.nCopies(16, "host")))) {
      add(bad, path, at + ".fields", node -> node.setRescore(crossEncoder(by)));
    }
    add(
        bad,
        path,
        at + ".fields[1]",
        node -> node.setRescore(crossEncoder(crossEncoder().addFields("hots"))));
    // The request of these trees has a vector.
    add(bad, path, at + ".text", node -> node.setRescore(crossEncoder(crossEncoder().clearText())));
    add(
        bad,
        path,
        at + ".text",
        node -> node.setRescore(crossEncoder(crossEncoder().setText("x".repeat(65_537)))));
    Reach none = Reach.newBuilder().setRanks(0).build();
    add(
        bad,
        path,
        at + ".reach.ranks",
        node -> node.setRescore(crossEncoder(crossEncoder().setReach(none))));
    for (ContextPruning context :
        List.of(
            ContextPruning.getDefaultInstance(),
            ContextPruning.newBuilder().setThreshold(-0.1).build(),
            ContextPruning.newBuilder().setThreshold(1.1).build(),
            ContextPruning.newBuilder().setThreshold(Double.NaN).build())) {
      add(
          bad,
          path,
          at + ".context.threshold",
          node -> node.setRescore(crossEncoder(crossEncoder().setContext(context))));
    }
    ContextPruning right = ContextPruning.newBuilder().setThreshold(0.5).build();
    add(
        bad,
        path,
        at + ".context",
        node -> node.setRescore(crossEncoder(crossEncoder().setContext(right))));
  }

  private static void addFusions(List<Bad> bad, String path) {
    add(bad, path, ".fuse.inputs", node -> node.setFuse(fuse()));
    add(
        bad,
        path,
        ".fuse.inputs",
        node -> node.setFuse(fuse(Collections.nCopies(32, leaf()).toArray(RankingNode[]::new))));
    add(bad, path, ".fuse", node -> node.setFuse(fuse(leaf()).clearMethod()));
    add(
        bad,
        path,
        ".fuse.inputs[0].node",
        node -> node.setFuse(fuse().addInputs(FuseInput.getDefaultInstance())));
    for (double weight : new double[] {Double.NaN, -1, 1_000_001, Double.POSITIVE_INFINITY}) {
      add(
          bad,
          path,
          ".fuse.inputs[0].weight",
          node ->
              node.setFuse(
                  fuse().addInputs(FuseInput.newBuilder().setNode(leaf()).setWeight(weight))));
    }
    add(
        bad,
        path,
        ".fuse.reciprocal_rank.constant",
        node ->
            node.setFuse(
                fuse(leaf()).setReciprocalRank(ReciprocalRankFusion.newBuilder().setConstant(-1))));
    LinearFusion.Builder linear =
        LinearFusion.newBuilder()
            .setNormalization(ScoreNormalization.SCORE_NORMALIZATION_MIN_MAX)
            .setMissingScore(0);
    add(
        bad,
        path,
        ".fuse.linear.normalization",
        node -> node.setFuse(fuse(leaf()).setLinear(linear.clone().clearNormalization())));
    add(
        bad,
        path,
        ".fuse.linear.normalization",
        node -> node.setFuse(fuse(leaf()).setLinear(linear.clone().setNormalizationValue(9))));
    add(
        bad,
        path,
        ".fuse.linear.missing_score",
        node -> node.setFuse(fuse(leaf()).setLinear(linear.clone().clearMissingScore())));
    add(
        bad,
        path,
        ".fuse.linear.missing_score",
        node -> node.setFuse(fuse(leaf()).setLinear(linear.clone().setMissingScore(1e31))));
  }

  private static void addFeedback(List<Bad> bad, String path) {
    add(bad, path, ".feedback.input", node -> node.setFeedback(feedback().clearInput()));
    add(bad, path, ".feedback.documents", node -> node.setFeedback(feedback().setDocuments(0)));
    add(bad, path, ".feedback.documents", node -> node.setFeedback(feedback().setDocuments(101)));
    add(bad, path, ".feedback.terms", node -> node.setFeedback(feedback().clearTerms()));
    add(bad, path, ".feedback.terms", node -> node.setFeedback(feedback().setTerms(1_001)));
    for (double weight : new double[] {Double.NaN, -0.5, 1_001}) {
      add(
          bad,
          path,
          ".feedback.query_weight",
          node -> node.setFeedback(feedback().setQueryWeight(weight)));
      add(
          bad,
          path,
          ".feedback.document_weight",
          node -> node.setFeedback(feedback().setDocumentWeight(weight)));
    }
    add(
        bad,
        path,
        ".feedback.search.recall_target",
        node ->
            node.setFeedback(feedback().setSearch(SparseStage.newBuilder().setRecallTarget(0))));
  }

  private static void addSparse(List<Bad> bad, String path) {
    SearchMode exact = SearchMode.newBuilder().setExact(ExactMode.getDefaultInstance()).build();
    SearchMode clustered =
        SearchMode.newBuilder().setClustered(ClusteredMode.getDefaultInstance()).build();
    SparseStage.Builder stage = SparseStage.newBuilder();
    add(
        bad,
        path,
        ".sparse.recall_target",
        node -> node.setSparse(stage.clone().setMode(exact).setRecallTarget(0.5f)));
    for (float target : new float[] {0, -1, 1.5f, Float.NaN}) {
      add(
          bad,
          path,
          ".sparse.recall_target",
          node -> node.setSparse(stage.clone().setRecallTarget(target)));
    }
    add(bad, path, ".sparse.mode", node -> node.setSparse(stage.clone().setMode(clustered)));
    add(
        bad,
        path,
        ".sparse.mode.clustered.heap_factor",
        node ->
            node.setSparse(
                stage
                    .clone()
                    .setMode(
                        SearchMode.newBuilder()
                            .setClustered(ClusteredMode.newBuilder().setHeapFactor(2)))));
    add(
        bad,
        path,
        ".sparse.text",
        node -> node.setSparse(stage.clone().setText("x".repeat(65_537))));
    SparseVector.Builder vector = SparseVector.newBuilder().addTokens("x");
    add(
        bad,
        path,
        ".sparse.vector.weights",
        node -> node.setSparse(stage.clone().setVector(vector)));
    add(
        bad,
        path,
        ".sparse.vector",
        node -> node.setSparse(stage.clone().setVector(vector.clone().addWeights(Float.NaN))));
    add(
        bad,
        path,
        ".sparse.vector",
        node ->
            node.setSparse(stage.clone().setVector(vector.clone().addTermIds(1).addWeights(1))));
  }

  private static void addFormulas(List<Bad> bad, String path) {
    for (String expression :
        List.of(
            "",
            " ",
            "x".repeat(4_097),
            "1 +",
            "(1",
            "1)",
            "* 2",
            "1 2",
            "1..2",
            "1e",
            "1e31",
            "score",
            "score('root'",
            "score('root')",
            "score('root', 0)",
            "score('nowhere', 0)",
            "score(root, 0)",
            "rank(1)",
            "rank('root', 0)",
            "rank('node')",
            "dense('f')",
            "dense('f', 0)",
            "matched_terms(1)",
            "matched_terms",
            "field('year')",
            "field('yaer', 0)",
            "field('host', 0)",
            "field('tags', 0)",
            "field('year', 'x')",
            "matches('year', 'x')",
            "matches('host')",
            "matches('host', 1)",
            "matches('nowhere', 'x')",
            "max(1)",
            "max(1, 2, 3)",
            "ln()",
            "sin(1)",
            "now(1)",
            "exp_decay(1)",
            "'a'",
            "\"a",
            "score() # comment",
            "Score()",
            "NaN",
            "1;",
            "(".repeat(65) + "1" + ")".repeat(65),
            "-".repeat(65) + "1")) {
      add(bad, path, ".rescore.formula.expression", node -> node.setRescore(formula(expression)));
    }
  }

  private static void addShapes(List<Bad> bad) {
    RankingNode deep = leaf();
    for (int depth = 1; depth < 8; depth++) {
      deep = node().setGroup(group().setInput(deep)).build();
    }
    String deepest = "node" + ".group.input".repeat(8);
    bad.add(new Bad(request().setNode(node().setGroup(group().setInput(deep))).build(), deepest));
    RankingNode wide =
        node().setFuse(fuse(Collections.nCopies(16, leaf()).toArray(RankingNode[]::new))).build();
    bad.add(
        new Bad(
            request().setNode(node().setFuse(fuse(wide, wide))).build(),
            "node.fuse.inputs[1].node.fuse.inputs[13].node"));
    RankingNode named = leaf().toBuilder().setName("same").build();
    bad.add(
        new Bad(
            request().setNode(node().setFuse(fuse(named, named))).build(),
            "node.fuse.inputs[1].node.name"));
    bad.add(
        new Bad(
            request()
                .setNode(node().setFuse(fuse(leaf().toBuilder().setName("node").build())))
                .build(),
            "node.fuse.inputs[0].node.name"));
    // Two formulas that would take each other's score.
    RankingNode first = node().setName("a").setRescore(formula("score('b', 0)")).build();
    RankingNode second = node().setName("b").setRescore(formula("score('a', 0)")).build();
    bad.add(
        new Bad(
            request().setNode(node().setFuse(fuse(first, second))).build(),
            "node.fuse.inputs[0].node.rescore.formula.expression"));
    bad.add(
        new Bad(
            request().clearQuery().setNode(right()).build(),
            PATHS.get(4) + ".feedback.search.query"));
    bad.add(new Bad(request().clearQuery().setNode(leaf()).build(), "node.sparse.query"));
  }

  private static void addRequests(List<Bad> bad) {
    bad.add(new Bad(request().setNode(RankingNode.getDefaultInstance()).build(), "node.limit"));
    bad.add(new Bad(request().setPipeline("nowhere").build(), "pipeline"));
    bad.add(new Bad(request().setPipeline("../x").build(), "pipeline"));
    bad.add(new Bad(request().setOffset(1).build(), "offset"));
    bad.add(new Bad(request().setNode(right()).setOffset(10).build(), "offset"));
    bad.add(new Bad(request().setNode(right()).setK(11).build(), "k"));
    bad.add(new Bad(request().setNode(right()).setOffset(5).setK(6).build(), "k"));
    bad.add(new Bad(request().setNode(right()).setRecallTarget(0.5f).build(), "recall_target"));
    bad.add(
        new Bad(request().setNode(right()).setTimeBudgetMicros(100).build(), "time_budget_micros"));
    bad.add(
        new Bad(
            request()
                .setNode(right())
                .setMode(SearchMode.newBuilder().setExact(ExactMode.getDefaultInstance()))
                .build(),
            "mode"));
    bad.add(
        new Bad(
            request().setNode(right()).setFilterExpression("yaer > 1").build(),
            "filter at character 1"));
  }

  private static RetrievalResponse search(SearchRequest request) {
    return pipeline.retrieve(
        ProtoMapper.toDomain(
            request, name -> pipeline.collection(name).defaultMode(), _ -> new TreeMap<>()),
        Cancellation.NEVER);
  }

  @Test
  void eachIsRefusedByItsPathBeforeAnythingIsEvaluated() {
    List<Bad> all = badTrees();
    assertThat(all).hasSizeGreaterThan(200);
    StatusMapper statuses = new StatusMapper(Duration.ofSeconds(1));
    long before = pipeline.rankingStagesBegun();
    for (Bad bad : all) {
      assertThatThrownBy(() -> search(bad.request))
          .as("%s", bad.request)
          .satisfies(
              error -> {
                Status status = statuses.toStatus(error);
                assertThat(status.getCode()).as("%s", error).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
                assertThat(field(status)).as("%s", error).isEqualTo(bad.path);
              });
    }
    assertThat(pipeline.rankingStagesBegun()).isEqualTo(before);
    assertThat(search(request().setNode(right()).build()).hits()).isNotEmpty();
    assertThat(pipeline.rankingStagesBegun()).isEqualTo(before + PATHS.size());
  }

  private static String field(Status status) {
    Any detail = status.getDetails(0);
    try {
      return detail.unpack(BadRequest.class).getFieldViolations(0).getField();
    } catch (InvalidProtocolBufferException notOne) {
      throw new AssertionError(notOne);
    }
  }
}

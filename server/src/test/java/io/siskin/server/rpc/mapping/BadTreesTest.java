package io.siskin.server.rpc.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.store.Verification;
import io.siskin.proto.v1.AnswersStage;
import io.siskin.proto.v1.CapStage;
import io.siskin.proto.v1.ClusteredMode;
import io.siskin.proto.v1.ContextList;
import io.siskin.proto.v1.ContextPruning;
import io.siskin.proto.v1.CrossEncoder;
import io.siskin.proto.v1.DenseStage;
import io.siskin.proto.v1.DenseVector;
import io.siskin.proto.v1.DenseVectors;
import io.siskin.proto.v1.DensifiedScore;
import io.siskin.proto.v1.DensifiedStage;
import io.siskin.proto.v1.DiversifyStage;
import io.siskin.proto.v1.DocumentContext;
import io.siskin.proto.v1.ExactMode;
import io.siskin.proto.v1.FeedbackStage;
import io.siskin.proto.v1.Formula;
import io.siskin.proto.v1.FuseInput;
import io.siskin.proto.v1.FuseStage;
import io.siskin.proto.v1.GroupScore;
import io.siskin.proto.v1.GroupStage;
import io.siskin.proto.v1.Interpolation;
import io.siskin.proto.v1.KeyedVector;
import io.siskin.proto.v1.LinearFusion;
import io.siskin.proto.v1.MaxSim;
import io.siskin.proto.v1.RankingNode;
import io.siskin.proto.v1.Reach;
import io.siskin.proto.v1.ReciprocalRankFusion;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.ScoreNormalization;
import io.siskin.proto.v1.SearchMode;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SparseSimilarity;
import io.siskin.proto.v1.SparseStage;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.TokenVectors;
import io.siskin.proto.v1.TreeEnsemble;
import io.siskin.proto.v1.Turn;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.rank.scope.RankingModels;
import io.siskin.server.rank.tree.DenseEffort;
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
import java.util.Map;
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
  private static final Schema LATE_SCHEMA =
      new Schema(
          SCHEMA.fields(),
          null,
          List.of(
              dense("v", 2, DenseStorage.F32, DenseSimilarity.COSINE),
              dense("w", 3, DenseStorage.TERMS, DenseSimilarity.DOT),
              dense("s", 64, DenseStorage.SLICES, DenseSimilarity.DOT),
              dense("k", 2, DenseStorage.KEYED_F16, DenseSimilarity.COSINE),
              dense("h", 40, DenseStorage.HASHED, DenseSimilarity.DOT)));
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
          new RankingModels.Feature(
              "own", io.siskin.server.rank.formula.Formula.parse("score()"), null),
          new RankingModels.Feature(
              "other", io.siskin.server.rank.formula.Formula.parse("field('price', 0)"), null));
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
    TestCollections.index(
        data,
        "late",
        LINES,
        TestCollections.exactOnly(),
        null,
        LATE_SCHEMA,
        StatisticsScope.COLLECTION);
    catalog =
        new CollectionCatalog(new DataDirectory(data), Verification.FULL, _ -> {}, TextModels.NONE);
    catalog.openAll();
    pipeline =
        new RetrievalPipeline(catalog, _ -> WriteCounts.NONE, RecallSampler.OFF, new TwoModels());
  }

  private static DenseFieldSpec dense(
      String name, int dimensions, DenseStorage storage, DenseSimilarity similarity) {
    return new DenseFieldSpec(name, new DenseType(dimensions, storage, similarity), 4);
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
      case DIVERSIFY, CAP, ANSWERS -> throw new AssertionError(path);
      case SPARSE, DENSE, DENSIFIED, STAGE_NOT_SET -> {
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
    addMaxSims(bad);
    addKeyed(bad);
    addDensified(bad);
    addRequestVectors(bad);
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
                      : by.getEarlyStopValue() == 9
                          ? ".early_stop"
                          : by.getVectorCount() == 0 ? ".query" : ".vector";
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
    add(bad, path, ".dense.query", node -> node.setDense(dense.clone().clearVector()));
    addTexts(bad, path);
    for (int candidates : new int[] {0, DenseEffort.CANDIDATES_MAX + 1, -1}) {
      add(
          bad,
          path,
          ".dense.candidates",
          node -> node.setDense(dense.clone().setCandidates(candidates)));
    }
    add(
        bad,
        path,
        ".dense.candidates",
        node -> node.setDense(dense.clone().setCandidates(10).setExact(true)));
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
    addPassages(bad, path);
    addAnswers(bad, path);
  }

  private static DocumentContext.Builder context() {
    return DocumentContext.newBuilder()
        .setField("host")
        .setWeight(0.5)
        .setNormalization(ScoreNormalization.SCORE_NORMALIZATION_MIN_MAX)
        .setGroupScore(GroupScore.GROUP_SCORE_MAX);
  }

  private static ContextList.Builder contextList() {
    return ContextList.newBuilder().setNode(leaf()).setMissingScore(0);
  }

  private static DiversifyStage.Builder diversify() {
    return DiversifyStage.newBuilder()
        .setInput(leaf())
        .setSparse(SparseSimilarity.getDefaultInstance())
        .setLambda(0.5)
        .setNormalization(ScoreNormalization.SCORE_NORMALIZATION_MIN_MAX);
  }

  private static void addContext(
      List<Bad> bad, String path, String wrong, DocumentContext.Builder by) {
    add(
        bad,
        path,
        ".rescore.context" + wrong,
        node -> node.setRescore(RescoreStage.newBuilder().setInput(leaf()).setContext(by)));
  }

  private static void addDiversify(
      List<Bad> bad, String path, String wrong, DiversifyStage.Builder stage) {
    add(bad, path, ".diversify" + wrong, node -> node.setDiversify(stage));
  }

  private static void addPassages(List<Bad> bad, String path) {
    add(bad, path, ".group.best_count", node -> node.setGroup(group().setBestCount(1)));
    GroupStage.Builder sum = group().setScore(GroupScore.GROUP_SCORE_SUM);
    add(bad, path, ".group.best_count", node -> node.setGroup(sum.clone().setBestCount(0)));
    add(bad, path, ".group.best_count", node -> node.setGroup(sum.clone().setBestCount(10_001)));
    add(bad, path, ".group.inner_fields", node -> node.setGroup(group().addInnerFields("hots")));
    add(
        bad,
        path,
        ".group.inner_fields",
        node -> node.setGroup(group().addAllInnerFields(Collections.nCopies(65, "host"))));
    add(
        bad,
        path,
        ".rescore.input",
        node -> node.setRescore(RescoreStage.newBuilder().setContext(context())));
    addContext(bad, path, ".field", context().clearField());
    addContext(bad, path, ".field", context().setField("hots"));
    addContext(bad, path, ".field", context().setField("tags"));
    addContext(bad, path, ".weight", context().clearWeight());
    addContext(bad, path, ".weight", context().setWeight(1.5));
    addContext(bad, path, ".weight", context().setWeight(Double.NaN));
    addContext(bad, path, ".normalization", context().clearNormalization());
    addContext(bad, path, ".normalization", context().setNormalizationValue(9));
    addContext(bad, path, "", context().clearDocuments());
    addContext(
        bad, path, ".group_score", context().setGroupScore(GroupScore.GROUP_SCORE_UNSPECIFIED));
    addContext(bad, path, ".group_score", context().setGroupScoreValue(77));
    addContext(bad, path, ".list.node", context().setList(contextList().clearNode()));
    addContext(
        bad,
        path,
        ".list.node.sparse.recall_target",
        context()
            .setList(
                contextList()
                    .setNode(node().setSparse(SparseStage.newBuilder().setRecallTarget(2)))));
    addContext(bad, path, ".list.field", context().setList(contextList().setField("hots")));
    addContext(bad, path, ".list.field", context().setList(contextList().setField("tags")));
    addContext(bad, path, ".list.field", context().setList(contextList().setField("year")));
    addContext(
        bad, path, ".list.missing_score", context().setList(contextList().clearMissingScore()));
    addContext(
        bad, path, ".list.missing_score", context().setList(contextList().setMissingScore(1e31)));
    addDiversify(bad, path, ".input", diversify().clearInput());
    addDiversify(
        bad, path, ".input.limit", diversify().setInput(leaf().toBuilder().setLimit(1_001)));
    addDiversify(
        bad, path, ".input.limit", diversify().setInput(leaf().toBuilder().setLimit(10_001)));
    addDiversify(bad, path, "", diversify().clearSimilarity());
    addDiversify(bad, path, ".field", diversify().setField(""));
    addDiversify(bad, path, ".field", diversify().setField("f"));
    addDiversify(bad, path, ".lambda", diversify().clearLambda());
    addDiversify(bad, path, ".lambda", diversify().setLambda(-0.1));
    addDiversify(bad, path, ".lambda", diversify().setLambda(Double.NaN));
    addDiversify(bad, path, ".normalization", diversify().clearNormalization());
    CapStage.Builder cap = CapStage.newBuilder().setInput(leaf()).setField("host").setCount(1);
    add(bad, path, ".cap.input", node -> node.setCap(cap.clone().clearInput()));
    add(bad, path, ".cap.field", node -> node.setCap(cap.clone().clearField()));
    add(bad, path, ".cap.field", node -> node.setCap(cap.clone().setField("tags")));
    add(bad, path, ".cap.field", node -> node.setCap(cap.clone().setField("hots")));
    add(bad, path, ".cap.count", node -> node.setCap(cap.clone().clearCount()));
    add(bad, path, ".cap.count", node -> node.setCap(cap.clone().setCount(10_001)));
  }

  private static void addAnswers(List<Bad> bad, String path) {
    DenseStage.Builder dense = DenseStage.newBuilder().setField("f").addVector(1);
    FeedbackStage.Builder again = FeedbackStage.newBuilder().setInput(leaf()).setDocuments(2);
    add(
        bad,
        path,
        ".feedback.dense.field",
        node -> node.setFeedback(again.clone().setDense(dense)));
    add(
        bad,
        path,
        ".feedback.dense.candidates",
        node -> node.setFeedback(again.clone().setDense(dense.clone().setCandidates(0))));
    add(
        bad,
        path,
        ".feedback.dense.field",
        node -> node.setFeedback(again.clone().setDense(dense.clone().clearField())));
    add(
        bad,
        path,
        ".feedback.dense.query",
        node -> node.setFeedback(again.clone().setDense(dense.clone().clearVector())));
    add(
        bad,
        path,
        ".feedback.terms",
        node -> node.setFeedback(again.clone().setDense(dense).setTerms(3)));
    add(
        bad,
        path,
        ".feedback.search",
        node ->
            node.setFeedback(
                again.clone().setDense(dense).setSearch(SparseStage.getDefaultInstance())));
    add(
        bad,
        path,
        ".feedback.documents",
        node -> node.setFeedback(again.clone().setDense(dense).setDocuments(101)));
    add(
        bad,
        path,
        ".feedback.query_weight",
        node -> node.setFeedback(again.clone().setDense(dense).setQueryWeight(-1)));
    AnswersStage.Builder answers =
        AnswersStage.newBuilder()
            .setInput(leaf())
            .setStartField("f")
            .addStartVector(1)
            .addEndVector(1)
            .setScoreWeight(1)
            .setTokensMax(5)
            .setTextField("text");
    for (Map.Entry<String, UnaryOperator<AnswersStage.Builder>> wrong :
        List.<Map.Entry<String, UnaryOperator<AnswersStage.Builder>>>of(
            Map.entry(".input", it -> it.clearInput()),
            Map.entry(".input.limit", it -> it.setInput(leaf().toBuilder().setLimit(1_001))),
            Map.entry(".start_field", it -> it.clearStartField()),
            Map.entry(".start_field", it -> it),
            Map.entry(".start_vector", it -> it.clearStartVector()),
            Map.entry(".end_vector", it -> it.clearEndVector()),
            Map.entry(".end_vector[1]", it -> it.addEndVector(Float.NaN)),
            Map.entry(".score_weight", it -> it.clearScoreWeight()),
            Map.entry(".score_weight", it -> it.setScoreWeight(-1)),
            Map.entry(".tokens_max", it -> it.clearTokensMax()),
            Map.entry(".tokens_max", it -> it.setTokensMax(65)),
            Map.entry(".count", it -> it.setCount(0)),
            Map.entry(".count", it -> it.setCount(11)),
            Map.entry(".text_field", it -> it.clearTextField()))) {
      AnswersStage stage = wrong.getValue().apply(answers.clone()).build();
      add(bad, path, ".answers" + wrong.getKey(), node -> node.setAnswers(stage));
    }
  }

  /** Texts and turns; the field has an encoder nowhere. */
  private static void addTexts(List<Bad> bad, String path) {
    DenseStage.Builder dense = DenseStage.newBuilder().setField("f");
    Turn turn = Turn.newBuilder().setText("x").build();
    String longText = "x".repeat(65_537);
    add(bad, path, ".dense.field", node -> node.setDense(dense.clone().setText("x")));
    add(bad, path, ".dense.field", node -> node.setDense(dense.clone().addTurns(turn)));
    add(bad, path, ".dense.text", node -> node.setDense(dense.clone().setText(longText)));
    add(bad, path, ".dense.vector", node -> node.setDense(dense.clone().addVector(1).setText("x")));
    add(
        bad,
        path,
        ".dense.turns",
        node -> node.setDense(dense.clone().addTurns(turn).setText("x")));
    RescoreStage.Builder by =
        RescoreStage.newBuilder()
            .setInput(leaf())
            .setInterpolation(interpolation().clearVector().setText("x"));
    add(bad, path, ".rescore.interpolation.field", node -> node.setRescore(by));
    SparseStage.Builder sparse = SparseStage.newBuilder();
    add(
        bad,
        path,
        ".sparse.turns",
        node -> node.setSparse(sparse.clone().setText("x").addTurns(turn)));
    for (double weight : new double[] {Double.NaN, -1, 1_001, Double.POSITIVE_INFINITY}) {
      Turn wrong = turn.toBuilder().setWeight(weight).build();
      String at = ".turns[1].weight";
      add(bad, path, ".sparse" + at, node -> node.setSparse(turns(turn, wrong)));
      add(
          bad,
          path,
          ".feedback.search" + at,
          node -> node.setFeedback(feedback().setSearch(turns(turn, wrong))));
      add(
          bad,
          path,
          ".dense" + at,
          node -> node.setDense(dense.clone().addTurns(turn).addTurns(wrong)));
    }
    Turn ignored = turn.toBuilder().setWeight(0).build();
    add(bad, path, ".sparse.turns", node -> node.setSparse(turns(ignored, ignored)));
    add(
        bad,
        path,
        ".sparse.turns",
        node -> node.setSparse(turns(Collections.nCopies(17, turn).toArray(Turn[]::new))));
    add(
        bad,
        path,
        ".sparse.turns[0].text",
        node -> node.setSparse(turns(turn.toBuilder().setText(longText).build())));
  }

  private static SparseStage.Builder turns(Turn... turns) {
    return SparseStage.newBuilder().addAllTurns(List.of(turns));
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

  private static SearchRequest late(RankingNode.Builder node) {
    return request().setCollection("late").setNode(node).build();
  }

  private static void addMaxSim(List<Bad> bad, String wrong, UnaryOperator<MaxSim.Builder> change) {
    DenseVector.Builder vector = DenseVector.newBuilder().addValues(1).addValues(2);
    MaxSim.Builder right =
        MaxSim.newBuilder().setField("v").addVectors(vector).setMissingScore(0).setAlpha(0.5);
    RescoreStage.Builder stage =
        RescoreStage.newBuilder().setInput(leaf()).setMaxSim(change.apply(right));
    bad.add(new Bad(late(node().setRescore(stage)), "node.rescore.max_sim" + wrong));
  }

  private static void addMaxSims(List<Bad> bad) {
    DenseVector.Builder vector = DenseVector.newBuilder().addValues(1).addValues(2);
    SparseVector.Builder sparse = SparseVector.newBuilder().addTokens("x").addWeights(1);
    addMaxSim(bad, ".field", by -> by.clearField());
    addMaxSim(bad, ".field", by -> by.setField("u"));
    addMaxSim(bad, ".field", by -> by.setField("w"));
    addMaxSim(bad, ".field", by -> by.setField("s"));
    addMaxSim(bad, ".field", by -> by.clearVectors().addTokenVectors(sparse));
    addMaxSim(bad, ".alpha", by -> by.setAlpha(-0.1));
    addMaxSim(bad, ".alpha", by -> by.setAlpha(Double.NaN));
    addMaxSim(bad, ".missing_score", by -> by.clearMissingScore());
    addMaxSim(bad, ".missing_score", by -> by.setMissingScore(2e30));
    addMaxSim(bad, ".vectors", by -> by.addAllVectors(Collections.nCopies(128, vector.build())));
    addMaxSim(bad, ".vectors[1].values", by -> by.addVectors(vector.clone().addValues(3)));
    addMaxSim(bad, ".vectors[1].values", by -> by.addVectors(DenseVector.getDefaultInstance()));
    addMaxSim(
        bad,
        ".vectors[1].values",
        by -> by.addVectors(DenseVector.newBuilder().addValues(0).addValues(0)));
    addMaxSim(
        bad,
        ".vectors[1].values[1]",
        by -> by.addVectors(DenseVector.newBuilder().addValues(0).addValues(Float.NaN)));
    addMaxSim(bad, ".token_vectors", by -> by.addTokenVectors(sparse));
    addMaxSim(bad, ".token_vectors", by -> by.setField("w").clearVectors());
    addMaxSim(
        bad,
        ".token_vectors",
        by ->
            by.setField("w")
                .clearVectors()
                .addAllTokenVectors(Collections.nCopies(129, sparse.build())));
    addMaxSim(
        bad,
        ".token_vectors[1]",
        by ->
            by.setField("w")
                .clearVectors()
                .addTokenVectors(sparse)
                .addTokenVectors(SparseVector.newBuilder().addTokens("y").addWeights(2e15f)));
    addMaxSim(
        bad,
        ".token_vectors[0].weights",
        by ->
            by.setField("w")
                .clearVectors()
                .addTokenVectors(SparseVector.newBuilder().addTokens("x")));
  }

  private static void addKeyed(List<Bad> bad) {
    KeyedVector.Builder one = KeyedVector.newBuilder().setKey(7).addValues(1).addValues(2);
    SparseVector.Builder sparse = SparseVector.newBuilder().addTokens("x").addWeights(1);
    UnaryOperator<MaxSim.Builder> right =
        by -> by.clearVectors().setField("k").addKeyedVectors(one);
    addMaxSim(bad, ".keyed_vectors", by -> by.setField("k").addKeyedVectors(one));
    addMaxSim(bad, ".keyed_vectors", by -> right.apply(by).addTokenVectors(sparse));
    addMaxSim(bad, ".text", by -> right.apply(by).setText("x"));
    addMaxSim(bad, ".text", by -> by.setText("x"));
    addMaxSim(bad, ".text", by -> by.clearVectors().setField("w").setText("x".repeat(65_537)));
    addMaxSim(bad, ".field", by -> by.setField("k"));
    addMaxSim(bad, ".field", by -> right.apply(by).setField("v"));
    addMaxSim(bad, ".field", by -> right.apply(by).setField("w"));
    addMaxSim(bad, ".field", by -> by.clearVectors().setField("k").setText("x"));
    addMaxSim(bad, ".field", by -> by.clearVectors().setField("h").setText("x"));
    addMaxSim(bad, ".token_vectors", by -> by.clearVectors().setField("w").setText("x"));
    addMaxSim(
        bad,
        ".keyed_vectors",
        by -> right.apply(by).addAllKeyedVectors(Collections.nCopies(128, one.build())));
    addMaxSim(
        bad,
        ".keyed_vectors[1].values",
        by -> right.apply(by).addKeyedVectors(one.clone().addValues(3)));
    addMaxSim(
        bad,
        ".keyed_vectors[1].values[0]",
        by ->
            right
                .apply(by)
                .addKeyedVectors(
                    KeyedVector.newBuilder().addValues(Float.POSITIVE_INFINITY).addValues(1)));
    addMaxSim(
        bad,
        ".keyed_vectors[0].values",
        by ->
            by.clearVectors()
                .setField("k")
                .addKeyedVectors(KeyedVector.newBuilder().addValues(0).addValues(0)));
    bad.add(
        new Bad(
            late(node().setDense(DenseStage.newBuilder().setField("k").addVector(1).addVector(1))),
            "node.dense.field"));
    bad.add(
        new Bad(
            late(node().setDensified(DensifiedStage.newBuilder().setField("k"))),
            "node.densified.field"));
    bad.add(
        new Bad(
            late(
                node()
                    .setDensified(
                        DensifiedStage.newBuilder()
                            .setField("h")
                            .setVector(
                                SparseVector.newBuilder().addTokens("x").addWeights(2e15f)))),
            "node.densified.vector"));
  }

  private static DenseVectors vectors(float... values) {
    DenseVector.Builder vector = DenseVector.newBuilder();
    for (float value : values) {
      vector.addValues(value);
    }
    return DenseVectors.newBuilder().addVectors(vector).build();
  }

  /** Adds a request with a stage that takes the vector of the field v. */
  private static void addTaking(
      List<Bad> bad, String path, UnaryOperator<SearchRequest.Builder> change) {
    RankingNode.Builder dense = node().setDense(DenseStage.newBuilder().setField("v"));
    bad.add(new Bad(change.apply(late(dense).toBuilder()).build(), path));
  }

  /** Adds a request with a stage of late interaction that takes the vectors of a field. */
  private static void addTakingSeveral(
      List<Bad> bad, String path, String field, UnaryOperator<SearchRequest.Builder> change) {
    RescoreStage.Builder stage =
        RescoreStage.newBuilder()
            .setInput(leaf())
            .setMaxSim(MaxSim.newBuilder().setField(field).setMissingScore(0));
    bad.add(new Bad(change.apply(late(node().setRescore(stage)).toBuilder()).build(), path));
  }

  private static void addRequestVectors(List<Bad> bad) {
    DenseVectors right = vectors(1, 2);
    addTaking(bad, "node.dense.query", request -> request);
    addTaking(bad, "node.dense.vector", request -> request.setText("x"));
    addTaking(bad, "dense[\"w\"]", request -> request.putDense("w", right));
    addTaking(bad, "dense[\"vv\"]", request -> request.putDense("v", right).putDense("vv", right));
    addTaking(
        bad,
        "dense[\"v\"].vectors",
        request -> request.putDense("v", DenseVectors.getDefaultInstance()));
    addTaking(
        bad,
        "dense[\"v\"].vectors",
        request -> request.putDense("v", right.toBuilder().mergeFrom(right).build()));
    addTaking(
        bad, "dense[\"v\"].vectors[0].values", request -> request.putDense("v", vectors(1, 2, 3)));
    addTaking(bad, "dense[\"v\"].vectors[0].values", request -> request.putDense("v", vectors()));
    addTaking(
        bad, "dense[\"v\"].vectors[0].values", request -> request.putDense("v", vectors(0, 0)));
    addTaking(
        bad,
        "dense[\"v\"].vectors[0].values",
        request -> request.putDense("v", vectors(new float[4_097])));
    addTaking(
        bad,
        "dense[\"v\"].vectors[0].values[1]",
        request -> request.putDense("v", vectors(1, Float.NaN)));
    addTaking(
        bad,
        "token_vectors[\"v\"].vectors",
        request -> request.putTokenVectors("v", TokenVectors.getDefaultInstance()));
    addTaking(bad, "dense", request -> request.clearNode().putDense("v", right));
    addTaking(
        bad,
        "token_vectors",
        request -> request.clearNode().putTokenVectors("v", TokenVectors.getDefaultInstance()));
    addTaking(
        bad,
        "dense",
        request -> {
          for (int i = 0; i < 17; i++) {
            request.putDense("f" + i, right);
          }
          return request;
        });
    // Stages that have a vector of their own take none of the request.
    addTaking(
        bad,
        "dense[\"v\"]",
        request -> {
          request.getNodeBuilder().getDenseBuilder().addVector(1).addVector(2);
          return request.putDense("v", right);
        });
    // A field that the collection does not have, and fields of another kind.
    addTakingSeveral(bad, "dense[\"u\"]", "u", request -> request.putDense("u", right));
    addTakingSeveral(bad, "dense[\"w\"]", "w", request -> request.putDense("w", right));
    TokenVectors tokens =
        TokenVectors.newBuilder()
            .addVectors(SparseVector.newBuilder().addTokens("x").addWeights(1))
            .build();
    addTakingSeveral(
        bad, "token_vectors[\"v\"]", "v", request -> request.putTokenVectors("v", tokens));
    addTakingSeveral(
        bad,
        "token_vectors[\"v\"]",
        "v",
        request -> request.putDense("v", right).putTokenVectors("v", tokens));
    addTakingSeveral(
        bad,
        "dense[\"v\"].vectors",
        "v",
        request ->
            request.putDense(
                "v",
                DenseVectors.newBuilder()
                    .addAllVectors(Collections.nCopies(129, right.getVectors(0)))
                    .build()));
    addTakingSeveral(
        bad,
        "token_vectors[\"w\"].vectors",
        "w",
        request ->
            request.putTokenVectors(
                "w",
                TokenVectors.newBuilder()
                    .addAllVectors(Collections.nCopies(129, tokens.getVectors(0)))
                    .build()));
    addTakingSeveral(
        bad,
        "token_vectors[\"w\"].vectors[0]",
        "w",
        request ->
            request.putTokenVectors(
                "w",
                TokenVectors.newBuilder()
                    .addVectors(SparseVector.newBuilder().addTokens("y").addWeights(2e15f))
                    .build()));
    addTakingSeveral(bad, "node.rescore.max_sim.field", "v", request -> request.setText("x"));
  }

  private static void addDensified(List<Bad> bad) {
    DensifiedStage.Builder right = DensifiedStage.newBuilder().setField("s");
    SparseVector.Builder heavy = SparseVector.newBuilder().addTokens("x").addWeights(2e15f);
    bad.add(new Bad(late(node().setDensified(right.clone().clearField())), "node.densified.field"));
    bad.add(
        new Bad(late(node().setDensified(right.clone().setField("v"))), "node.densified.field"));
    bad.add(
        new Bad(
            late(node().setDensified(right.clone().setVector(heavy))), "node.densified.vector"));
    bad.add(
        new Bad(
            late(node().setDensified(right)).toBuilder().clearQuery().build(),
            "node.densified.query"));
    DensifiedScore.Builder score = DensifiedScore.newBuilder().setBy(right).setMissingScore(0);
    for (DensifiedScore.Builder wrong :
        List.of(
            score.clone().clearMissingScore(),
            score.clone().setMissingScore(Double.NaN),
            score.clone().setAlpha(2),
            score.clone().clearBy(),
            score.clone().setBy(right.clone().setField("w")))) {
      String path =
          !wrong.hasMissingScore() || wrong.getMissingScore() != 0
              ? "missing_score"
              : wrong.getAlpha() == 2 ? "alpha" : "by.field";
      RescoreStage.Builder stage = RescoreStage.newBuilder().setInput(leaf()).setDensified(wrong);
      bad.add(new Bad(late(node().setRescore(stage)), "node.rescore.densified." + path));
    }
    bad.add(
        new Bad(
            late(node().setDense(DenseStage.newBuilder().setField("s").addVector(1))),
            "node.dense.field"));
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
    long before = pipeline.stageTotals().begun();
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
    assertThat(pipeline.stageTotals().begun()).isEqualTo(before);
    assertThat(search(request().setNode(right()).build()).hits()).isNotEmpty();
    assertThat(pipeline.stageTotals().begun()).isEqualTo(before + PATHS.size());
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

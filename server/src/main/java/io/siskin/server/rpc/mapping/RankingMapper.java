package io.siskin.server.rpc.mapping;

import com.google.protobuf.InvalidProtocolBufferException;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.DensifiedScore;
import io.siskin.proto.v1.DensifiedStage;
import io.siskin.proto.v1.ExpansionTerm;
import io.siskin.proto.v1.FeedbackStage;
import io.siskin.proto.v1.FuseInput;
import io.siskin.proto.v1.FuseStage;
import io.siskin.proto.v1.GroupStage;
import io.siskin.proto.v1.Interpolation;
import io.siskin.proto.v1.LinearFusion;
import io.siskin.proto.v1.MaxSim;
import io.siskin.proto.v1.Pipeline;
import io.siskin.proto.v1.RankingNode;
import io.siskin.proto.v1.ReciprocalRankFusion;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.ScoreNormalization;
import io.siskin.proto.v1.SearchMode.ModeCase;
import io.siskin.proto.v1.SparseStage;
import io.siskin.proto.v1.SparseStage.QueryCase;
import io.siskin.server.collection.Pipelines;
import io.siskin.server.rank.check.TreeCheck;
import io.siskin.server.rank.formula.Formula;
import io.siskin.server.rank.list.StageReport;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.EarlyStop;
import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.RankingNode.Frame;
import io.siskin.server.rank.tree.RankingNode.Weighted;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.rank.tree.TokenQuery;
import io.siskin.server.rank.tree.Turn;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Supplier;

/**
 * The translation of ranking trees, in both directions. It checks what only a message can break,
 * such as a choice that is not set; {@link TreeCheck} checks the rest. Errors name the path of the
 * node.
 */
public final class RankingMapper {
  private static final String ROOT = "node";
  private static final double DOCUMENT_WEIGHT_DEFAULT = 0.75;

  private RankingMapper() {}

  /**
   * Translates a tree.
   *
   * @param message its root
   * @param defaultMode the default mode of the collection; asked only when a mode is set without
   *     all of its parameters
   * @return the root, which keeps the rules of {@link TreeCheck#shape}
   * @throws InvalidInputException when a rule is broken
   */
  public static io.siskin.server.rank.tree.RankingNode toDomain(
      RankingNode message, Supplier<SearchMode> defaultMode) {
    io.siskin.server.rank.tree.RankingNode root = new Reading(defaultMode).node(ROOT, message, 1);
    TreeCheck.shape(root);
    return root;
  }

  /**
   * Returns a tree as it is stored.
   *
   * @param root the root of the tree
   */
  public static String toStored(io.siskin.server.rank.tree.RankingNode root) {
    return Base64.getEncoder().encodeToString(toProto(root).toByteArray());
  }

  /**
   * Returns a stored tree.
   *
   * @param name the name of the pipeline
   * @param pipelines the trees of the collection by name
   * @throws InvalidInputException when there is none of the name
   */
  public static RankingNode stored(String name, SortedMap<String, String> pipelines) {
    String tree = pipelines.get(name);
    if (tree == null) {
      throw Pipelines.unknown(name, pipelines);
    }
    return ofStored(tree);
  }

  /**
   * Translates a stored tree and its name.
   *
   * @param name the name of the pipeline
   * @param tree the tree as it is stored
   */
  public static Pipeline toPipeline(String name, String tree) {
    return Pipeline.newBuilder().setName(name).setNode(ofStored(tree)).build();
  }

  private static RankingNode ofStored(String tree) {
    try {
      return RankingNode.parseFrom(Base64.getDecoder().decode(tree));
    } catch (InvalidProtocolBufferException | IllegalArgumentException damaged) {
      // Its file has a checksum, so that this was not damaged on the disk.
      throw new IllegalStateException("a stored ranking tree cannot be read", damaged);
    }
  }

  /**
   * Translates what a stage did.
   *
   * @param report what it did
   */
  public static io.siskin.proto.v1.StageReport toProto(StageReport report) {
    io.siskin.proto.v1.StageReport.Builder message =
        io.siskin.proto.v1.StageReport.newBuilder()
            .setName(report.name())
            .setDocumentsIn(report.documentsIn())
            .setDocumentsOut(report.documentsOut())
            .setDocumentsScored(report.documentsScored())
            .setNanos(report.nanos())
            .setComplete(report.isComplete());
    for (StageReport.Term term : report.expansion()) {
      message.addExpansion(
          ExpansionTerm.newBuilder()
              .setTerm(term.name())
              .setWeight(term.weight())
              .setFromDocuments(term.fromDocuments()));
    }
    return message.build();
  }

  /**
   * Translates a tree, with every parameter that is in force.
   *
   * @param node its root
   */
  public static RankingNode toProto(io.siskin.server.rank.tree.RankingNode node) {
    Frame frame = node.frame();
    RankingNode.Builder message = RankingNode.newBuilder().setLimit(frame.limit());
    if (!frame.name().equals(frame.path())) {
      message.setName(frame.name());
    }
    if (frame.budgetMicros() != 0) {
      message.setBudgetMicros((int) frame.budgetMicros());
    }
    switch (node) {
      case io.siskin.server.rank.tree.RankingNode.Sparse sparse ->
          message.setSparse(search(sparse.query(), sparse.evaluation()));
      case io.siskin.server.rank.tree.RankingNode.Dense dense ->
          message.setDense(TargetMapper.toProto(dense.field(), dense.target()));
      case io.siskin.server.rank.tree.RankingNode.Fuse fuse -> message.setFuse(fusion(fuse));
      case io.siskin.server.rank.tree.RankingNode.Interpolate interpolate ->
          message.setRescore(interpolation(interpolate));
      case io.siskin.server.rank.tree.RankingNode.Compute compute -> {
        io.siskin.proto.v1.Formula.Builder formula =
            io.siskin.proto.v1.Formula.newBuilder().setExpression(compute.formula().text());
        if (compute.undefinedScore() != null) {
          formula.setUndefinedScore(compute.undefinedScore());
        }
        message.setRescore(
            RescoreStage.newBuilder().setInput(toProto(compute.input())).setFormula(formula));
      }
      case io.siskin.server.rank.tree.RankingNode.Trees trees ->
          message.setRescore(ModelStageMapper.toProto(trees, toProto(trees.input())));
      case io.siskin.server.rank.tree.RankingNode.CrossEncode cross ->
          message.setRescore(ModelStageMapper.toProto(cross, toProto(cross.input())));
      case io.siskin.server.rank.tree.RankingNode.MaxSim maxSim ->
          message.setRescore(maxSim(maxSim));
      case io.siskin.server.rank.tree.RankingNode.Densified densified ->
          message.setDensified(densified(densified.field(), densified.query()));
      case io.siskin.server.rank.tree.RankingNode.DensifiedRescore densified ->
          message.setRescore(
              RescoreStage.newBuilder()
                  .setInput(toProto(densified.input()))
                  .setDensified(
                      DensifiedScore.newBuilder()
                          .setBy(densified(densified.field(), densified.query()))
                          .setAlpha(densified.alpha())
                          .setMissingScore(densified.missingScore())));
      case io.siskin.server.rank.tree.RankingNode.Feedback feedback ->
          message.setFeedback(
              FeedbackStage.newBuilder()
                  .setInput(toProto(feedback.input()))
                  .setSearch(search(feedback.query(), feedback.evaluation()))
                  .setDocuments(feedback.documents())
                  .setTerms(feedback.terms())
                  .setQueryWeight(feedback.queryWeight())
                  .setDocumentWeight(feedback.documentWeight()));
      case io.siskin.server.rank.tree.RankingNode.Group group ->
          message.setGroup(
              GroupStage.newBuilder()
                  .setInput(toProto(group.input()))
                  .setField(group.field())
                  .setScore(PassageMapper.toProto(group.score()))
                  .setInnerHits(group.innerHits())
                  .mergeFrom(PassageMapper.bestCount(group.bestCount()))
                  .addAllInnerFields(group.innerFields()));
      case io.siskin.server.rank.tree.RankingNode.PassageNode passage ->
          PassageMapper.set(message, passage);
    }
    return message.build();
  }

  private static RescoreStage maxSim(io.siskin.server.rank.tree.RankingNode.MaxSim node) {
    MaxSim.Builder by =
        MaxSim.newBuilder()
            .setField(node.field())
            .setAlpha(node.alpha())
            .setMissingScore(node.missingScore());
    switch (node.query()) {
      case TokenQuery.OfRequest() -> {
        // It is left out.
      }
      case TokenQuery.Values(List<DenseVector> vectors) -> {
        for (DenseVector vector : vectors) {
          by.addVectorsBuilder().addAllValues(TargetMapper.values(vector));
        }
      }
      case TokenQuery.Terms terms ->
          terms.vectors().forEach(vector -> by.addTokenVectors(VectorMapper.toProto(vector)));
    }
    return RescoreStage.newBuilder().setInput(toProto(node.input())).setMaxSim(by).build();
  }

  private static DensifiedStage densified(String field, SparseQuery query) {
    DensifiedStage.Builder stage = DensifiedStage.newBuilder().setField(field);
    switch (query) {
      case SparseQuery.OfRequest() -> {
        // It is left out.
      }
      case SparseQuery.Text(String text) -> stage.setText(text);
      case SparseQuery.Turns(List<Turn> turns) -> stage.addAllTurns(TargetMapper.toProto(turns));
      case SparseQuery.Vector(io.siskin.index.vector.SparseVector vector) ->
          stage.setVector(VectorMapper.toProto(vector));
    }
    return stage.build();
  }

  private static SparseStage search(SparseQuery query, Evaluation evaluation) {
    SparseStage.Builder stage = SparseStage.newBuilder();
    switch (query) {
      case SparseQuery.OfRequest() -> {
        // It is left out.
      }
      case SparseQuery.Text(String text) -> stage.setText(text);
      case SparseQuery.Turns(List<Turn> turns) -> stage.addAllTurns(TargetMapper.toProto(turns));
      case SparseQuery.Vector(io.siskin.index.vector.SparseVector vector) ->
          stage.setVector(VectorMapper.toProto(vector));
    }
    switch (evaluation) {
      case Evaluation.CollectionDefault _ -> {
        // It is left out.
      }
      case Evaluation.RecallTarget(float target, _) -> stage.setRecallTarget(target);
      case Evaluation.InMode(SearchMode mode) -> stage.setMode(ProtoMapper.toProto(mode));
    }
    return stage.build();
  }

  /** Translates a normalisation. */
  static ScoreNormalization toProto(FusionMethod.Normalization normalization) {
    return switch (normalization) {
      case NONE -> ScoreNormalization.SCORE_NORMALIZATION_NONE;
      case MIN_MAX -> ScoreNormalization.SCORE_NORMALIZATION_MIN_MAX;
      case Z_SCORE -> ScoreNormalization.SCORE_NORMALIZATION_Z_SCORE;
      case DISTRIBUTION -> ScoreNormalization.SCORE_NORMALIZATION_DISTRIBUTION;
    };
  }

  /** Translates a normalisation; it must be set. */
  static FusionMethod.Normalization toDomain(String path, ScoreNormalization message, int number) {
    return switch (message) {
      case SCORE_NORMALIZATION_NONE -> FusionMethod.Normalization.NONE;
      case SCORE_NORMALIZATION_MIN_MAX -> FusionMethod.Normalization.MIN_MAX;
      case SCORE_NORMALIZATION_Z_SCORE -> FusionMethod.Normalization.Z_SCORE;
      case SCORE_NORMALIZATION_DISTRIBUTION -> FusionMethod.Normalization.DISTRIBUTION;
      case SCORE_NORMALIZATION_UNSPECIFIED, UNRECOGNIZED -> throw Reading.unnamed(path, number);
    };
  }

  private static FuseStage fusion(io.siskin.server.rank.tree.RankingNode.Fuse fuse) {
    FuseStage.Builder stage = FuseStage.newBuilder();
    for (Weighted input : fuse.weighted()) {
      stage.addInputs(
          FuseInput.newBuilder().setNode(toProto(input.node())).setWeight(input.weight()));
    }
    switch (fuse.method()) {
      case FusionMethod.ReciprocalRank(int constant) ->
          stage.setReciprocalRank(ReciprocalRankFusion.newBuilder().setConstant(constant));
      case FusionMethod.Linear(FusionMethod.Normalization normalization, double missingScore) ->
          stage.setLinear(
              LinearFusion.newBuilder()
                  .setNormalization(toProto(normalization))
                  .setMissingScore(missingScore));
    }
    return stage.build();
  }

  private static RescoreStage interpolation(
      io.siskin.server.rank.tree.RankingNode.Interpolate node) {
    Interpolation.Builder by =
        Interpolation.newBuilder()
            .setField(node.field())
            .setAlpha(node.alpha())
            .setMissingScore(node.missingScore())
            .setEarlyStop(
                switch (node.earlyStop()) {
                  case NONE -> io.siskin.proto.v1.EarlyStop.EARLY_STOP_NONE;
                  case PROVEN -> io.siskin.proto.v1.EarlyStop.EARLY_STOP_PROVEN;
                  case HEURISTIC -> io.siskin.proto.v1.EarlyStop.EARLY_STOP_HEURISTIC;
                });
    TargetMapper.addTo(by, node.target());
    return RescoreStage.newBuilder().setInput(toProto(node.input())).setInterpolation(by).build();
  }

  /**
   * Reads the messages of one tree.
   *
   * @param defaultMode the default mode of the collection
   */
  record Reading(Supplier<SearchMode> defaultMode) {
    io.siskin.server.rank.tree.RankingNode node(String path, RankingNode message, int depth) {
      // Before anything below is read, so that the deepest message is not read for nothing.
      if (depth > io.siskin.server.rank.tree.RankingNode.DEPTH_MAX) {
        throw new InvalidInputException(
            path,
            depth + " nodes deep",
            "at most " + io.siskin.server.rank.tree.RankingNode.DEPTH_MAX + " nodes deep");
      }
      if (message.getLimit() == 0) {
        throw new InvalidInputException(path + ".limit", "not set", "1 to 10,000");
      }
      long budgetMicros = Integer.toUnsignedLong(message.getBudgetMicros());
      if (message.hasBudgetMicros() && budgetMicros == 0) {
        // Left out is how to say none; the domain's 0 must not come from outside.
        throw new InvalidInputException(path + ".budget_micros", 0, "10 to 1,000,000");
      }
      Frame frame =
          new Frame(
              path,
              message.getName().isEmpty() ? path : message.getName(),
              ProtoMapper.wholeNumber(message.getLimit()),
              budgetMicros);
      return switch (message.getStageCase()) {
        case SPARSE ->
            new io.siskin.server.rank.tree.RankingNode.Sparse(
                frame,
                query(path + ".sparse", message.getSparse()),
                evaluation(path + ".sparse", message.getSparse()));
        case DENSE ->
            new io.siskin.server.rank.tree.RankingNode.Dense(
                frame,
                required(path + ".dense.field", message.getDense().getField()),
                TargetMapper.target(path + ".dense", message.getDense()));
        case FUSE -> fuse(frame, message.getFuse(), depth);
        case RESCORE -> rescore(frame, message.getRescore(), depth);
        case FEEDBACK -> feedback(frame, message.getFeedback(), depth);
        case GROUP -> group(frame, message.getGroup(), depth);
        case DIVERSIFY, CAP, ANSWERS -> new PassageMapper(this, frame, depth).node(message);
        case DENSIFIED -> {
          String at = path + ".densified";
          DensifiedStage stage = message.getDensified();
          yield new io.siskin.server.rank.tree.RankingNode.Densified(
              frame, required(at + ".field", stage.getField()), query(at, stage));
        }
        case STAGE_NOT_SET ->
            throw new InvalidInputException(
                path,
                "without a stage",
                "sparse, dense, densified, fuse, rescore, feedback, group, diversify, cap or"
                    + " answers");
      };
    }

    io.siskin.server.rank.tree.RankingNode input(
        String path, boolean isSet, RankingNode message, int depth) {
      if (!isSet) {
        throw new InvalidInputException(path, "not set", "a node");
      }
      return node(path, message, depth + 1);
    }

    private SparseQuery query(String path, SparseStage message) {
      if (message.getTurnsCount() > 0) {
        TargetMapper.refuseSecond(path, message.getQueryCase() != QueryCase.QUERY_NOT_SET, "turns");
        return new SparseQuery.Turns(TargetMapper.turns(path, message.getTurnsList()));
      }
      return switch (message.getQueryCase()) {
        case TEXT -> new SparseQuery.Text(ProtoMapper.text(path + ".text", message.getText()));
        case VECTOR ->
            new SparseQuery.Vector(VectorMapper.toDomain(path + ".vector", message.getVector()));
        case QUERY_NOT_SET -> new SparseQuery.OfRequest();
      };
    }

    private Evaluation evaluation(String path, SparseStage message) {
      boolean hasMode = message.getMode().getModeCase() != ModeCase.MODE_NOT_SET;
      if (message.hasRecallTarget() && hasMode) {
        throw new InvalidInputException(
            path + ".recall_target",
            message.getRecallTarget() + " beside a mode",
            "recall_target or mode");
      }
      if (hasMode) {
        return new Evaluation.InMode(
            ProtoMapper.mode(path + ".mode", message.getMode(), defaultMode));
      }
      try {
        return message.hasRecallTarget()
            ? new Evaluation.RecallTarget(message.getRecallTarget(), 0)
            : Evaluation.BY_DEFAULT;
      } catch (InvalidInputException wrong) {
        throw wrong.at(path);
      }
    }

    private io.siskin.server.rank.tree.RankingNode fuse(Frame frame, FuseStage message, int depth) {
      String path = frame.path() + ".fuse";
      int count = message.getInputsCount();
      int most = io.siskin.server.rank.tree.RankingNode.Fuse.INPUTS_MAX;
      if (count < 1 || count > most) {
        throw new InvalidInputException(
            path + ".inputs", count + " lists", "1 to " + most + " lists");
      }
      FusionMethod method = method(path, message);
      List<Weighted> inputs = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        FuseInput input = message.getInputs(i);
        String at = path + ".inputs[" + i + "].node";
        inputs.add(
            new Weighted(
                input(at, input.hasNode(), input.getNode(), depth),
                input.hasWeight() ? input.getWeight() : 1));
      }
      return new io.siskin.server.rank.tree.RankingNode.Fuse(frame, inputs, method);
    }

    private FusionMethod method(String path, FuseStage message) {
      return switch (message.getMethodCase()) {
        case RECIPROCAL_RANK ->
            new FusionMethod.ReciprocalRank(
                message.getReciprocalRank().hasConstant()
                    ? ProtoMapper.wholeNumber(message.getReciprocalRank().getConstant())
                    : FusionMethod.ReciprocalRank.CONSTANT_DEFAULT);
        case LINEAR -> {
          LinearFusion linear = message.getLinear();
          FusionMethod.Normalization normalization =
              toDomain(
                  path + ".linear.normalization",
                  linear.getNormalization(),
                  linear.getNormalizationValue());
          yield new FusionMethod.Linear(
              normalization,
              required(
                  path + ".linear.missing_score",
                  linear.hasMissingScore(),
                  linear.getMissingScore()));
        }
        case METHOD_NOT_SET ->
            throw new InvalidInputException(path, "without a method", "reciprocal_rank or linear");
      };
    }

    private io.siskin.server.rank.tree.RankingNode rescore(
        Frame frame, RescoreStage message, int depth) {
      String path = frame.path() + ".rescore";
      return switch (message.getByCase()) {
        case INTERPOLATION -> {
          Interpolation by = message.getInterpolation();
          String at = path + ".interpolation";
          yield new io.siskin.server.rank.tree.RankingNode.Interpolate(
              frame,
              input(path + ".input", message.hasInput(), message.getInput(), depth),
              required(at + ".field", by.getField()),
              TargetMapper.target(at, by),
              required(at + ".alpha", by.hasAlpha(), by.getAlpha()),
              required(at + ".missing_score", by.hasMissingScore(), by.getMissingScore()),
              switch (by.getEarlyStop()) {
                case EARLY_STOP_UNSPECIFIED, EARLY_STOP_NONE -> EarlyStop.NONE;
                case EARLY_STOP_PROVEN -> EarlyStop.PROVEN;
                case EARLY_STOP_HEURISTIC -> EarlyStop.HEURISTIC;
                case UNRECOGNIZED -> throw unnamed(at + ".early_stop", by.getEarlyStopValue());
              });
        }
        case FORMULA -> {
          io.siskin.proto.v1.Formula by = message.getFormula();
          Formula formula;
          try {
            formula = Formula.parse(by.getExpression());
          } catch (InvalidInputException wrong) {
            throw wrong.at(path + ".formula");
          }
          yield new io.siskin.server.rank.tree.RankingNode.Compute(
              frame,
              input(path + ".input", message.hasInput(), message.getInput(), depth),
              formula,
              by.hasUndefinedScore() ? Double.valueOf(by.getUndefinedScore()) : null);
        }
        case TREES ->
            ModelStageMapper.trees(
                frame,
                input(path + ".input", message.hasInput(), message.getInput(), depth),
                message.getTrees());
        case CROSS_ENCODER ->
            ModelStageMapper.crossEncoder(
                frame,
                input(path + ".input", message.hasInput(), message.getInput(), depth),
                message.getCrossEncoder());
        case CONTEXT -> new PassageMapper(this, frame, depth).context(message);
        case MAX_SIM -> maxSim(frame, message, depth);
        case DENSIFIED -> densified(frame, message, depth);
        case BY_NOT_SET ->
            throw new InvalidInputException(
                path,
                "by nothing",
                "interpolation, formula, trees, cross_encoder, max_sim, densified or context");
      };
    }

    private io.siskin.server.rank.tree.RankingNode maxSim(
        Frame frame, RescoreStage message, int depth) {
      String path = frame.path() + ".rescore";
      MaxSim by = message.getMaxSim();
      String at = path + ".max_sim";
      return new io.siskin.server.rank.tree.RankingNode.MaxSim(
          frame,
          input(path + ".input", message.hasInput(), message.getInput(), depth),
          required(at + ".field", by.getField()),
          tokens(at, by),
          by.getAlpha(),
          required(at + ".missing_score", by.hasMissingScore(), by.getMissingScore()));
    }

    private io.siskin.server.rank.tree.RankingNode densified(
        Frame frame, RescoreStage message, int depth) {
      String path = frame.path() + ".rescore";
      DensifiedScore by = message.getDensified();
      String at = path + ".densified";
      return new io.siskin.server.rank.tree.RankingNode.DensifiedRescore(
          frame,
          input(path + ".input", message.hasInput(), message.getInput(), depth),
          required(at + ".by.field", by.getBy().getField()),
          query(at + ".by", by.getBy()),
          by.getAlpha(),
          required(at + ".missing_score", by.hasMissingScore(), by.getMissingScore()));
    }

    private SparseQuery query(String path, DensifiedStage message) {
      if (message.getTurnsCount() > 0) {
        TargetMapper.refuseSecond(
            path, message.getQueryCase() != DensifiedStage.QueryCase.QUERY_NOT_SET, "turns");
        return new SparseQuery.Turns(TargetMapper.turns(path, message.getTurnsList()));
      }
      return switch (message.getQueryCase()) {
        case TEXT -> new SparseQuery.Text(ProtoMapper.text(path + ".text", message.getText()));
        case VECTOR ->
            new SparseQuery.Vector(VectorMapper.toDomain(path + ".vector", message.getVector()));
        case QUERY_NOT_SET -> new SparseQuery.OfRequest();
      };
    }

    private static TokenQuery tokens(String path, MaxSim message) {
      if (message.getVectorsCount() > 0 && message.getTokenVectorsCount() > 0) {
        throw new InvalidInputException(
            path + ".token_vectors", "set beside vectors", "vectors or token_vectors");
      }
      if (message.getTokenVectorsCount() > 0) {
        return new TokenQuery.Terms(
            DenseMapper.sparse(
                path + ".token_vectors",
                message.getTokenVectorsList(),
                MaxSimQuery.VECTOR_COUNT_MAX));
      }
      List<DenseVector> vectors = new ArrayList<>();
      for (io.siskin.proto.v1.DenseVector vector : message.getVectorsList()) {
        vectors.add(TargetMapper.vector(vector.getValuesList()));
      }
      return vectors.isEmpty() ? new TokenQuery.OfRequest() : new TokenQuery.Values(vectors);
    }

    private io.siskin.server.rank.tree.RankingNode feedback(
        Frame frame, FeedbackStage message, int depth) {
      String path = frame.path() + ".feedback";
      if (message.hasDense()) {
        return new PassageMapper(this, frame, depth).feedback(message);
      }
      if (!message.hasTerms()) {
        throw new InvalidInputException(path + ".terms", "not set", "0 to 1,000");
      }
      return new io.siskin.server.rank.tree.RankingNode.Feedback(
          frame,
          input(path + ".input", message.hasInput(), message.getInput(), depth),
          query(path + ".search", message.getSearch()),
          evaluation(path + ".search", message.getSearch()),
          ProtoMapper.wholeNumber(message.getDocuments()),
          ProtoMapper.wholeNumber(message.getTerms()),
          message.hasQueryWeight() ? message.getQueryWeight() : 1,
          documentWeight(message));
    }

    static double documentWeight(FeedbackStage message) {
      return message.hasDocumentWeight() ? message.getDocumentWeight() : DOCUMENT_WEIGHT_DEFAULT;
    }

    private io.siskin.server.rank.tree.RankingNode group(
        Frame frame, GroupStage message, int depth) {
      String path = frame.path() + ".group";
      return new io.siskin.server.rank.tree.RankingNode.Group(
          frame,
          input(path + ".input", message.hasInput(), message.getInput(), depth),
          required(path + ".field", message.getField()),
          PassageMapper.toDomain(path + ".score", message.getScore(), message.getScoreValue()),
          ProtoMapper.wholeNumber(message.getInnerHits()),
          PassageMapper.bestCount(path, message),
          message.getInnerFieldsList());
    }

    static String required(String path, String text) {
      if (text.isEmpty()) {
        throw new InvalidInputException(path, "not set", "the name of a field");
      }
      return text;
    }

    static double required(String path, boolean isSet, double value) {
      if (!isSet) {
        throw new InvalidInputException(path, "not set", "a number, since there is no default");
      }
      return value;
    }

    static InvalidInputException unnamed(String path, int value) {
      return new InvalidInputException(
          path, value == 0 ? "not set" : String.valueOf(value), "one of its named values");
    }
  }
}

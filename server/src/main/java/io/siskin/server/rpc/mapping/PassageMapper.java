package io.siskin.server.rpc.mapping;

import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.AnswersStage;
import io.siskin.proto.v1.CapStage;
import io.siskin.proto.v1.ContextList;
import io.siskin.proto.v1.DenseStage;
import io.siskin.proto.v1.DiversifyStage;
import io.siskin.proto.v1.DocumentContext;
import io.siskin.proto.v1.FeedbackStage;
import io.siskin.proto.v1.GroupScore;
import io.siskin.proto.v1.GroupStage;
import io.siskin.proto.v1.RankingNode;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.SparseSimilarity;
import io.siskin.server.rank.tree.RankingNode.Answers;
import io.siskin.server.rank.tree.RankingNode.Cap;
import io.siskin.server.rank.tree.RankingNode.Context;
import io.siskin.server.rank.tree.RankingNode.ContextSource;
import io.siskin.server.rank.tree.RankingNode.DenseFeedback;
import io.siskin.server.rank.tree.RankingNode.Diversify;
import io.siskin.server.rank.tree.RankingNode.Frame;
import io.siskin.server.rank.tree.RankingNode.PassageNode;
import io.siskin.server.rank.tree.RankingNode.Similarity;

/** The part of {@link RankingMapper} for the stages that take lists of passages. */
final class PassageMapper {
  private final RankingMapper.Reading reading;
  private final Frame frame;
  private final int depth;

  /**
   * Prepares to read the message of one node.
   *
   * @param reading reads its inputs
   * @param frame what all stages have
   * @param depth how deep the node is, from 1
   */
  PassageMapper(RankingMapper.Reading reading, Frame frame, int depth) {
    this.reading = reading;
    this.frame = frame;
    this.depth = depth;
  }

  /**
   * Translates a node of a kind of its own.
   *
   * @param message the node
   * @throws InvalidInputException when something is not set
   */
  PassageNode node(RankingNode message) {
    return switch (message.getStageCase()) {
      case DIVERSIFY -> diversify(message.getDiversify());
      case CAP -> cap(message.getCap());
      case ANSWERS -> answers(message.getAnswers());
      default -> throw new IllegalArgumentException(message.getStageCase() + " is another's");
    };
  }

  private io.siskin.server.rank.tree.RankingNode input(
      String path, boolean isSet, RankingNode message) {
    return reading.input(path + ".input", isSet, message, depth);
  }

  private Diversify diversify(DiversifyStage message) {
    String path = frame.path() + ".diversify";
    return new Diversify(
        frame,
        input(path, message.hasInput(), message.getInput()),
        switch (message.getSimilarityCase()) {
          case FIELD ->
              new Similarity.OfDense(
                  RankingMapper.Reading.required(path + ".field", message.getField()));
          case SPARSE -> new Similarity.OfSparse();
          case SIMILARITY_NOT_SET ->
              throw new InvalidInputException(path, "without a similarity", "field or sparse");
        },
        RankingMapper.Reading.required(path + ".lambda", message.hasLambda(), message.getLambda()),
        RankingMapper.toDomain(
            path + ".normalization", message.getNormalization(), message.getNormalizationValue()));
  }

  private Cap cap(CapStage message) {
    String path = frame.path() + ".cap";
    return new Cap(
        frame,
        input(path, message.hasInput(), message.getInput()),
        RankingMapper.Reading.required(path + ".field", message.getField()),
        ProtoMapper.wholeNumber(message.getCount()));
  }

  private Answers answers(AnswersStage message) {
    String path = frame.path() + ".answers";
    String startField =
        RankingMapper.Reading.required(path + ".start_field", message.getStartField());
    return new Answers(
        frame,
        input(path, message.hasInput(), message.getInput()),
        startField,
        message.getEndField().isEmpty() ? startField : message.getEndField(),
        TargetMapper.vectorOrNull(message.getStartVectorList()),
        TargetMapper.vectorOrNull(message.getEndVectorList()),
        RankingMapper.Reading.required(
            path + ".score_weight", message.hasScoreWeight(), message.getScoreWeight()),
        ProtoMapper.wholeNumber(message.getTokensMax()),
        message.hasCount() ? ProtoMapper.wholeNumber(message.getCount()) : 1,
        RankingMapper.Reading.required(path + ".text_field", message.getTextField()),
        message.getOffsetsField());
  }

  /**
   * Translates a rescoring by the context of passages.
   *
   * @param message the stage
   * @throws InvalidInputException when something is not set
   */
  Context context(RescoreStage message) {
    String path = frame.path() + ".rescore";
    String at = path + ".context";
    DocumentContext by = message.getContext();
    return new Context(
        frame,
        input(path, message.hasInput(), message.getInput()),
        RankingMapper.Reading.required(at + ".field", by.getField()),
        RankingMapper.Reading.required(at + ".weight", by.hasWeight(), by.getWeight()),
        RankingMapper.toDomain(
            at + ".normalization", by.getNormalization(), by.getNormalizationValue()),
        switch (by.getDocumentsCase()) {
          case GROUP_SCORE ->
              new ContextSource.OfGroup(
                  toDomain(at + ".group_score", by.getGroupScore(), by.getGroupScoreValue()));
          case LIST -> {
            ContextList list = by.getList();
            yield new ContextSource.OfList(
                reading.input(at + ".list.node", list.hasNode(), list.getNode(), depth),
                list.getField().isEmpty() ? by.getField() : list.getField(),
                RankingMapper.Reading.required(
                    at + ".list.missing_score", list.hasMissingScore(), list.getMissingScore()));
          }
          case DOCUMENTS_NOT_SET ->
              throw new InvalidInputException(at, "without documents", "group_score or list");
        });
  }

  /**
   * Translates feedback by a dense vector.
   *
   * @param message the stage, which has a dense query
   * @throws InvalidInputException when something is not set, or is set that belongs to sparse
   *     feedback
   */
  DenseFeedback feedback(FeedbackStage message) {
    String path = frame.path() + ".feedback";
    if (message.hasSearch()) {
      throw new InvalidInputException(path + ".search", "set beside dense", "search or dense");
    }
    if (message.hasTerms()) {
      throw new InvalidInputException(path + ".terms", "set beside dense", "not set with dense");
    }
    DenseStage dense = message.getDense();
    return new DenseFeedback(
        frame,
        input(path, message.hasInput(), message.getInput()),
        RankingMapper.Reading.required(path + ".dense.field", dense.getField()),
        TargetMapper.target(path + ".dense", dense),
        TargetMapper.effort(path + ".dense", dense),
        ProtoMapper.wholeNumber(message.getDocuments()),
        message.hasQueryWeight() ? message.getQueryWeight() : 1,
        RankingMapper.Reading.documentWeight(message));
  }

  /** Returns how many documents make the score of a group; 0 for all. */
  static int bestCount(String path, GroupStage message) {
    if (message.hasBestCount() && message.getBestCount() == 0) {
      // Left out is how to say all; the domain's 0 must not come from outside.
      throw new InvalidInputException(path + ".best_count", 0, "1 to 10,000");
    }
    return ProtoMapper.wholeNumber(message.getBestCount());
  }

  /** Returns a message that has a best count, unless it is 0. */
  static GroupStage bestCount(int bestCount) {
    return bestCount == 0
        ? GroupStage.getDefaultInstance()
        : GroupStage.newBuilder().setBestCount(bestCount).build();
  }

  /** Translates the score of a group; it must be set. */
  static io.siskin.server.rank.tree.GroupScore toDomain(
      String path, GroupScore message, int number) {
    return switch (message) {
      case GROUP_SCORE_MAX -> io.siskin.server.rank.tree.GroupScore.MAX;
      case GROUP_SCORE_SUM -> io.siskin.server.rank.tree.GroupScore.SUM;
      case GROUP_SCORE_FIRST -> io.siskin.server.rank.tree.GroupScore.FIRST;
      case GROUP_SCORE_MEAN -> io.siskin.server.rank.tree.GroupScore.MEAN;
      case GROUP_SCORE_UNSPECIFIED, UNRECOGNIZED ->
          throw RankingMapper.Reading.unnamed(path, number);
    };
  }

  /** Translates the score of a group. */
  static GroupScore toProto(io.siskin.server.rank.tree.GroupScore score) {
    return switch (score) {
      case MAX -> GroupScore.GROUP_SCORE_MAX;
      case SUM -> GroupScore.GROUP_SCORE_SUM;
      case FIRST -> GroupScore.GROUP_SCORE_FIRST;
      case MEAN -> GroupScore.GROUP_SCORE_MEAN;
    };
  }

  /**
   * Sets the stage of a message.
   *
   * @param message the message
   * @param node the stage
   */
  static void set(RankingNode.Builder message, PassageNode node) {
    switch (node) {
      case Context context -> message.setRescore(toProto(context));
      case Diversify diversify -> {
        DiversifyStage.Builder stage =
            DiversifyStage.newBuilder()
                .setInput(RankingMapper.toProto(diversify.input()))
                .setLambda(diversify.lambda())
                .setNormalization(RankingMapper.toProto(diversify.normalization()));
        switch (diversify.similarity()) {
          case Similarity.OfDense(String field) -> stage.setField(field);
          case Similarity.OfSparse() -> stage.setSparse(SparseSimilarity.getDefaultInstance());
        }
        message.setDiversify(stage);
      }
      case Cap cap ->
          message.setCap(
              CapStage.newBuilder()
                  .setInput(RankingMapper.toProto(cap.input()))
                  .setField(cap.field())
                  .setCount(cap.count()));
      case DenseFeedback feedback ->
          message.setFeedback(
              FeedbackStage.newBuilder()
                  .setInput(RankingMapper.toProto(feedback.input()))
                  .setDense(
                      TargetMapper.toProto(feedback.field(), feedback.target(), feedback.effort()))
                  .setDocuments(feedback.documents())
                  .setQueryWeight(feedback.queryWeight())
                  .setDocumentWeight(feedback.documentWeight()));
      case Answers answers -> message.setAnswers(toProto(answers));
    }
  }

  private static RescoreStage toProto(Context node) {
    DocumentContext.Builder by =
        DocumentContext.newBuilder()
            .setField(node.field())
            .setWeight(node.weight())
            .setNormalization(RankingMapper.toProto(node.normalization()));
    switch (node.source()) {
      case ContextSource.OfGroup(io.siskin.server.rank.tree.GroupScore score) ->
          by.setGroupScore(toProto(score));
      case ContextSource.OfList list ->
          by.setList(
              ContextList.newBuilder()
                  .setNode(RankingMapper.toProto(list.node()))
                  .setField(list.documentField())
                  .setMissingScore(list.missingScore()));
    }
    return RescoreStage.newBuilder()
        .setInput(RankingMapper.toProto(node.input()))
        .setContext(by)
        .build();
  }

  private static AnswersStage toProto(Answers node) {
    return AnswersStage.newBuilder()
        .setInput(RankingMapper.toProto(node.input()))
        .setStartField(node.startField())
        .setEndField(node.endField())
        .addAllStartVector(TargetMapper.valuesOrNone(node.startVector()))
        .addAllEndVector(TargetMapper.valuesOrNone(node.endVector()))
        .setScoreWeight(node.scoreWeight())
        .setTokensMax(node.tokensMax())
        .setCount(node.count())
        .setTextField(node.textField())
        .setOffsetsField(node.offsetsField())
        .build();
  }
}

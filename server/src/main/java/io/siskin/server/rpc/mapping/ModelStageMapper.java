package io.siskin.server.rpc.mapping;

import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.ContextPruning;
import io.siskin.proto.v1.CrossEncoder;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.TreeEnsemble;
import io.siskin.server.rank.formula.Formula;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.RankingNode.Frame;
import io.siskin.server.rank.tree.Reach;
import java.util.ArrayList;
import java.util.List;

/** The translation of the stages that have a model, in both directions. Pure functions. */
final class ModelStageMapper {
  private ModelStageMapper() {}

  /**
   * Translates a stage of decision trees.
   *
   * @param node the stage
   * @param input its input, translated
   */
  static RescoreStage toProto(RankingNode.Trees node, io.siskin.proto.v1.RankingNode input) {
    TreeEnsemble.Builder by = TreeEnsemble.newBuilder().setModel(node.model());
    node.features().forEach(feature -> by.addFeatures(feature.text()));
    if (!node.reach().equals(Reach.ALL)) {
      by.setReach(toProto(node.reach()));
    }
    return RescoreStage.newBuilder().setInput(input).setTrees(by).build();
  }

  /**
   * Translates a stage of a cross-encoder.
   *
   * @param node the stage
   * @param input its input, translated
   */
  static RescoreStage toProto(RankingNode.CrossEncode node, io.siskin.proto.v1.RankingNode input) {
    CrossEncoder.Builder by =
        CrossEncoder.newBuilder()
            .setModel(node.model())
            .addAllFields(node.fields())
            .setText(node.text());
    if (!node.reach().equals(Reach.ALL)) {
      by.setReach(toProto(node.reach()));
    }
    if (node.keepThreshold() != null) {
      by.setContext(ContextPruning.newBuilder().setThreshold(node.keepThreshold()));
    }
    return RescoreStage.newBuilder().setInput(input).setCrossEncoder(by).build();
  }

  private static io.siskin.proto.v1.Reach toProto(Reach reach) {
    io.siskin.proto.v1.Reach.Builder message = io.siskin.proto.v1.Reach.newBuilder();
    if (reach.ranks() != Reach.ALL.ranks()) {
      message.setRanks(reach.ranks());
    }
    if (reach.margin() != Reach.ALL.margin()) {
      message.setMargin(reach.margin());
    }
    return message.build();
  }

  /**
   * Translates a stage of decision trees.
   *
   * @param frame what all stages have
   * @param input its input, translated
   * @param message the model and its features
   * @throws InvalidInputException when something is missing or malformed
   */
  static RankingNode.Trees trees(Frame frame, RankingNode input, TreeEnsemble message) {
    String path = frame.path() + ".rescore.trees";
    List<Formula> features = new ArrayList<>(message.getFeaturesCount());
    for (int i = 0; i < message.getFeaturesCount(); i++) {
      try {
        features.add(Formula.parse(message.getFeatures(i)));
      } catch (InvalidInputException wrong) {
        throw new InvalidInputException(
            path + ".features[" + i + "]", wrong.value(), wrong.allowed());
      }
    }
    return new RankingNode.Trees(
        frame, input, model(path, message.getModel()), features, reach(path, message.getReach()));
  }

  /**
   * Translates a stage of a cross-encoder.
   *
   * @param frame what all stages have
   * @param input its input, translated
   * @param message the model and what it reads
   * @throws InvalidInputException when something is missing or malformed
   */
  static RankingNode.CrossEncode crossEncoder(
      Frame frame, RankingNode input, CrossEncoder message) {
    String path = frame.path() + ".rescore.cross_encoder";
    if (message.hasContext() && !message.getContext().hasThreshold()) {
      throw new InvalidInputException(path + ".context.threshold", "not set", "0 to 1");
    }
    return new RankingNode.CrossEncode(
        frame,
        input,
        model(path, message.getModel()),
        message.getFieldsList(),
        ProtoMapper.text(path + ".text", message.getText()),
        reach(path, message.getReach()),
        message.hasContext() ? Double.valueOf(message.getContext().getThreshold()) : null);
  }

  private static String model(String path, String name) {
    if (name.isEmpty()) {
      throw new InvalidInputException(path + ".model", "not set", "the name of a ranking model");
    }
    return name;
  }

  private static Reach reach(String path, io.siskin.proto.v1.Reach message) {
    if (message.hasMargin() && message.getMargin() == Double.POSITIVE_INFINITY) {
      // Left out is how to say that any distance is right.
      throw new InvalidInputException(path + ".reach.margin", message.getMargin(), "0 to 1e30");
    }
    return new Reach(
        message.hasRanks() ? ProtoMapper.wholeNumber(message.getRanks()) : Reach.ALL.ranks(),
        message.hasMargin() ? message.getMargin() : Reach.ALL.margin());
  }
}

package io.siskin.server.rank.tree;

import io.siskin.server.rank.tree.RankingNode.ContextSource;
import io.siskin.server.rank.tree.RankingNode.Weighted;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Makes trees that differ from others in some stages. Pure functions. */
public final class TreeRebuild {
  private TreeRebuild() {}

  /**
   * Returns a tree with one stage changed.
   *
   * @param node the root of the tree
   * @param stage the name of the stage
   * @param change makes the new stage of the old one
   */
  public static RankingNode replace(
      RankingNode node, String stage, UnaryOperator<RankingNode> change) {
    return map(node, each -> each.frame().name().equals(stage) ? change.apply(each) : each);
  }

  /**
   * Returns a tree with all stages changed, inputs before the stages that take them.
   *
   * @param node the root of the tree
   * @param change makes the new stage of the old one, which has its new inputs already; it returns
   *     a stage that is to stay as it is
   */
  public static RankingNode map(RankingNode node, UnaryOperator<RankingNode> change) {
    List<RankingNode> inputs = new ArrayList<>(node.inputs().size());
    for (RankingNode input : node.inputs()) {
      inputs.add(map(input, change));
    }
    return change.apply(withInputs(node, inputs));
  }

  private static RankingNode withInputs(RankingNode node, List<RankingNode> inputs) {
    return switch (node) {
      case RankingNode.Sparse sparse -> sparse;
      case RankingNode.Dense dense -> dense;
      case RankingNode.Fuse fuse -> {
        List<Weighted> weighted = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
          weighted.add(new Weighted(inputs.get(i), fuse.weighted().get(i).weight()));
        }
        yield new RankingNode.Fuse(fuse.frame(), weighted, fuse.method());
      }
      case RankingNode.Interpolate each ->
          new RankingNode.Interpolate(
              each.frame(),
              inputs.getFirst(),
              each.field(),
              each.target(),
              each.alpha(),
              each.missingScore(),
              each.earlyStop());
      case RankingNode.LateNode late -> withInputs(late, inputs);
      case RankingNode.Compute each ->
          new RankingNode.Compute(
              each.frame(), inputs.getFirst(), each.formula(), each.undefinedScore());
      case RankingNode.Trees each ->
          new RankingNode.Trees(
              each.frame(), inputs.getFirst(), each.model(), each.features(), each.reach());
      case RankingNode.CrossEncode each ->
          new RankingNode.CrossEncode(
              each.frame(),
              inputs.getFirst(),
              each.model(),
              each.fields(),
              each.text(),
              each.reach(),
              each.keepThreshold());
      case RankingNode.Feedback each ->
          new RankingNode.Feedback(
              each.frame(),
              inputs.getFirst(),
              each.query(),
              each.evaluation(),
              each.documents(),
              each.terms(),
              each.queryWeight(),
              each.documentWeight());
      case RankingNode.Group each ->
          new RankingNode.Group(
              each.frame(),
              inputs.getFirst(),
              each.field(),
              each.score(),
              each.innerHits(),
              each.bestCount(),
              each.innerFields());
      case RankingNode.PassageNode passage -> withInputs(passage, inputs);
    };
  }

  private static RankingNode withInputs(RankingNode.LateNode node, List<RankingNode> inputs) {
    return switch (node) {
      case RankingNode.MaxSim each ->
          new RankingNode.MaxSim(
              each.frame(),
              inputs.getFirst(),
              each.field(),
              each.query(),
              each.alpha(),
              each.missingScore());
      case RankingNode.Densified densified -> densified;
      case RankingNode.DensifiedRescore each ->
          new RankingNode.DensifiedRescore(
              each.frame(),
              inputs.getFirst(),
              each.field(),
              each.query(),
              each.alpha(),
              each.missingScore());
    };
  }

  private static RankingNode withInputs(RankingNode.PassageNode node, List<RankingNode> inputs) {
    RankingNode first = inputs.getFirst();
    return switch (node) {
      case RankingNode.Context each ->
          new RankingNode.Context(
              each.frame(),
              first,
              each.field(),
              each.weight(),
              each.normalization(),
              switch (each.source()) {
                case ContextSource.OfGroup group -> group;
                case ContextSource.OfList list ->
                    new ContextSource.OfList(
                        inputs.getLast(), list.documentField(), list.missingScore());
              });
      case RankingNode.Diversify each ->
          new RankingNode.Diversify(
              each.frame(), first, each.similarity(), each.lambda(), each.normalization());
      case RankingNode.Cap each ->
          new RankingNode.Cap(each.frame(), first, each.field(), each.count());
      case RankingNode.DenseFeedback each ->
          new RankingNode.DenseFeedback(
              each.frame(),
              first,
              each.field(),
              each.target(),
              each.effort(),
              each.documents(),
              each.queryWeight(),
              each.documentWeight());
      case RankingNode.Answers each ->
          new RankingNode.Answers(
              each.frame(),
              first,
              each.startField(),
              each.endField(),
              each.startVector(),
              each.endVector(),
              each.scoreWeight(),
              each.tokensMax(),
              each.count(),
              each.textField(),
              each.offsetsField());
    };
  }
}

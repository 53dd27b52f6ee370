package io.siskin.server.tune;

import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.RankingNode.Weighted;
import io.siskin.server.rank.tree.TreeRebuild;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A number of a ranking tree that may be tuned.
 *
 * @param path where it is in the tree, for people
 * @param stage the name of its stage
 * @param kind what it is
 * @param index the input of a fusion that it weighs, counted from 0; 0 for other kinds
 */
public record TreeParameter(String path, String stage, Kind kind, int index) {
  private static final double[] WEIGHTS = {0, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10};
  private static final double[] CONSTANTS = {0, 1, 2, 5, 10, 20, 30, 60, 100, 200, 500, 1_000};
  private static final int ALPHA_STEPS = 20;

  /** What a number means. */
  public enum Kind {
    /** The weight of one input of a fusion. */
    WEIGHT,
    /** The constant of a reciprocal rank fusion, a whole number. */
    CONSTANT,
    /** How much the list counts in an interpolation. */
    ALPHA
  }

  /**
   * Returns the numbers of a tree, inputs before the stages that take them.
   *
   * @param root the root of the tree
   */
  public static List<TreeParameter> of(RankingNode root) {
    List<TreeParameter> found = new ArrayList<>();
    add(root, found);
    return found;
  }

  private static void add(RankingNode node, List<TreeParameter> found) {
    node.inputs().forEach(input -> add(input, found));
    String path = node.frame().path();
    String stage = node.frame().name();
    switch (node) {
      case RankingNode.Fuse fuse -> {
        // The weight of a single input changes no order.
        for (int i = 0; i < fuse.weighted().size() && fuse.weighted().size() > 1; i++) {
          String at = path + ".fuse.inputs[" + i + "].weight";
          found.add(new TreeParameter(at, stage, Kind.WEIGHT, i));
        }
        if (fuse.method() instanceof FusionMethod.ReciprocalRank && fuse.weighted().size() > 1) {
          String at = path + ".fuse.reciprocal_rank.constant";
          found.add(new TreeParameter(at, stage, Kind.CONSTANT, 0));
        }
      }
      case RankingNode.Interpolate _ ->
          found.add(new TreeParameter(path + ".rescore.interpolation.alpha", stage, Kind.ALPHA, 0));
      default -> {
        // It has no number of these kinds.
      }
    }
  }

  /**
   * Returns the value in a tree.
   *
   * @param root the root of the tree, which has the parameter
   */
  public double value(RankingNode root) {
    return switch (Objects.requireNonNull(find(root))) {
      case RankingNode.Fuse fuse when kind == Kind.WEIGHT -> fuse.weighted().get(index).weight();
      case RankingNode.Fuse(_, _, FusionMethod.ReciprocalRank(int constant)) -> constant;
      case RankingNode.Interpolate interpolate -> interpolate.alpha();
      case RankingNode other -> throw new IllegalArgumentException("no parameter in " + other);
    };
  }

  private @Nullable RankingNode find(RankingNode node) {
    if (node.frame().name().equals(stage)) {
      return node;
    }
    for (RankingNode input : node.inputs()) {
      RankingNode found = find(input);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /**
   * Returns the same tree with another value.
   *
   * @param root the root of the tree, which has the parameter
   * @param value the value, in the range of the parameter
   */
  public RankingNode with(RankingNode root, double value) {
    return TreeRebuild.replace(root, stage, node -> changed(node, value));
  }

  private RankingNode changed(RankingNode node, double value) {
    return switch (node) {
      case RankingNode.Fuse fuse when kind == Kind.WEIGHT -> {
        List<Weighted> weighted = new ArrayList<>(fuse.weighted());
        weighted.set(index, new Weighted(weighted.get(index).node(), value));
        yield new RankingNode.Fuse(fuse.frame(), weighted, fuse.method());
      }
      case RankingNode.Fuse fuse ->
          new RankingNode.Fuse(
              fuse.frame(), fuse.weighted(), new FusionMethod.ReciprocalRank((int) value));
      case RankingNode.Interpolate each ->
          new RankingNode.Interpolate(
              each.frame(),
              each.input(),
              each.field(),
              each.target(),
              value,
              each.missingScore(),
              each.earlyStop());
      default -> throw new IllegalArgumentException("no parameter in " + node);
    };
  }

  /** Returns the values that are tried, ascending. */
  public double[] grid() {
    return switch (kind) {
      case WEIGHT -> WEIGHTS.clone();
      case CONSTANT -> CONSTANTS.clone();
      case ALPHA -> {
        double[] steps = new double[ALPHA_STEPS + 1];
        Arrays.setAll(steps, step -> (double) step / ALPHA_STEPS);
        yield steps;
      }
    };
  }
}

package io.siskin.server.rank;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.NearestNames;
import io.siskin.index.error.Ranges;
import io.siskin.server.rank.RankingNode.Frame;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules of ranking trees. {@link #shape} has those that any tree must keep, and {@link #fit}
 * those of one collection. An error names the path of what is wrong. Pure functions.
 */
public final class TreeCheck {
  private static final int NAME_LENGTH_MAX = 128;

  private TreeCheck() {}

  /**
   * Checks what does not depend on a collection.
   *
   * @param root the root of the tree
   * @throws InvalidInputException when a rule is broken
   */
  public static void shape(RankingNode root) {
    Map<String, String> pathsByName = new HashMap<>();
    int count = shape(root, 1, 0, pathsByName);
    assert count == pathsByName.size() : count;
    references(root);
  }

  /**
   * Checks that the request has a query if a stage takes that of the request.
   *
   * @param root the root of the tree
   * @throws InvalidInputException when it is missing
   */
  public static void refuseMissingQuery(RankingNode root) {
    String path = TreeEvaluator.queries(root).get(new SparseQuery.OfRequest());
    if (path != null) {
      throw new InvalidInputException(
          path + ".query", "not set", "text or vector, here or in the request");
    }
  }

  /**
   * Checks that no stage reads the text of the request, which has none.
   *
   * @param root the root of the tree
   * @throws InvalidInputException when one does
   */
  public static void refuseMissingText(RankingNode root) {
    for (RankingNode each : StagesBelow.all(root)) {
      if (each instanceof RankingNode.CrossEncode cross && cross.text().isEmpty()) {
        throw new InvalidInputException(
            each.frame().path() + ".rescore.cross_encoder.text",
            "not set",
            "a text, here or in the request");
      }
    }
  }

  private static int shape(
      RankingNode node, int depth, int before, Map<String, String> pathsByName) {
    Frame frame = node.frame();
    int count = before + 1;
    if (depth > RankingNode.DEPTH_MAX) {
      throw new InvalidInputException(
          frame.path(), depth + " nodes deep", "at most " + RankingNode.DEPTH_MAX + " nodes deep");
    }
    if (count > RankingNode.COUNT_MAX) {
      throw new InvalidInputException(
          frame.path(),
          "the node number " + count + " of the tree",
          "at most " + RankingNode.COUNT_MAX + " nodes");
    }
    if (frame.name().length() > NAME_LENGTH_MAX) {
      throw new InvalidInputException(
          frame.path() + ".name",
          frame.name().length() + " characters",
          "at most " + NAME_LENGTH_MAX + " characters");
    }
    String other = pathsByName.putIfAbsent(frame.name(), frame.path());
    if (other != null) {
      throw new InvalidInputException(
          frame.path() + ".name", "'" + frame.name() + "', as of " + other, "each name once");
    }
    Ranges.check(frame.path() + ".limit", frame.limit(), 1, RankingNode.LIMIT_MAX);
    if (frame.budgetMicros() != 0) {
      Ranges.check(
          frame.path() + ".budget_micros",
          frame.budgetMicros(),
          RankingNode.BUDGET_MICROS_MIN,
          RankingNode.BUDGET_MICROS_MAX);
    }
    ranges(node);
    for (RankingNode input : node.inputs()) {
      count = shape(input, depth + 1, count, pathsByName);
    }
    return count;
  }

  private static void ranges(RankingNode node) {
    String path = node.frame().path();
    switch (node) {
      case RankingNode.Sparse _ -> {
        // Its query and its mode check themselves.
      }
      case RankingNode.Dense dense -> vector(path + ".dense.vector", dense.vector());
      case RankingNode.Fuse fuse -> fusion(path + ".fuse", fuse);
      case RankingNode.Interpolate interpolate -> {
        String at = path + ".rescore.interpolation";
        vector(at + ".vector", interpolate.vector());
        number(at + ".alpha", interpolate.alpha(), 0, 1, "0 to 1");
        score(at + ".missing_score", interpolate.missingScore());
      }
      case RankingNode.Compute compute -> {
        Double undefined = compute.undefinedScore();
        if (undefined != null) {
          score(path + ".rescore.formula.undefined_score", undefined);
        }
      }
      case RankingNode.Trees trees -> {
        String at = path + ".rescore.trees";
        if (trees.features().size() > RankingNode.Trees.FEATURES_MAX) {
          throw new InvalidInputException(
              at + ".features",
              trees.features().size() + " features",
              "at most " + RankingNode.Trees.FEATURES_MAX + " features");
        }
        reach(at + ".reach", trees.reach());
      }
      case RankingNode.CrossEncode cross -> {
        String at = path + ".rescore.cross_encoder";
        if (cross.fields().isEmpty()
            || cross.fields().size() > RankingNode.CrossEncode.FIELDS_MAX) {
          throw new InvalidInputException(
              at + ".fields",
              cross.fields().size() + " fields",
              "1 to " + RankingNode.CrossEncode.FIELDS_MAX + " fields");
        }
        reach(at + ".reach", cross.reach());
        if (cross.keepThreshold() != null) {
          number(at + ".context.threshold", cross.keepThreshold(), 0, 1, "0 to 1");
        }
      }
      case RankingNode.Feedback feedback -> feedback(path + ".feedback", feedback);
      case RankingNode.Group group ->
          Ranges.check(
              path + ".group.inner_hits", group.innerHits(), 0, RankingNode.Group.INNER_HITS_MAX);
    }
  }

  private static void fusion(String path, RankingNode.Fuse fuse) {
    if (fuse.weighted().isEmpty() || fuse.weighted().size() > RankingNode.Fuse.INPUTS_MAX) {
      throw new InvalidInputException(
          path + ".inputs",
          fuse.weighted().size() + " lists",
          "1 to " + RankingNode.Fuse.INPUTS_MAX + " lists");
    }
    for (int i = 0; i < fuse.weighted().size(); i++) {
      number(
          path + ".inputs[" + i + "].weight",
          fuse.weighted().get(i).weight(),
          0,
          RankingNode.Weighted.WEIGHT_MAX,
          "0 to 1,000,000");
    }
    switch (fuse.method()) {
      case FusionMethod.ReciprocalRank(int constant) ->
          Ranges.check(
              path + ".reciprocal_rank.constant",
              constant,
              0,
              FusionMethod.ReciprocalRank.CONSTANT_MAX);
      case FusionMethod.Linear(_, double missingScore) ->
          score(path + ".linear.missing_score", missingScore);
    }
  }

  private static void feedback(String path, RankingNode.Feedback feedback) {
    Ranges.check(path + ".documents", feedback.documents(), 1, RankingNode.Feedback.DOCUMENTS_MAX);
    Ranges.check(path + ".terms", feedback.terms(), 0, RankingNode.Feedback.TERMS_MAX);
    double most = RankingNode.Feedback.WEIGHT_MAX;
    number(path + ".query_weight", feedback.queryWeight(), 0, most, "0 to 1,000");
    number(path + ".document_weight", feedback.documentWeight(), 0, most, "0 to 1,000");
  }

  private static void reach(String path, Reach reach) {
    Ranges.check(path + ".ranks", reach.ranks(), 1, RankingNode.LIMIT_MAX);
    if (reach.margin() != Double.POSITIVE_INFINITY) {
      number(path + ".margin", reach.margin(), 0, RankingNode.SCORE_MAX, "0 to 1e30");
    }
  }

  private static void vector(String path, DenseVector vector) {
    if (vector.length() < 1 || vector.length() > DenseVector.LENGTH_MAX) {
      throw new InvalidInputException(
          path, vector.length() + " numbers", "1 to " + DenseVector.LENGTH_MAX + " numbers");
    }
    for (int i = 0; i < vector.length(); i++) {
      if (!Float.isFinite(vector.value(i))) {
        throw new InvalidInputException(path + "[" + i + "]", vector.value(i), "a finite number");
      }
    }
  }

  private static void score(String path, double score) {
    number(path, score, -RankingNode.SCORE_MAX, RankingNode.SCORE_MAX, "-1e30 to 1e30");
  }

  private static void number(String path, double value, double min, double max, String allowed) {
    // Not the other way round: NaN is in no range.
    if (!(value >= min && value <= max)) {
      throw new InvalidInputException(path, value, allowed);
    }
  }

  /** Checks that the stages below a formula have what it takes of them. */
  private static void references(RankingNode node) {
    node.inputs().forEach(TreeCheck::references);
    String path = node.frame().path() + ".rescore.";
    switch (node) {
      case RankingNode.Compute compute ->
          FormulaCheck.below(
              compute.formula().root(), compute.input(), path + "formula.expression");
      case RankingNode.Trees trees -> {
        for (int i = 0; i < trees.features().size(); i++) {
          FormulaCheck.below(
              trees.features().get(i).root(), trees.input(), path + "trees.features[" + i + "]");
        }
      }
      default -> {
        // It has no formula.
      }
    }
  }

  /**
   * Checks that a collection has what a tree needs.
   *
   * @param root the root of the tree
   * @param scope the collection
   * @throws InvalidInputException when something is missing
   */
  public static void fit(RankingNode root, RankedScope scope) {
    String path = root.frame().path();
    switch (root) {
      case RankingNode.Sparse sparse -> mode(path + ".sparse.mode", sparse.evaluation(), scope);
      case RankingNode.Dense dense -> dense(path + ".dense", dense.field(), dense.vector(), scope);
      case RankingNode.Interpolate interpolate ->
          dense(path + ".rescore.interpolation", interpolate.field(), interpolate.vector(), scope);
      case RankingNode.Compute compute ->
          FormulaCheck.fit(compute.formula().root(), path + ".rescore.formula.expression", scope);
      case RankingNode.Trees trees -> ModelCheck.fit(trees, path + ".rescore.trees", scope);
      case RankingNode.CrossEncode cross ->
          ModelCheck.fit(cross, path + ".rescore.cross_encoder", scope);
      case RankingNode.Feedback feedback -> {
        mode(path + ".feedback.search.mode", feedback.evaluation(), scope);
        records(path + ".feedback", scope);
      }
      case RankingNode.Group group -> {
        Schema.Field field =
            FormulaCheck.field(path + ".group.field", group.field(), scope.schema());
        if (field.type() == FieldType.STRING_LIST) {
          throw new InvalidInputException(
              path + ".group.field", "a list of texts", "a field of another type");
        }
      }
      case RankingNode.Fuse _ -> {
        // It needs nothing of the collection.
      }
    }
    root.inputs().forEach(input -> fit(input, scope));
  }

  private static void mode(String path, Evaluation evaluation, RankedScope scope) {
    if (evaluation instanceof Evaluation.InMode(SearchMode mode)
        && scope.scope().size() > 0
        && scope.scope().segments().stream().noneMatch(segment -> segment.supports(mode))) {
      throw new InvalidInputException(
          path, "a mode whose lists the collection lacks", "mode exact, or a mode that it has");
    }
  }

  private static void records(String path, RankedScope scope) {
    if (!scope.hasRecords()) {
      throw new InvalidInputException(
          path, "set", "none, since the collection was built without a forward index");
    }
  }

  private static void dense(String path, String name, DenseVector vector, RankedScope scope) {
    DenseFields.Field field = scope.dense().find(name);
    if (field == null) {
      List<String> names = scope.dense().names();
      throw new InvalidInputException(
          path + ".field",
          "'" + name + "'",
          names.isEmpty()
              ? "none, since the collection has no dense fields"
              : "a dense field of the collection" + NearestNames.hint(name, names));
    }
    if (vector.length() != field.dimensions()) {
      throw new InvalidInputException(
          path + ".vector",
          vector.length() + " numbers",
          field.dimensions() + " numbers, as the field '" + name + "' has dimensions");
    }
    try {
      // Before anything is evaluated, so that a vector that the field refuses costs nothing.
      var _ = field.scorer(vector);
    } catch (InvalidInputException refused) {
      throw new InvalidInputException(path + ".vector", refused.value(), refused.allowed());
    }
  }
}

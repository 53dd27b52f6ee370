package io.siskin.server.rank.check;

import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.NearestNames;
import io.siskin.index.error.Ranges;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.rank.TreeEvaluator;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.tree.DenseEffort;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.RankingNode.Frame;
import io.siskin.server.rank.tree.Reach;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.rank.tree.StagesBelow;
import io.siskin.server.rank.tree.TokenQuery;
import io.siskin.server.rank.tree.Turn;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
   * Checks that the request has a query if a stage takes that of the request, and that it is a text
   * if a stage with a dense field takes it.
   *
   * @param root the root of the tree, which has the vectors of the request
   * @param hasQuery whether the request has a query
   * @param hasText whether that is a text
   * @throws InvalidInputException when it is missing
   */
  public static void refuseMissingQuery(RankingNode root, boolean hasQuery, boolean hasText) {
    String path = TreeEvaluator.queries(root).get(new SparseQuery.OfRequest());
    if (path != null && !hasQuery) {
      throw new InvalidInputException(
          path + ".query",
          "not set",
          "text, turns or vector here, or text or vector in the request");
    }
    refuseMissingVectors(root);
    if (!hasText) {
      TreeEvaluator.denseQueries(root)
          .forEach(
              (query, at) -> {
                if (query.target() instanceof DenseTarget.OfRequest) {
                  throw new InvalidInputException(
                      at + ".query",
                      "not set",
                      "vector, text or turns here, or text or dense vector in the request");
                }
              });
    }
  }

  /**
   * Checks that no stage reads the text of the request, which has none.
   *
   * @param root the root of the tree
   * @throws InvalidInputException when one does
   */
  public static void refuseMissingText(RankingNode root) {
    TreeEvaluator.tokenQueries(root)
        .forEach(
            (query, path) -> {
              if (query.query() instanceof TokenQuery.OfRequest) {
                throw new InvalidInputException(
                    path + ".token_vectors",
                    "not set",
                    "1 to 128 vectors or a text, here or in the request");
              }
            });
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
      case RankingNode.Sparse sparse -> turns(path + ".sparse", sparse.query());
      case RankingNode.Dense dense -> search(path + ".dense", dense.target(), dense.effort());
      case RankingNode.Fuse fuse -> fusion(path + ".fuse", fuse);
      case RankingNode.Interpolate interpolate -> {
        String at = path + ".rescore.interpolation";
        target(at, interpolate.target());
        number(at + ".alpha", interpolate.alpha(), 0, 1, "0 to 1");
        score(at + ".missing_score", interpolate.missingScore());
      }
      case RankingNode.MaxSim maxSim -> {
        String at = path + ".rescore.max_sim";
        number(at + ".alpha", maxSim.alpha(), 0, 1, "0 to 1");
        score(at + ".missing_score", maxSim.missingScore());
        tokens(at, maxSim.query());
      }
      case RankingNode.Densified densified -> turns(path + ".densified", densified.query());
      case RankingNode.DensifiedRescore densified -> {
        String at = path + ".rescore.densified";
        turns(at + ".by", densified.query());
        number(at + ".alpha", densified.alpha(), 0, 1, "0 to 1");
        score(at + ".missing_score", densified.missingScore());
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
      case RankingNode.Feedback feedback -> {
        turns(path + ".feedback.search", feedback.query());
        Ranges.check(path + ".feedback.terms", feedback.terms(), 0, RankingNode.Feedback.TERMS_MAX);
        feedback(
            path + ".feedback",
            feedback.documents(),
            feedback.queryWeight(),
            feedback.documentWeight());
      }
      case RankingNode.Group group -> PassageCheck.group(path + ".group", group);
      case RankingNode.PassageNode passage -> PassageCheck.ranges(passage);
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

  /** Checks what feedback of every kind has. */
  static void feedback(String path, int documents, double queryWeight, double documentWeight) {
    Ranges.check(path + ".documents", documents, 1, RankingNode.Feedback.DOCUMENTS_MAX);
    double most = RankingNode.Feedback.WEIGHT_MAX;
    number(path + ".query_weight", queryWeight, 0, most, "0 to 1,000");
    number(path + ".document_weight", documentWeight, 0, most, "0 to 1,000");
  }

  private static void reach(String path, Reach reach) {
    Ranges.check(path + ".ranks", reach.ranks(), 1, RankingNode.LIMIT_MAX);
    if (reach.margin() != Double.POSITIVE_INFINITY) {
      number(path + ".margin", reach.margin(), 0, Ranked.SCORE_MAX, "0 to 1e30");
    }
  }

  /** Checks what a dense search looks for, and how it uses graphs. */
  static void search(String path, DenseTarget target, DenseEffort effort) {
    target(path, target);
    if (effort instanceof DenseEffort.Candidates(int count)) {
      Ranges.check(path + ".candidates", count, 1, DenseEffort.CANDIDATES_MAX);
    }
  }

  /** Checks what a stage with a dense field looks for. */
  static void target(String path, DenseTarget target) {
    switch (target) {
      case DenseTarget.Vector(DenseVector vector) -> vector(path + ".vector", vector);
      case DenseTarget.Turns(List<Turn> turns) -> turns(path + ".turns", turns);
      case DenseTarget.OfRequest _, DenseTarget.Text _ -> {
        // The length of a text was checked where it was read.
      }
    }
  }

  private static void turns(String path, SparseQuery query) {
    if (query instanceof SparseQuery.Turns(List<Turn> turns)) {
      turns(path + ".turns", turns);
    }
  }

  private static void turns(String path, List<Turn> turns) {
    if (turns.isEmpty() || turns.size() > Turn.COUNT_MAX) {
      throw new InvalidInputException(
          path, turns.size() + " turns", "1 to " + Turn.COUNT_MAX + " turns");
    }
    double most = 0;
    for (int i = 0; i < turns.size(); i++) {
      double weight = turns.get(i).weight();
      number(path + "[" + i + "].weight", weight, 0, Turn.WEIGHT_MAX, "0 to 1,000");
      most = Math.max(most, weight);
    }
    if (most == 0) {
      throw new InvalidInputException(path, "all of weight 0", "a weight above 0");
    }
  }

  /** Checks the length and the numbers of a dense query. */
  static void vector(String path, DenseVector vector) {
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

  private static void tokens(String path, TokenQuery query) {
    switch (query) {
      case TokenQuery.OfRequest _, TokenQuery.Text _ -> {
        // They are made of a text, whose length was checked where it was read.
      }
      case TokenQuery.Keyed(List<TokenQuery.WithKey> vectors) -> {
        Ranges.check(path + ".keyed_vectors", vectors.size(), 1, MaxSimQuery.VECTOR_COUNT_MAX);
        for (int i = 0; i < vectors.size(); i++) {
          vector(path + ".keyed_vectors[" + i + "].values", vectors.get(i).vector());
        }
      }
      case TokenQuery.Values(List<DenseVector> vectors) -> {
        Ranges.check(path + ".vectors", vectors.size(), 1, MaxSimQuery.VECTOR_COUNT_MAX);
        for (int i = 0; i < vectors.size(); i++) {
          vector(path + ".vectors[" + i + "].values", vectors.get(i));
        }
      }
      case TokenQuery.Terms(List<SparseVector> vectors) ->
          Ranges.check(path + ".token_vectors", vectors.size(), 1, MaxSimQuery.VECTOR_COUNT_MAX);
    }
  }

  /** Checks a score that a request gives. */
  static void score(String path, double score) {
    number(path, score, -Ranked.SCORE_MAX, Ranked.SCORE_MAX, "-1e30 to 1e30");
  }

  /** Checks a number, which is in no range if it is NaN. */
  static void number(String path, double value, double min, double max, String allowed) {
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
      case RankingNode.Dense dense -> dense(path + ".dense", dense.field(), dense.target(), scope);
      case RankingNode.Interpolate interpolate ->
          dense(path + ".rescore.interpolation", interpolate.field(), interpolate.target(), scope);
      case RankingNode.MaxSim maxSim -> maxSim(path + ".rescore.max_sim", maxSim, scope);
      case RankingNode.Densified densified ->
          sliced(path + ".densified", densified.field(), densified.query(), scope);
      case RankingNode.DensifiedRescore densified ->
          sliced(path + ".rescore.densified.by", densified.field(), densified.query(), scope);
      case RankingNode.Compute compute ->
          FormulaCheck.fit(compute.formula().root(), path + ".rescore.formula.expression", scope);
      case RankingNode.Trees trees -> ModelCheck.fit(trees, path + ".rescore.trees", scope);
      case RankingNode.CrossEncode cross ->
          ModelCheck.fit(cross, path + ".rescore.cross_encoder", scope);
      case RankingNode.Feedback feedback -> {
        mode(path + ".feedback.search.mode", feedback.evaluation(), scope);
        records(path + ".feedback", scope);
      }
      case RankingNode.Group group ->
          PassageCheck.valueField(path + ".group.field", group.field(), scope);
      case RankingNode.PassageNode passage -> PassageCheck.fit(passage, scope);
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

  /** Checks that the weights of documents are kept. */
  static void records(String path, RankedScope scope) {
    if (!scope.hasRecords()) {
      throw new InvalidInputException(
          path, "set", "none, since the collection was built without a forward index");
    }
  }

  /** Checks a dense field of values and what is looked for, which are named under one path. */
  static void dense(String path, String name, DenseTarget target, RankedScope scope) {
    DenseFields.Field field = valueField(path + ".field", name, scope);
    if (target instanceof DenseTarget.Vector(DenseVector vector)) {
      vector(path + ".vector", name, vector, field);
    } else if (!(target instanceof DenseTarget.OfRequest) && !field.encodesQueries()) {
      throw unencoded(path, name, "a vector");
    }
  }

  private static InvalidInputException unencoded(String path, String name, String wanted) {
    return new InvalidInputException(
        path + ".vector",
        "not set",
        wanted + ", since the field '" + name + "' has no encoder of queries");
  }

  /**
   * Checks what stages take of the request: that a field of which the request has no vector has an
   * encoder of queries, and that spans are compared with vectors.
   *
   * @param root the root of the tree, which has the vectors of the request, and which {@link #fit}
   *     has checked
   * @param scope the collection
   * @throws InvalidInputException when it cannot
   */
  public static void fitRequest(RankingNode root, RankedScope scope) {
    refuseMissingVectors(root);
    TreeEvaluator.denseQueries(root)
        .forEach(
            (query, path) -> {
              if (query.target() instanceof DenseTarget.OfRequest
                  && !field(query.field(), scope).encodesQueries()) {
                throw unencoded(path, query.field(), "a vector, here or in the request");
              }
            });
    for (RankingNode each : StagesBelow.all(root)) {
      if (each instanceof RankingNode.MaxSim maxSim
          && maxSim.query() instanceof TokenQuery.OfRequest) {
        DenseFields.Field field = field(maxSim.field(), scope);
        refuseUnencoded(each.frame().path() + ".rescore.max_sim", maxSim, field);
      }
    }
  }

  /** Checks that spans are compared with something. A text is never encoded for that. */
  private static void refuseMissingVectors(RankingNode root) {
    for (RankingNode each : StagesBelow.all(root)) {
      if (each instanceof RankingNode.Answers answers) {
        String path = each.frame().path() + ".answers.";
        String wanted = "1 to 4,096 numbers, here or in the request";
        if (answers.startVector() == null) {
          throw new InvalidInputException(path + "start_vector", "not set", wanted);
        }
        if (answers.endVector() == null) {
          throw new InvalidInputException(path + "end_vector", "not set", wanted);
        }
      }
    }
  }

  private static DenseFields.Field field(String name, RankedScope scope) {
    return Objects.requireNonNull(scope.dense().find(name));
  }

  /** Returns a dense field of values. */
  static DenseFields.Field valueField(String path, String name, RankedScope scope) {
    DenseFields.Field field = denseField(path, name, scope);
    if (!field.storage().isOfValues()) {
      throw new InvalidInputException(path, stored(name, field), "a dense field of values");
    }
    return field;
  }

  /** Returns a dense field of terms. */
  static DenseFields.Field termField(String path, String name, RankedScope scope) {
    DenseFields.Field field = denseField(path, name, scope);
    if (field.storage() != DenseStorage.TERMS) {
      throw new InvalidInputException(path, stored(name, field), "a dense field of terms");
    }
    return field;
  }

  private static DenseFields.Field denseField(String path, String name, RankedScope scope) {
    DenseFields.Field field = scope.dense().find(name);
    if (field == null) {
      List<String> names = scope.dense().names();
      throw new InvalidInputException(
          path,
          "'" + name + "'",
          names.isEmpty()
              ? "none, since the collection has no dense fields"
              : "a dense field of the collection" + NearestNames.hint(name, names));
    }
    return field;
  }

  /** Checks a dense field of tokens and what they are compared with, null for the request's. */
  static void tokens(String path, String name, @Nullable DenseVector vector, RankedScope scope) {
    DenseFields.Field field = valueField(path + "_field", name, scope);
    if (vector != null) {
      vector(path + "_vector", name, vector, field);
    }
  }

  /** Checks a vector by the field that it is for. */
  static void vector(String path, String name, DenseVector vector, DenseFields.Field field) {
    dimensions(path, name, vector, field);
    check(path, vector, field);
  }

  private static String stored(String name, DenseFields.Field field) {
    return "'" + name + "', which stores " + field.storage().word();
  }

  private static void dimensions(
      String path, String name, DenseVector vector, DenseFields.Field field) {
    if (vector.length() != field.dimensions()) {
      throw new InvalidInputException(
          path,
          vector.length() + " numbers",
          field.dimensions() + " numbers, as the field '" + name + "' has dimensions");
    }
  }

  /**
   * Checks that a field takes a query, before anything is evaluated.
   *
   * @param path the path of the query
   * @param vector the query, of as many numbers as the field has dimensions
   * @param field the field
   * @throws InvalidInputException when it does not
   */
  public static void check(String path, DenseVector vector, DenseFields.Field field) {
    refused(path, () -> field.check(vector));
  }

  /**
   * Checks that a field takes a query of several vectors, before anything is evaluated.
   *
   * @param path the path of the query
   * @param query the query, which has vectors
   * @param field the field
   * @throws InvalidInputException when it does not
   */
  public static void check(String path, TokenQuery query, DenseFields.Field field) {
    refused(
        path,
        () -> {
          var _ = field.scorer(query);
        });
  }

  /** Tells at a path what a field refuses. */
  static void refused(String path, Runnable check) {
    try {
      check.run();
    } catch (InvalidInputException refused) {
      throw new InvalidInputException(path, refused.value(), refused.allowed());
    }
  }

  private static void maxSim(String path, RankingNode.MaxSim node, RankedScope scope) {
    DenseFields.Field field = denseField(path + ".field", node.field(), scope);
    switch (node.query()) {
      case TokenQuery.Values(List<DenseVector> vectors) -> {
        if (!field.storage().isOfValues()) {
          throw new InvalidInputException(
              path + ".field", stored(node.field(), field), "a dense field of values");
        }
        for (int i = 0; i < vectors.size(); i++) {
          String at = path + ".vectors[" + i + "].values";
          DenseVector vector = vectors.get(i);
          dimensions(at, node.field(), vector, field);
          refused(at, () -> field.check(vector));
        }
      }
      case TokenQuery.Terms terms -> {
        if (field.storage() != DenseStorage.TERMS) {
          throw new InvalidInputException(
              path + ".field", stored(node.field(), field), "a dense field of terms");
        }
        for (int i = 0; i < terms.vectors().size(); i++) {
          TokenQuery.Terms one = new TokenQuery.Terms(List.of(terms.vectors().get(i)));
          refused(path + ".token_vectors[" + i + "]", () -> field.check(one));
        }
      }
      case TokenQuery.Keyed keyed -> keyed(path, node.field(), keyed, field);
      case TokenQuery.OfRequest _ -> {
        if (field.storage().isOfSparse()) {
          throw new InvalidInputException(
              path + ".field",
              stored(node.field(), field),
              "a dense field of values, of terms, or of vectors with keys");
        }
      }
      case TokenQuery.Text _ -> refuseUnencoded(path, node, field);
    }
  }

  private static void refuseUnencoded(
      String path, RankingNode.MaxSim node, DenseFields.Field field) {
    boolean isEncoded =
        switch (field.storage()) {
          case TERMS -> true;
          case SLICES, HASHED -> false;
          case F32, F16, INT8, BINARY, KEYED_F32, KEYED_F16 -> field.encodesQueries();
        };
    if (!isEncoded) {
      throw new InvalidInputException(
          path + ".field",
          stored(node.field(), field),
          "a dense field of terms, or one that has an encoder of queries, since no vectors are set,"
              + " here or in the request");
    }
  }

  private static void keyed(
      String path, String name, TokenQuery.Keyed query, DenseFields.Field field) {
    if (!field.storage().isKeyed()) {
      throw new InvalidInputException(
          path + ".field", stored(name, field), "a dense field of vectors with keys");
    }
    for (int i = 0; i < query.vectors().size(); i++) {
      String at = path + ".keyed_vectors[" + i + "].values";
      TokenQuery.WithKey one = query.vectors().get(i);
      dimensions(at, name, one.vector(), field);
      check(at, new TokenQuery.Keyed(List.of(one)), field);
    }
  }

  private static void sliced(String path, String name, SparseQuery query, RankedScope scope) {
    DenseFields.Field field = denseField(path + ".field", name, scope);
    if (!field.storage().isOfSparse()) {
      throw new InvalidInputException(
          path + ".field", stored(name, field), "a dense field of slices or of hashed terms");
    }
    if (query instanceof SparseQuery.Vector(SparseVector vector)) {
      refused(path + ".vector", () -> field.check(vector));
    }
  }
}

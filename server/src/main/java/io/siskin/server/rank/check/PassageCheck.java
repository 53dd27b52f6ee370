package io.siskin.server.rank.check;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.tree.GroupScore;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.RankingNode.ContextSource;
import io.siskin.server.rank.tree.RankingNode.Similarity;

/** The rules of the stages that take lists of passages; {@link TreeCheck} asks for them. */
final class PassageCheck {
  private static final String UNIT = "0 to 1";

  private PassageCheck() {}

  /**
   * Checks the ranges of a stage.
   *
   * @param node the stage
   * @throws InvalidInputException when a rule is broken
   */
  static void ranges(RankingNode.PassageNode node) {
    String path = node.frame().path();
    switch (node) {
      case RankingNode.Context context -> {
        String at = path + ".rescore.context";
        TreeCheck.number(at + ".weight", context.weight(), 0, 1, UNIT);
        if (context.source() instanceof ContextSource.OfList list) {
          TreeCheck.score(at + ".list.missing_score", list.missingScore());
        }
      }
      case RankingNode.Diversify diversify -> {
        TreeCheck.number(path + ".diversify.lambda", diversify.lambda(), 0, 1, UNIT);
        input(diversify.input(), RankingNode.Diversify.INPUT_MAX);
      }
      case RankingNode.Cap cap ->
          Ranges.check(path + ".cap.count", cap.count(), 1, RankingNode.LIMIT_MAX);
      case RankingNode.DenseFeedback feedback -> {
        TreeCheck.search(path + ".feedback.dense", feedback.target(), feedback.effort());
        TreeCheck.feedback(
            path + ".feedback",
            feedback.documents(),
            feedback.queryWeight(),
            feedback.documentWeight());
      }
      case RankingNode.Answers answers -> answers(path + ".answers", answers);
    }
  }

  private static void answers(String path, RankingNode.Answers node) {
    if (node.startVector() != null) {
      TreeCheck.vector(path + ".start_vector", node.startVector());
    }
    if (node.endVector() != null) {
      TreeCheck.vector(path + ".end_vector", node.endVector());
    }
    TreeCheck.number(
        path + ".score_weight",
        node.scoreWeight(),
        0,
        RankingNode.Answers.WEIGHT_MAX,
        "0 to 1,000,000");
    Ranges.check(path + ".tokens_max", node.tokensMax(), 1, RankingNode.Answers.TOKENS_MAX);
    Ranges.check(path + ".count", node.count(), 1, RankingNode.Answers.COUNT_MAX);
    input(node.input(), RankingNode.Answers.INPUT_MAX);
  }

  private static void input(RankingNode input, int limitMax) {
    // One above all ranges is told by the input itself.
    if (input.frame().limit() <= RankingNode.LIMIT_MAX) {
      Ranges.check(input.frame().path() + ".limit", input.frame().limit(), 1, limitMax);
    }
  }

  /**
   * Checks the score and the lists of a group.
   *
   * @param path where the stage is
   * @param node the stage
   * @throws InvalidInputException when a rule is broken
   */
  static void group(String path, RankingNode.Group node) {
    Ranges.check(path + ".inner_hits", node.innerHits(), 0, RankingNode.Group.INNER_HITS_MAX);
    Ranges.check(path + ".best_count", node.bestCount(), 0, RankingNode.LIMIT_MAX);
    if (node.bestCount() > 0
        && (node.score() == GroupScore.MAX || node.score() == GroupScore.FIRST)) {
      throw new InvalidInputException(
          path + ".best_count",
          node.bestCount() + ", with a score of one document",
          "not set, or a sum or a mean as the score");
    }
    int fields = node.innerFields().size();
    if (fields > RankingNode.Group.INNER_FIELDS_MAX) {
      throw new InvalidInputException(
          path + ".inner_fields",
          fields + " names",
          "at most " + RankingNode.Group.INNER_FIELDS_MAX + " names");
    }
  }

  /**
   * Checks that a collection has what a stage needs.
   *
   * @param node the stage
   * @param scope the collection
   * @throws InvalidInputException when something is missing
   */
  static void fit(RankingNode.PassageNode node, RankedScope scope) {
    String path = node.frame().path();
    switch (node) {
      case RankingNode.Context context -> context(path + ".rescore.context", context, scope);
      case RankingNode.Diversify diversify -> {
        switch (diversify.similarity()) {
          case Similarity.OfDense(String field) ->
              TreeCheck.valueField(path + ".diversify.field", field, scope);
          case Similarity.OfSparse() -> TreeCheck.records(path + ".diversify.sparse", scope);
        }
      }
      case RankingNode.Cap cap -> valueField(path + ".cap.field", cap.field(), scope);
      case RankingNode.DenseFeedback feedback ->
          TreeCheck.dense(path + ".feedback.dense", feedback.field(), feedback.target(), scope);
      case RankingNode.Answers answers -> {
        String at = path + ".answers.";
        TreeCheck.tokens(at + "start", answers.startField(), answers.startVector(), scope);
        TreeCheck.tokens(at + "end", answers.endField(), answers.endVector(), scope);
      }
    }
  }

  private static void context(String path, RankingNode.Context node, RankedScope scope) {
    Schema.Field field = valueField(path + ".field", node.field(), scope);
    if (node.source() instanceof ContextSource.OfList(RankingNode _, String name, double _)) {
      Schema.Field other = valueField(path + ".list.field", name, scope);
      if (other.type() != field.type()) {
        throw new InvalidInputException(
            path + ".list.field",
            "'" + name + "' of the type " + other.type(),
            "a field of the type " + field.type() + ", as '" + field.name() + "' is");
      }
    }
  }

  /**
   * Returns a declared field whose values make groups.
   *
   * @param path where it is named
   * @param name its name
   * @param scope the collection
   * @throws InvalidInputException when there is none, or when it has several values
   */
  static Schema.Field valueField(String path, String name, RankedScope scope) {
    Schema.Field field = FormulaCheck.field(path, name, scope.schema());
    if (field.type() == FieldType.STRING_LIST) {
      throw new InvalidInputException(path, "a list of texts", "a field of another type");
    }
    return field;
  }
}

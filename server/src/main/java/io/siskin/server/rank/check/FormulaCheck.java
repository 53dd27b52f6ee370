package io.siskin.server.rank.check;

import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.NearestNames;
import io.siskin.server.rank.formula.Expression;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.StagesBelow;
import java.util.List;

/** The rules of formulas in trees. Pure functions. */
final class FormulaCheck {
  private FormulaCheck() {}

  /**
   * Checks that the stages below have what a formula takes of them. Another stage has no scores
   * yet, and would have them of itself.
   *
   * @param formula a part of the formula
   * @param below the stage whose list the formula is for
   * @param path where the formula is
   * @throws InvalidInputException when something is missing
   */
  static void below(Expression formula, RankingNode below, String path) {
    switch (formula) {
      case Expression.StageScore(String stage, _) -> stage("score", stage, below, path);
      case Expression.StageRank(String stage, _) -> stage("rank", stage, below, path);
      case Expression.DenseScore(String field, _) -> {
        if (StagesBelow.target(below, field) == null) {
          throw new InvalidInputException(
              path,
              "with the dense score in '" + field + "'",
              "a field in which a stage below looks for something");
        }
      }
      case Expression.OfTerms _ -> {
        if (StagesBelow.query(below) == null) {
          throw new InvalidInputException(
              path, "with a number about terms", "one only above a sparse stage or a feedback");
        }
      }
      default -> formula.parts().forEach(part -> below(part, below, path));
    }
  }

  private static void stage(String what, String stage, RankingNode below, String path) {
    List<String> names = StagesBelow.all(below).stream().map(node -> node.frame().name()).toList();
    if (!names.contains(stage)) {
      throw new InvalidInputException(
          path,
          "with the " + what + " of '" + stage + "'",
          "the name of a stage below this one" + NearestNames.hint(stage, names));
    }
  }

  /**
   * Checks that a collection has what a formula takes of it. The dense fields are those of stages
   * below, which are checked there.
   *
   * @param formula a part of the formula
   * @param path where the formula is
   * @param scope the collection
   * @throws InvalidInputException when something is missing
   */
  static void fit(Expression formula, String path, RankedScope scope) {
    switch (formula) {
      case Expression.FieldNumber(String name, _) -> {
        if (field(path, name, scope.schema()).type().isText()) {
          throw new InvalidInputException(
              path, "with the number of the text '" + name + "'", "matches() for a text");
        }
      }
      case Expression.Matches(String name, _) -> {
        if (!field(path, name, scope.schema()).type().isText()) {
          throw new InvalidInputException(
              path, "with a text in the field '" + name + "'", "field() for what is no text");
        }
      }
      case Expression.OfTerms _ -> {
        if (!scope.hasRecords()) {
          throw new InvalidInputException(
              path,
              "with a number about terms",
              "none, since the collection was built without a forward index");
        }
      }
      default -> formula.parts().forEach(part -> fit(part, path, scope));
    }
  }

  /**
   * Returns a declared field.
   *
   * @throws InvalidInputException when the schema has none of the name
   */
  static Schema.Field field(String path, String name, Schema schema) {
    Schema.Field field = schema.field(name);
    if (field == null) {
      throw new InvalidInputException(path, "'" + name + "'", schema.allowedInsteadOf(name));
    }
    return field;
  }
}

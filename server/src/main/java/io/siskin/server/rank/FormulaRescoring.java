package io.siskin.server.rank;

import io.siskin.index.column.Column;
import io.siskin.index.column.NumberColumn;
import io.siskin.index.column.TextColumn;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.server.search.DocumentPositions;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * Scores the documents of a list by a formula. Each part of the formula is computed for all
 * documents before the next one, in arrays, so that nothing is decided or boxed per document. Used
 * by one thread for one list.
 */
final class FormulaRescoring {
  private static final double MICROS_PER_SECOND = 1e6;

  private final Ranked input;
  private final Map<String, Ranked> stages;
  private final RankedScope scope;
  private final double nowSeconds;
  private final int[] segments;
  private final int[] documents;

  /**
   * Prepares to rescore.
   *
   * @param input the list
   * @param stages the lists of the stages below, by name
   * @param scope has the fields
   * @param nowSeconds the moment at which the evaluation began, in seconds since 1970
   */
  FormulaRescoring(Ranked input, Map<String, Ranked> stages, RankedScope scope, double nowSeconds) {
    this.input = input;
    this.stages = stages;
    this.scope = scope;
    this.nowSeconds = nowSeconds;
    this.segments = new int[input.size()];
    this.documents = new int[input.size()];
    DocumentPositions positions = scope.positions();
    for (int rank = 0; rank < segments.length; rank++) {
      int number = positions.documentNumber(input.position(rank));
      segments[rank] = positions.segment(number);
      documents[rank] = number - positions.base(segments[rank]);
    }
  }

  /**
   * Rescores the list.
   *
   * @param node the formula, and what is done where it gives no number
   */
  StageWork rescore(RankingNode.Compute node) {
    double[] scores = values(node.formula().root());
    int[] positions = new int[scores.length];
    int count = 0;
    for (int rank = 0; rank < scores.length; rank++) {
      boolean isDefined = Math.abs(scores[rank]) <= RankingNode.SCORE_MAX;
      Double instead = node.undefinedScore();
      if (isDefined || instead != null) {
        positions[count] = input.position(rank);
        scores[count++] = isDefined || instead == null ? scores[rank] + 0.0 : instead;
      }
    }
    return new StageWork(
        Ranked.best(positions, scores, count, node.frame().limit()), scores.length, true);
  }

  private double[] values(Expression expression) {
    return switch (expression) {
      case Expression.Constant(double value) -> filled(value);
      case Expression.Now() -> filled(nowSeconds);
      case Expression.InputScore() -> input.scores();
      case Expression.StageScore(String stage, double missing) -> stageScores(stage, missing);
      case Expression.FieldNumber(String field, double missing) -> fieldNumbers(field, missing);
      case Expression.Matches(String field, String text) -> matches(field, text);
      case Expression.OfOne(Expression.Unary function, Expression part) -> {
        double[] values = values(part);
        for (int i = 0; i < values.length; i++) {
          values[i] = function.of(values[i]);
        }
        yield values;
      }
      case Expression.OfTwo(Expression.Binary function, Expression left, Expression right) -> {
        double[] values = values(left);
        double[] others = values(right);
        for (int i = 0; i < values.length; i++) {
          values[i] = function.of(values[i], others[i]);
        }
        yield values;
      }
    };
  }

  private double[] filled(double value) {
    double[] values = new double[input.size()];
    Arrays.fill(values, value);
    return values;
  }

  private double[] stageScores(String stage, double missing) {
    double[] values = filled(missing);
    Ranked list = Objects.requireNonNull(stages.get(stage));
    PositionSlots slots = PositionSlots.of(input);
    for (int rank = 0; rank < list.size(); rank++) {
      int slot = slots.find(list.position(rank));
      if (slot != PositionSlots.ABSENT) {
        values[slot] = list.score(rank);
      }
    }
    return values;
  }

  private double[] fieldNumbers(String field, double missing) {
    double[] values = filled(missing);
    for (int rank = 0; rank < values.length; rank++) {
      Column column = scope.columns().get(segments[rank]).find(field);
      if (column instanceof NumberColumn numbers && numbers.has(documents[rank])) {
        values[rank] = number(numbers.type(), numbers.value(documents[rank]));
      }
    }
    return values;
  }

  private static double number(FieldType type, long key) {
    return switch (type) {
      case INT64, BOOL -> key;
      case TIMESTAMP -> key / MICROS_PER_SECOND;
      // Once a document: it is not worth a second form of the order of keys.
      case DOUBLE -> FieldValue.Real.ofKey(key).value();
      case STRING, STRING_LIST -> throw new IllegalArgumentException(type + " has no keys");
    };
  }

  private double[] matches(String field, String text) {
    double[] values = filled(0);
    for (int rank = 0; rank < values.length; rank++) {
      if (scope.columns().get(segments[rank]).find(field) instanceof TextColumn texts
          && texts.values(documents[rank]).contains(text)) {
        values[rank] = 1;
      }
    }
    return values;
  }
}

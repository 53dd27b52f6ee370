package io.siskin.server.rank.stage;

import io.siskin.index.column.Column;
import io.siskin.index.column.NumberColumn;
import io.siskin.index.column.TextColumn;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.server.rank.formula.Expression;
import io.siskin.server.rank.formula.TermFeature;
import io.siskin.server.rank.list.Places;
import io.siskin.server.rank.list.PositionSlots;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.rank.tree.StagesBelow;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Scores the documents of a list by a formula. Each part of the formula is computed for all
 * documents before the next one, in arrays, so that nothing is decided or boxed per document. Used
 * by one thread for one list.
 */
public final class FormulaRescoring {
  private static final double MICROS_PER_SECOND = 1e6;

  private final Ranked input;
  private final Map<String, Ranked> stages;
  private final RankedScope scope;
  private final double nowSeconds;
  private final RankingNode below;
  private final EncodedQueries queries;
  private final Places places;
  private @Nullable TermTable terms;

  /**
   * Prepares to rescore.
   *
   * @param input the list
   * @param below the stage that made it
   * @param stages the lists of the stages below, by name
   * @param queries the vectors of all queries of the tree
   * @param scope has the fields
   * @param nowSeconds the moment at which the evaluation began, in seconds since 1970
   */
  public FormulaRescoring(
      Ranked input,
      RankingNode below,
      Map<String, Ranked> stages,
      EncodedQueries queries,
      RankedScope scope,
      double nowSeconds) {
    this.input = input;
    this.below = below;
    this.stages = stages;
    this.queries = queries;
    this.scope = scope;
    this.nowSeconds = nowSeconds;
    this.places = Places.of(input, scope.positions());
  }

  /**
   * Rescores the list.
   *
   * @param node the formula, and what is done where it gives no number
   */
  public StageWork rescore(RankingNode.Compute node) {
    double[] scores = values(node.formula().root());
    int[] positions = new int[scores.length];
    int count = 0;
    for (int rank = 0; rank < scores.length; rank++) {
      boolean isDefined = Math.abs(scores[rank]) <= Ranked.SCORE_MAX;
      Double instead = node.undefinedScore();
      if (isDefined || instead != null) {
        positions[count] = input.position(rank);
        scores[count++] = isDefined || instead == null ? scores[rank] + 0.0 : instead;
      }
    }
    return new StageWork(
        Ranked.best(positions, scores, count, node.frame().limit()), scores.length, true);
  }

  /**
   * Computes an expression for all documents, in the order of the list.
   *
   * @param expression the formula or a part of it
   * @return one value for each document, which the caller may change
   */
  double[] values(Expression expression) {
    return switch (expression) {
      case Expression.Constant(double value) -> filled(value);
      case Expression.Now() -> filled(nowSeconds);
      case Expression.InputScore() -> input.scores();
      case Expression.StageScore(String stage, double missing) -> ofStage(stage, missing, false);
      case Expression.InputRank() -> inputRanks();
      case Expression.StageRank(String stage, double missing) -> ofStage(stage, missing, true);
      case Expression.DenseScore(String field, double missing) -> denseScores(field, missing);
      case Expression.OfTerms(TermFeature feature) -> terms().values(feature);
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

  private double[] inputRanks() {
    double[] values = new double[input.size()];
    for (int rank = 0; rank < values.length; rank++) {
      values[rank] = rank + 1.0;
    }
    return values;
  }

  private double[] ofStage(String stage, double missing, boolean ranks) {
    double[] values = filled(missing);
    Ranked list = Objects.requireNonNull(stages.get(stage));
    PositionSlots slots = PositionSlots.of(input);
    for (int rank = 0; rank < list.size(); rank++) {
      int slot = slots.find(list.position(rank));
      if (slot != PositionSlots.ABSENT) {
        values[slot] = ranks ? rank + 1 : list.score(rank);
      }
    }
    return values;
  }

  private double[] denseScores(String field, double missing) {
    double[] values = new double[input.size()];
    DenseTarget target = Objects.requireNonNull(StagesBelow.target(below, field));
    DenseFields.Scorer scorer =
        Objects.requireNonNull(scope.dense().find(field)).scorer(queries.dense(field, target));
    for (int from = 0; from < values.length; from += DenseFields.BLOCK_LENGTH) {
      int count = Math.min(DenseFields.BLOCK_LENGTH, values.length - from);
      scorer.locate(places.segments(), places.documents(), from, count);
      scorer.located(values, from);
    }
    for (int rank = 0; rank < values.length; rank++) {
      values[rank] = Double.isNaN(values[rank]) ? missing : values[rank];
    }
    return values;
  }

  private TermTable terms() {
    TermTable known = terms;
    if (known == null) {
      SparseQuery query = Objects.requireNonNull(StagesBelow.query(below));
      known = new TermTable(Objects.requireNonNull(queries.sparse().get(query)), places, scope);
      terms = known;
    }
    return known;
  }

  private double[] fieldNumbers(String field, double missing) {
    double[] values = filled(missing);
    for (int rank = 0; rank < values.length; rank++) {
      Column column = scope.columns().get(places.segments()[rank]).find(field);
      if (column instanceof NumberColumn numbers && numbers.has(places.documents()[rank])) {
        values[rank] = number(numbers.type(), numbers.value(places.documents()[rank]));
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
      if (scope.columns().get(places.segments()[rank]).find(field) instanceof TextColumn texts
          && texts.values(places.documents()[rank]).contains(text)) {
        values[rank] = 1;
      }
    }
    return values;
  }
}

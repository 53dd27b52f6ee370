package io.siskin.server.rank.passage;

import io.siskin.server.rank.list.PositionSlots;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.stage.Fusion;
import io.siskin.server.rank.stage.Grouping;
import io.siskin.server.rank.tree.GroupScore;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.DocumentPositions;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scores passages by {@code (1 − weight) × passage score + weight × document score}, both
 * normalised (DAPR: Wang, Reimers and Gurevych, ACL 2024). Pure functions.
 */
public final class ContextMix {
  private ContextMix() {}

  /**
   * Rescores a list of passages.
   *
   * @param node the weight, and where the scores of documents come from
   * @param input the passages
   * @param documents the documents, if they are a list of their own; else null
   * @param scope has the fields
   */
  public static StageWork mix(
      RankingNode.Context node, Ranked input, @Nullable Ranked documents, RankedScope scope) {
    double[] passageScores = input.scores();
    Fusion.normalize(passageScores, node.normalization());
    // NaN is no score: a passage with it belongs to no document.
    double[] documentScores =
        switch (node.source()) {
          case RankingNode.ContextSource.OfGroup(GroupScore score) ->
              ofGroups(node, score, input, scope);
          case RankingNode.ContextSource.OfList list ->
              ofList(node, list, input, documents == null ? Ranked.EMPTY : documents, scope);
        };
    int[] positions = new int[input.size()];
    double[] scores = new double[positions.length];
    int count = 0;
    for (int rank = 0; rank < positions.length; rank++) {
      if (!Double.isNaN(documentScores[rank])) {
        positions[count] = input.position(rank);
        scores[count++] =
            (1 - node.weight()) * passageScores[rank] + node.weight() * documentScores[rank];
      }
    }
    return new StageWork(
        Ranked.best(positions, scores, count, node.frame().limit()), input.size(), true);
  }

  private static double[] ofGroups(
      RankingNode.Context node, GroupScore score, Ranked input, RankedScope scope) {
    int[] groupOf = new int[input.size()];
    int count = Grouping.assign(node.field(), input, scope, groupOf);
    int[][] members = Grouping.members(groupOf, count);
    int[] positions = new int[count];
    double[] scores = new double[count];
    PositionSlots slots = new PositionSlots(count);
    for (int group = 0; group < count; group++) {
      positions[group] = input.position(members[group][0]);
      scores[group] = Grouping.score(score, input, members[group], Integer.MAX_VALUE);
      slots.add(positions[group]);
    }
    // Normalised in the order of a list, in which all sums are added.
    Ranked groups = Ranked.best(positions, scores, count, Math.max(1, count));
    double[] normalized = groups.scores();
    Fusion.normalize(normalized, node.normalization());
    double[] ofPassages = new double[groupOf.length];
    for (int rank = 0; rank < count; rank++) {
      for (int member : members[slots.find(groups.position(rank))]) {
        ofPassages[member] = normalized[rank];
      }
    }
    return ofPassages;
  }

  private static double[] ofList(
      RankingNode.Context node,
      RankingNode.ContextSource.OfList list,
      Ranked input,
      Ranked documents,
      RankedScope scope) {
    double[] normalized = documents.scores();
    Fusion.normalize(normalized, node.normalization());
    Map<Object, Double> byValue = new HashMap<>();
    for (int rank = 0; rank < normalized.length; rank++) {
      Object value = value(list.documentField(), documents.position(rank), scope);
      if (value != null) {
        byValue.putIfAbsent(value, normalized[rank]);
      }
    }
    double[] ofPassages = new double[input.size()];
    for (int rank = 0; rank < ofPassages.length; rank++) {
      Object value = value(node.field(), input.position(rank), scope);
      ofPassages[rank] =
          value == null ? Double.NaN : byValue.getOrDefault(value, list.missingScore());
    }
    return ofPassages;
  }

  private static @Nullable Object value(String field, int position, RankedScope scope) {
    DocumentPositions positions = scope.positions();
    int number = positions.documentNumber(position);
    int segment = positions.segment(number);
    return Grouping.value(
        scope.columns().get(segment).find(field), number - positions.base(segment));
  }
}

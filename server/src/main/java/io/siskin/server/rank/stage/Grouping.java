package io.siskin.server.rank.stage;

import io.siskin.index.column.Column;
import io.siskin.index.column.NumberColumn;
import io.siskin.index.column.TextColumn;
import io.siskin.server.rank.list.Places;
import io.siskin.server.rank.list.PositionSlots;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.tree.GroupScore;
import io.siskin.server.rank.tree.RankingNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps one document of each group of a list. Pure functions. */
public final class Grouping {
  private static final int OF_ITS_OWN = -1;

  private Grouping() {}

  /**
   * What a grouping made.
   *
   * @param list one document of each group
   * @param groups by document of the list: the ranks in the grouped list of the documents of its
   *     group, ascending
   */
  public record Grouped(Ranked list, List<int[]> groups) {}

  /**
   * Groups a list.
   *
   * @param node what groups are, and how they are scored
   * @param input the list
   * @param scope has the fields
   */
  public static Grouped group(RankingNode.Group node, Ranked input, RankedScope scope) {
    int[] groupOf = new int[input.size()];
    int count = assign(node.field(), input, scope, groupOf);
    int bestCount = node.bestCount() == 0 ? Integer.MAX_VALUE : node.bestCount();
    int[][] members = members(groupOf, count);
    int[] positions = new int[count];
    double[] scores = new double[count];
    for (int group = 0; group < count; group++) {
      positions[group] = input.position(representative(node.score(), input, members[group]));
      scores[group] = score(node.score(), input, members[group], bestCount);
    }
    PositionSlots slots = new PositionSlots(count);
    for (int position : positions) {
      slots.add(position);
    }
    Ranked list = Ranked.best(positions.clone(), scores, count, node.frame().limit());
    List<int[]> groups = new ArrayList<>(list.size());
    for (int rank = 0; rank < list.size(); rank++) {
      groups.add(members[slots.find(list.position(rank))]);
    }
    return new Grouped(list, groups);
  }

  /**
   * Numbers the groups from 0, in the order of their best documents.
   *
   * @param field the declared field whose values make the groups
   * @param input the list
   * @param scope has the field
   * @param groupOf receives the group of each document
   * @return how many groups there are
   */
  public static int assign(String field, Ranked input, RankedScope scope, int[] groupOf) {
    Map<Object, Integer> groups = new HashMap<>();
    Places places = Places.ofBest(input, groupOf.length, scope.positions());
    int count = 0;
    for (int rank = 0; rank < groupOf.length; rank++) {
      Object value =
          value(scope.columns().get(places.segments()[rank]).find(field), places.documents()[rank]);
      int group = value == null ? OF_ITS_OWN : groups.getOrDefault(value, OF_ITS_OWN);
      if (group == OF_ITS_OWN) {
        group = count++;
        if (value != null) {
          groups.put(value, group);
        }
      }
      groupOf[rank] = group;
    }
    return count;
  }

  /** Returns the value of a document, by which it can be compared; null if it has none. */
  public static @Nullable Object value(@Nullable Column column, int document) {
    return switch (column) {
      case null -> null;
      case NumberColumn numbers -> numbers.has(document) ? numbers.value(document) : null;
      case TextColumn texts -> {
        List<String> values = texts.values(document);
        // A text is a list of one; an empty list is what a document without the field has.
        yield values.isEmpty() ? null : values.getFirst();
      }
    };
  }

  /** Returns the ranks of the documents of each group, ascending. */
  public static int[][] members(int[] groupOf, int count) {
    int[] sizes = new int[count];
    for (int group : groupOf) {
      sizes[group]++;
    }
    int[][] members = new int[count][];
    for (int group = 0; group < count; group++) {
      members[group] = new int[sizes[group]];
    }
    Arrays.fill(sizes, 0);
    for (int rank = 0; rank < groupOf.length; rank++) {
      members[groupOf[rank]][sizes[groupOf[rank]]++] = rank;
    }
    return members;
  }

  /** Returns the rank of the document that a group is represented by. */
  static int representative(GroupScore score, Ranked input, int[] members) {
    if (score != GroupScore.FIRST) {
      return members[0];
    }
    int first = members[0];
    for (int rank : members) {
      if (input.position(rank) < input.position(first)) {
        first = rank;
      }
    }
    return first;
  }

  /**
   * Returns the score of a group.
   *
   * @param score what it is
   * @param input the list
   * @param members the ranks of its documents, ascending
   * @param bestCount how many of them count for a sum or a mean
   */
  public static double score(GroupScore score, Ranked input, int[] members, int bestCount) {
    int count = Math.min(bestCount, members.length);
    return switch (score) {
      case MAX -> input.score(members[0]);
      case FIRST -> input.score(representative(score, input, members));
      case SUM -> sum(input, members, count);
      case MEAN -> sum(input, members, count) / count;
    };
  }

  private static double sum(Ranked input, int[] members, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += input.score(members[i]);
    }
    return sum;
  }
}

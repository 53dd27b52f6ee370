package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ImpactOrderedIndex;
import io.siskin.index.segment.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@link ImpactOrderedEvaluator} in plain loops: what its comments say, with a map of partial sums
 * and a sorted list of candidates, whatever it costs.
 */
final class NaiveImpactOrdered {
  /** A list that is added up, from an impact on. */
  private record AddedList(int term, float coefficient, int impactMin) {}

  private final Segment segment;
  private final ImpactOrderedIndex index;

  NaiveImpactOrdered(Segment segment) {
    this.segment = segment;
    this.index = segment.impacts();
  }

  /** Returns the hits of a query, best first. */
  List<Hit> search(SegmentQuery query, int k, SearchMode.ScoreAtATime mode) {
    return search(query, null, k, mode);
  }

  /** Returns the hits of a query among the accepted documents, best first. */
  List<Hit> search(
      SegmentQuery query, @Nullable DocumentSet accepted, int k, SearchMode.ScoreAtATime mode) {
    if (accepted == null) {
      return search(query, null, k, mode, estimate(query, k));
    }
    double share = (double) accepted.size() / Math.max(1, accepted.documentCount());
    int rank = share >= 0.8 ? k : (int) Math.min(Integer.MAX_VALUE, Math.ceil(k / share));
    float estimate = estimate(query, rank);
    List<AddedList> lists = lists(query, mode.postingFloor() * estimate);
    int estimatedSum = Math.max(0, (int) (estimate * unitsPerContribution(lists)) - 1);
    int ranked = ranked(accepted(partialSums(lists), accepted), k, 0);
    boolean holds =
        ranked >= Math.max(1, estimatedSum)
            && estimatedSum <= CandidateSearch.ESTIMATE_SHARE_MAX * ranked;
    return search(query, accepted, k, mode, holds ? estimate : 0);
  }

  private static Map<Integer, Integer> accepted(
      Map<Integer, Integer> sums, @Nullable DocumentSet accepted) {
    sums.keySet().removeIf(document -> accepted != null && !accepted.contains(document));
    return sums;
  }

  private List<Hit> search(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      int k,
      SearchMode.ScoreAtATime mode,
      float estimate) {
    List<AddedList> lists = lists(query, mode.postingFloor() * estimate);
    Map<Integer, Integer> sums = accepted(partialSums(lists), accepted);
    int estimatedSum = Math.max(0, (int) (estimate * unitsPerContribution(lists)) - 1);
    int floor = Math.max(1, (int) (mode.candidateFloor() * ranked(sums, k, estimatedSum)));
    List<Map.Entry<Integer, Integer>> candidates = new ArrayList<>(sums.entrySet());
    candidates.removeIf(candidate -> candidate.getValue() < floor);
    // A stable sort: equal sums stay in the order of documents.
    candidates.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
    int most = mode.candidatesMax() == 0 ? Integer.MAX_VALUE : Math.max(k, mode.candidatesMax());
    List<Hit> hits = new ArrayList<>();
    for (Map.Entry<Integer, Integer> candidate :
        candidates.subList(0, Math.min(most, candidates.size()))) {
      hits.add(new Hit(candidate.getKey(), score(query, candidate.getKey())));
    }
    hits.sort(Hit.BEST_FIRST);
    return hits.subList(0, Math.min(k, hits.size()));
  }

  /** Returns the documents of a query that have a partial sum above 0 when nothing is left out. */
  Map<Integer, Integer> partialSums(SegmentQuery query) {
    return partialSums(lists(query, 0));
  }

  private float estimate(SegmentQuery query, int k) {
    float estimate = 0;
    for (int i = 0; i < Math.min(query.termCount(), ImpactOrderedPlan.LISTS_MAX); i++) {
      int term = query.termNumber(i);
      float contribution = query.weight(i) * index.scale(term) * index.rankedImpact(term, k);
      estimate = Math.max(estimate, contribution);
    }
    return estimate;
  }

  private List<AddedList> lists(SegmentQuery query, float floor) {
    List<AddedList> lists = new ArrayList<>();
    for (int i = 0; i < query.termCount(); i++) {
      int term = query.termNumber(i);
      float coefficient = query.weight(i) * index.scale(term);
      boolean any = coefficient > 0 && coefficient * ImpactOrderedLayout.IMPACT_MAX >= floor;
      if (any && lists.size() < ImpactOrderedPlan.LISTS_MAX) {
        int impactMin = 1;
        if (index.row(term) != ImpactOrderedIndex.NO_ROW) {
          // Down to where a level begins.
          for (int level = 0; level < ImpactOrderedLayout.LEVEL_COUNT; level++) {
            int begin = ImpactOrderedLayout.levelImpact(level);
            if (begin <= Math.ceil(floor / coefficient - ImpactOrderedPlan.ROUNDING)) {
              impactMin = begin;
            }
          }
        }
        lists.add(new AddedList(term, coefficient, impactMin));
      }
    }
    return lists;
  }

  private static double unitsPerContribution(List<AddedList> lists) {
    double largest = 0;
    for (AddedList list : lists) {
      largest += (double) list.coefficient * ImpactOrderedLayout.IMPACT_MAX;
    }
    return lists.isEmpty() ? 0 : (ImpactOrderedPlan.SUM_MAX - lists.size() / 2.0) / largest;
  }

  private Map<Integer, Integer> partialSums(List<AddedList> lists) {
    Map<Integer, Integer> sums = new TreeMap<>();
    double units = unitsPerContribution(lists);
    for (AddedList list : lists) {
      int weight = (int) (list.coefficient * units * 65_536);
      postings(list.term)
          .forEach(
              (document, impact) -> {
                if (impact >= list.impactMin) {
                  sums.merge(document, (weight * impact + 32_768) / 65_536, Integer::sum);
                }
              });
    }
    sums.values().removeIf(sum -> sum == 0);
    return sums;
  }

  /** Returns the k-th best partial sum, or the estimated one if that is larger. */
  private static int ranked(Map<Integer, Integer> sums, int k, int estimatedSum) {
    List<Integer> sorted = new ArrayList<>(sums.values());
    sorted.sort(Comparator.reverseOrder());
    return Math.max(estimatedSum, sorted.size() < k ? 0 : sorted.get(k - 1));
  }

  private float score(SegmentQuery query, int document) {
    Map<Integer, Integer> weights = new HashMap<>();
    for (int i = 0; i < query.termCount(); i++) {
      weights.put(query.termNumber(i), query.weight(i));
    }
    ForwardIndex.Cursor cursor = segment.forward().cursor();
    cursor.moveTo(document);
    int sum = 0;
    while (cursor.next()) {
      sum += weights.getOrDefault(cursor.termNumber(), 0) * cursor.impact();
    }
    return query.score(sum, cursor.scale());
  }

  /** Returns a list's impacts by document. */
  private Map<Integer, Integer> postings(int term) {
    Map<Integer, Integer> postings = new HashMap<>();
    int row = index.row(term);
    long at = index.listOffset(term);
    if (row == ImpactOrderedIndex.NO_ROW) {
      int count = index.postingCount(term);
      for (int i = 0; i < count; i++) {
        postings.put(
            index.plainLists().get(FileLayout.U32, at + 4L * i),
            index.plainLists().get(FileLayout.U8, at + 4L * count + i) & 0xFF);
      }
      return postings;
    }
    for (int window = 0; window < index.windowCount(); window++) {
      int count = index.levelCount(index.windowEntry(row, window), 0);
      for (int i = 0; i < count; i++) {
        postings.put(
            (window << 16) + (index.postings().get(FileLayout.U16, at + 2L * i) & 0xFFFF),
            index.postings().get(FileLayout.U8, at + 2L * count + i) & 0xFF);
      }
      at += 3L * count;
    }
    return postings;
  }
}

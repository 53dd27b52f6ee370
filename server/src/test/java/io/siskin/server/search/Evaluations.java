package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.vector.SparseVector;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One query against one segment, and what it found and cost: for the tests of evaluators. */
final class Evaluations {
  private Evaluations() {}

  static SegmentQuery resolve(Segment segment, SparseVector query) {
    return SegmentQuery.resolve(QuantizedQuery.of(query), segment.terms());
  }

  /** Returns what scoring every document gives, best first. */
  static List<Hit> oracle(Segment segment, SparseVector query, int k) {
    return oracle(segment, query, null, k);
  }

  /** Returns what scoring every accepted document gives, best first. */
  static List<Hit> oracle(
      Segment segment, SparseVector query, @Nullable DocumentSet accepted, int k) {
    return search(new ExhaustiveEvaluator(segment), segment, query, accepted, k);
  }

  /** Returns what an evaluator finds, best first. */
  static List<Hit> search(QueryEvaluator evaluator, Segment segment, SparseVector query, int k) {
    return search(evaluator, segment, query, null, k);
  }

  /** Returns what an evaluator finds among the accepted documents, best first. */
  static List<Hit> search(
      QueryEvaluator evaluator,
      Segment segment,
      SparseVector query,
      @Nullable DocumentSet accepted,
      int k) {
    TopK top = new TopK(k);
    evaluator.evaluate(
        resolve(segment, query), accepted, 0, top, Cancellation.NEVER, new SearchCounters());
    return drain(top);
  }

  /**
   * Returns sets of accepted documents of every kind: null, which stands for all, all, none, one,
   * about half and 1 % of them, only the last ones, and all but a stretch.
   */
  static List<@Nullable DocumentSet> acceptedSets(int documents, Random random) {
    List<@Nullable DocumentSet> sets = new ArrayList<>();
    sets.add(null);
    sets.add(DocumentSet.all(documents));
    sets.add(DocumentSet.none(documents));
    if (documents > 0) {
      sets.add(DocumentSet.builder(documents).add(random.nextInt(documents)).build());
      sets.add(drawSet(documents, 0.5, random));
      sets.add(drawSet(documents, 0.01, random));
      int last = (documents - 1) & -16;
      sets.add(DocumentSet.builder(documents).addRange(last, documents).build());
      int to = random.nextInt(documents + 1);
      int from = random.nextInt(to + 1);
      sets.add(DocumentSet.builder(documents).addRange(0, from).addRange(to, documents).build());
    }
    return sets;
  }

  /** Returns one of {@link #acceptedSets}. */
  static @Nullable DocumentSet acceptedSet(int documents, Random random) {
    List<@Nullable DocumentSet> sets = acceptedSets(documents, random);
    return sets.get(random.nextInt(sets.size()));
  }

  /** Returns a set that each document is in with a probability. */
  static DocumentSet drawSet(int documents, double share, Random random) {
    DocumentSet.Builder builder = DocumentSet.builder(documents);
    for (int document = 0; document < documents; document++) {
      if (random.nextDouble() < share) {
        builder.add(document);
      }
    }
    return builder.build();
  }

  /** Returns what a heap holds, best first, and leaves it empty. */
  static List<Hit> drain(TopK top) {
    int[] documents = new int[top.size()];
    float[] scores = new float[top.size()];
    int count = top.drain(documents, scores);
    List<Hit> hits = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      hits.add(new Hit(documents[i], scores[i]));
    }
    return hits;
  }

  /** Returns the result that a searcher holds, best first. */
  static List<Hit> hits(Searcher searcher) {
    List<Hit> hits = new ArrayList<>();
    for (int rank = 0; rank < searcher.size(); rank++) {
      hits.add(new Hit(searcher.documentNumber(rank), searcher.score(rank)));
    }
    return hits;
  }
}

package io.siskin.server.search;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.Segment;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the evaluator of a mode for one segment, by what the segment carries. Evaluators are made
 * when first needed, since each holds scratch memory.
 *
 * <p>Used by one thread at a time.
 */
final class SegmentSearcher {
  private final Segment segment;
  private @Nullable QueryEvaluator exact;
  private @Nullable SeismicEvaluator approximate;

  SegmentSearcher(Segment segment) {
    this.segment = segment;
  }

  Segment segment() {
    return segment;
  }

  void search(
      SegmentQuery query,
      SearchMode mode,
      int documentBase,
      TopK top,
      Interruption interruption,
      SearchCounters counters) {
    switch (mode) {
      case SearchMode.Exact() -> exact().evaluate(query, documentBase, top, interruption, counters);
      case SearchMode.Approximate approximate -> {
        SeismicEvaluator evaluator = approximate();
        evaluator.use(approximate);
        evaluator.evaluate(query, documentBase, top, interruption, counters);
      }
    }
  }

  private QueryEvaluator exact() {
    QueryEvaluator evaluator = exact;
    if (evaluator == null) {
      evaluator = new ExhaustiveEvaluator(segment);
      exact = evaluator;
    }
    return evaluator;
  }

  private SeismicEvaluator approximate() {
    SeismicEvaluator evaluator = approximate;
    if (evaluator == null) {
      if (segment.clusters() == null || segment.forward() == null) {
        throw new InvalidInputException(
            "mode",
            "approximate",
            "exact, since the collection was built without clustered posting lists");
      }
      evaluator = new SeismicEvaluator(segment);
      approximate = evaluator;
    }
    return evaluator;
  }
}

package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates queries over one segment. Holds the scratch memory of one query at a time, so an
 * evaluator is used by one thread at a time and reused for many queries; it allocates nothing per
 * query once warm.
 *
 * <p>Whatever an evaluator leaves out, what it offers to the heap has its exact score, {@link
 * SegmentQuery#score}.
 */
public interface QueryEvaluator {
  /**
   * Offers documents of the segment to a heap, which may already hold documents of other segments.
   *
   * @param query the query, resolved against this evaluator's segment
   * @param accepted the documents of the segment that may be found: those that are alive and pass
   *     the filter; null for all. No other document is offered, and none takes the place of an
   *     accepted one
   * @param documentBase added to the segment's document numbers when they are offered
   * @param top receives the documents
   * @param cancellation asked every few microseconds of work
   * @param counters receives what was done
   * @throws QueryCancelledException when interrupted; the heap then holds an incomplete answer
   */
  void evaluate(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters);
}

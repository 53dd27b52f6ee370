package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import org.jspecify.annotations.Nullable;

/**
 * An evaluator that may leave documents out, and that can tell beforehand about what it will take.
 *
 * <p>What it leaves out depends on its own segment only: a document that it offers to an empty heap
 * it also offers to one that holds documents of other segments, unless the score is below that
 * heap's threshold.
 */
interface ApproximateEvaluator extends QueryEvaluator {
  /**
   * Returns what the evaluation of a query is expected to take. It is counted work times constants,
   * see {@link ExpectedCosts}, and so does not depend on the machine.
   *
   * @param query resolved against the evaluator's segment
   * @param accepted the documents that may be found; null for all
   * @param k how many documents are wanted, 1 or more
   * @return nanoseconds, 0 or more
   */
  double expectedNanos(SegmentQuery query, @Nullable DocumentSet accepted, int k);
}

package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import org.jspecify.annotations.Nullable;

/**
 * Searches one segment. It holds the scratch memory of its evaluators, which is worth keeping: each
 * segment keeps its own searchers between queries, see {@link SearchableSegment#takeSearcher}.
 *
 * <p>Used by one thread at a time; allocates nothing once warm.
 */
public interface SegmentSearcher {
  /**
   * Offers the segment's documents to a heap. Where an approximate mode cannot vouch for the
   * accepted documents, what it may have missed is searched exactly.
   *
   * @param query the query, resolved against the segment
   * @param accepted the documents that may be found; null for all
   * @param route how to evaluate
   * @param budgetNanos the time that score-at-a-time evaluation may take; 0 for no limit
   * @param documentBase added to the segment's document numbers when they are offered
   * @param top receives the documents; it may already hold documents of other segments
   * @param cancellation asked every few microseconds of work
   * @param counters receives what was done
   * @throws QueryCancelledException when interrupted; the heap then holds an incomplete answer
   */
  void search(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      SearchRoute route,
      long budgetNanos,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters);

  /**
   * Takes the last step of a search whose scores are estimates: offers this segment's candidates
   * again, by their true scores. Unless a searcher says otherwise, its scores were true before.
   *
   * @param query the query, resolved against the segment
   * @param positions the positions of the snapshot's documents
   * @param number which segment of the snapshot this one is
   * @param candidates documents of all segments
   * @param top receives those of this one
   * @param cancellation asked every few microseconds of work
   * @param counters receives what was done
   */
  default void refine(
      SegmentQuery query,
      DocumentPositions positions,
      int number,
      TopK candidates,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    for (int i = candidates.candidateCount() - 1; i >= 0; i--) {
      int position = candidates.candidatePosition(i);
      if (position >= positions.base(number) && position < positions.base(number + 1)) {
        top.offer(candidates.candidateScore(i), positions.documentNumber(position));
      }
    }
  }
}

package io.siskin.server.search;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.ImpactOrderedIndex;
import io.siskin.index.segment.Segment;

/**
 * Tells what score-at-a-time evaluation would find and what it would cost, for every candidate
 * floor at once: one run of its first half shows the partial sum of each candidate, and a document
 * is found if its partial sum reaches the floor. No document is scored.
 *
 * <p>Used by one thread, while the segment is retained.
 */
public final class FloorProbe {
  private final Segment segment;
  private final CandidateSearch search;
  private final SegmentQuery resolved = new SegmentQuery();
  private final WorkBudget unlimited = new WorkBudget();
  private final SearchCounters counters = new SearchCounters();

  /**
   * Makes a probe.
   *
   * @param segment a segment that carries impact-ordered posting lists
   * @param kernels the kernels to use
   * @throws InvalidInputException when it does not carry them
   */
  public FloorProbe(Segment segment, KernelProvider kernels) {
    ImpactOrderedIndex impacts = segment.impacts();
    if (impacts == null) {
      throw new InvalidInputException(
          "segment " + segment.id(),
          "without impact-ordered posting lists",
          "a segment that carries them");
    }
    this.segment = segment;
    this.search = new CandidateSearch(impacts, kernels.impactKernel());
  }

  /**
   * Adds up the postings of a query. The result stands in this object until the next run.
   *
   * @param query the query
   * @param k how many documents are wanted, 1 or more
   * @param postingFloor see {@link SearchMode.ScoreAtATime}
   * @param candidateFloorMin the smallest candidate floor that will be asked for, 0 to 1
   */
  public void run(QuantizedQuery query, int k, float postingFloor, float candidateFloorMin) {
    counters.reset();
    unlimited.begin(0);
    resolved.set(query, segment.terms());
    search.run(
        resolved,
        null,
        k,
        k,
        postingFloor,
        candidateFloorMin,
        unlimited,
        Cancellation.NEVER,
        counters);
  }

  /**
   * Returns the partial sum that a document must reach to be a candidate.
   *
   * @param candidateFloor at least the smallest one of the run, at most 1
   * @return 1 to 255
   */
  public int sumFloor(float candidateFloor) {
    return search.candidates().floor(candidateFloor);
  }

  /**
   * Returns how many documents are candidates.
   *
   * @param sumFloor what {@link #sumFloor} returned
   */
  public int candidateCount(int sumFloor) {
    return search.candidates().countAtLeast(sumFloor);
  }

  /**
   * Returns a document's partial sum.
   *
   * @param document its number in the segment
   * @return 0 to 255; 0 when it did not reach the smallest candidate floor of the run
   */
  public int partialSum(int document) {
    return search.candidates().partialSum(document);
  }

  /**
   * Returns the work of the run: all of an evaluation but the candidates' scores, and but {@link
   * SearchWork#candidatesMet}, which depends on the floor.
   */
  public SearchWork work() {
    return counters.toWork();
  }
}

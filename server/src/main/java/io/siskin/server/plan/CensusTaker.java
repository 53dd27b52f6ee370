package io.siskin.server.plan;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.FloorProbe;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.SearchWork;
import io.siskin.server.search.Searcher;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes one query after another: searches exactly, then counts what each setting would find of that
 * list. Used by one thread.
 */
final class CensusTaker {
  // Partial sums are 0 to 255.
  private static final int SUMS = 256;

  private final UnitCosts costs;
  private final List<CensusBand> bands;
  private final Searcher searcher;
  private final @Nullable FloorProbe probe;
  private final boolean isRefined;
  private final int[] foundFrom = new int[SUMS + 1];

  // The exact list, best first, without the query's source.
  private int[] documents = new int[0];
  private float[] scores = new float[0];
  private int size;
  private int sourceRank;

  /**
   * Makes a taker.
   *
   * @param segment the segment, retained by the caller
   * @param kernels the kernels to use
   * @param costs what the segment's units of work cost
   * @param bands receive what is counted
   */
  CensusTaker(Segment segment, KernelProvider kernels, UnitCosts costs, List<CensusBand> bands) {
    this.costs = costs;
    this.bands = bands;
    this.searcher = new Searcher(SearchScope.mapped(List.of(segment), kernels));
    this.probe =
        MappedSegment.supports(segment, SearchMode.ScoreAtATime.DEFAULTS)
            ? new FloorProbe(segment, kernels)
            : null;
    this.isRefined = segment.residuals() != null;
  }

  /**
   * Takes a query.
   *
   * @param query the query
   * @param number its number among all queries
   * @return the time that all of this is expected to take, in nanoseconds
   */
  double take(SampleQuery query, int number) {
    double nanos = 0;
    boolean isFirst = true;
    // The largest k comes first: its list has the lists of the others in front.
    for (CensusBand band : bands.reversed()) {
      int position = band.position(number);
      if (position < 0) {
        continue;
      }
      nanos += takeExact(query, position, band, isFirst);
      isFirst = false;
      int wanted = Math.min(size, band.k() - (sourceRank < band.k() ? 1 : 0));
      if (probe != null) {
        nanos += takeFloors(probe, query, position, band, wanted);
      }
      for (PointSamples samples : band.clustered()) {
        nanos += takeClustered(query, position, band, samples, wanted);
      }
    }
    return nanos;
  }

  private double takeExact(SampleQuery query, int position, CensusBand band, boolean keep) {
    searcher.search(query.query(), band.exact().mode(), band.k(), Cancellation.NEVER);
    double nanos = costs.nanos(band.exact().mode(), searcher.work());
    band.exact()
        .set(
            position,
            1,
            nanos,
            (double) searcher.stats().documentsScored(),
            (double) searcher.stats().postingsScored());
    if (keep) {
      keepList(query.source());
    }
    return nanos;
  }

  private void keepList(int source) {
    if (documents.length < searcher.size()) {
      documents = new int[searcher.size()];
      scores = new float[searcher.size()];
    }
    size = 0;
    sourceRank = Integer.MAX_VALUE;
    for (int rank = 0; rank < searcher.size(); rank++) {
      if (searcher.documentNumber(rank) == source) {
        sourceRank = rank;
      } else {
        documents[size] = searcher.documentNumber(rank);
        scores[size++] = searcher.score(rank);
      }
    }
  }

  /** Counts all settings of score-at-a-time: one run for each posting floor. */
  private double takeFloors(
      FloorProbe floors, SampleQuery query, int position, CensusBand band, int wanted) {
    double nanos = 0;
    int setting = 0;
    for (float postingFloor : PointGrid.postingFloors(band.k())) {
      floors.run(query.query(), band.k(), postingFloor, PointGrid.CANDIDATE_FLOOR_MIN);
      SearchWork work = floors.work();
      int candidatesMax = floors.candidateCount(floors.sumFloor(PointGrid.CANDIDATE_FLOOR_MIN));
      // Documents that are met while the floor is still low, for each that is left in the end.
      double metPerCandidate = (double) work.candidatesMet() / Math.max(1, candidatesMax);
      countFound(floors, wanted);
      for (float candidateFloor : PointGrid.CANDIDATE_FLOORS) {
        PointSamples samples = band.scoreAtATime().get(setting++);
        int sumFloor = floors.sumFloor(candidateFloor);
        int candidates = floors.candidateCount(sumFloor);
        int hits = Math.min(band.k(), candidates);
        int records = candidates + (isRefined ? hits : 0);
        long postings = Math.round(records * costs.recordPostings());
        SearchWork all =
            work.withCandidates(Math.round(candidates * metPerCandidate), records, postings, hits);
        samples.set(
            position,
            wanted == 0 ? 1 : (double) Math.min(wanted, foundFrom[sumFloor]) / wanted,
            costs.nanos(samples.mode(), all),
            records,
            (double) work.listPostings() + work.sparsePostings() + postings);
      }
      nanos += costs.nanos(new SearchMode.ScoreAtATime(postingFloor, 1, 0, 0), work);
    }
    return nanos;
  }

  /**
   * Counts the documents that are wanted by their partial sums. A document that ties with the last
   * one wanted is as right as that.
   */
  private void countFound(FloorProbe floors, int wanted) {
    Arrays.fill(foundFrom, 0);
    for (int rank = 0; rank < size; rank++) {
      if (rank < wanted || (wanted > 0 && scores[rank] >= scores[wanted - 1])) {
        foundFrom[floors.partialSum(documents[rank])]++;
      } else {
        break;
      }
    }
    for (int sum = SUMS - 1; sum >= 0; sum--) {
      foundFrom[sum] += foundFrom[sum + 1];
    }
  }

  private double takeClustered(
      SampleQuery query, int position, CensusBand band, PointSamples samples, int wanted) {
    searcher.search(query.query(), samples.mode(), band.k(), Cancellation.NEVER);
    int found = 0;
    for (int rank = 0; rank < searcher.size(); rank++) {
      if (wanted > 0
          && searcher.score(rank) >= scores[wanted - 1]
          && searcher.documentNumber(rank) != query.source()) {
        found++;
      }
    }
    double nanos = costs.nanos(samples.mode(), searcher.work());
    samples.set(
        position,
        wanted == 0 ? 1 : (double) Math.min(found, wanted) / wanted,
        nanos,
        (double) searcher.stats().documentsScored(),
        (double) searcher.stats().postingsScored());
    return nanos;
  }
}

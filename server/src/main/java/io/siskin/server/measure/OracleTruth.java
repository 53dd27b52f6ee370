package io.siskin.server.measure;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.DocumentPositions;
import io.siskin.server.search.ForwardEvaluator;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchCounters;
import io.siskin.server.search.SegmentQuery;
import io.siskin.server.search.TopK;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The exhaustive answers over the stored weights: every document of every segment is scored through
 * its forward index and, if it has them, its residuals, so nothing that prunes has a part in it.
 */
public final class OracleTruth {
  private OracleTruth() {}

  /**
   * Computes the answers, on all cores.
   *
   * @param segments the segments of one snapshot, each with a forward index
   * @param queries the queries
   * @param k how many answers a query
   * @param queriesDone told how many more queries are done, from any thread
   * @throws InvalidInputException when a segment has no forward index
   */
  public static GroundTruth compute(
      List<Segment> segments, List<QuantizedQuery> queries, int k, IntConsumer queriesDone) {
    List<ForwardIndex> forwards = new ArrayList<>();
    for (Segment segment : segments) {
      ForwardIndex forward = segment.forward();
      if (forward == null) {
        throw new InvalidInputException(
            "segment " + segment.id(), "without forward index", "a segment that carries one");
      }
      forwards.add(forward);
    }
    int[][] rows = new int[queries.size()][];
    double[][] scores = new double[queries.size()][];
    IntStream.range(0, queries.size())
        .parallel()
        .forEach(
            query -> {
              answer(segments, forwards, queries, k, query, rows, scores);
              queriesDone.accept(1);
            });
    return GroundTruth.of(k, rows, scores);
  }

  private static void answer(
      List<Segment> segments,
      List<ForwardIndex> forwards,
      List<QuantizedQuery> queries,
      int k,
      int query,
      int[][] rows,
      double[][] scores) {
    TopK top = new TopK(k);
    DocumentPositions positions =
        new DocumentPositions(MappedSegment.of(segments, KernelProvider.current()));
    for (int i = 0; i < segments.size(); i++) {
      ForwardEvaluator evaluator =
          new ForwardEvaluator(
              forwards.get(i),
              segments.get(i).residuals(),
              KernelProvider.current().newForwardKernel());
      SegmentQuery resolved = SegmentQuery.resolve(queries.get(query), segments.get(i).terms());
      positions.enter(i, top);
      evaluator.evaluate(
          resolved, null, positions.base(i), top, Cancellation.NEVER, new SearchCounters());
    }
    int[] documents = new int[top.size()];
    float[] found = new float[top.size()];
    top.drain(documents, found);
    rows[query] = Arrays.stream(documents).map(positions::documentNumber).toArray();
    scores[query] = new double[found.length];
    for (int rank = 0; rank < found.length; rank++) {
      scores[query][rank] = found[rank];
    }
  }
}

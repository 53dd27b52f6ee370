package io.siskin.server.ingest;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.plan.Calibrator;
import io.siskin.server.plan.QuerySample;
import io.siskin.server.plan.SampleQuery;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calibrates one segment as a stage of a job. */
final class SegmentCalibration {
  private SegmentCalibration() {}

  /**
   * Calibrates with queries made of the segment's documents.
   *
   * @param segment the segment, retained by the caller
   * @param encoder how the collection's text becomes vectors
   * @param progress told of the stage
   * @return null when the segment has too few documents
   */
  static @Nullable Calibration sampled(
      Segment segment, EncoderSpec encoder, BuildProgress progress) {
    // Under BM25 a query's words weigh the same, and what is rare weighs more in the documents.
    QuerySample.Weights weights =
        encoder.base() instanceof Bm25Spec
            ? QuerySample.Weights.EQUAL
            : QuerySample.Weights.AS_IN_DOCUMENT;
    return run(
        segment,
        QuerySample.draw(segment, Calibrator.SAMPLE_COUNT, weights),
        QuerySource.SAMPLED,
        Calibrator.BUDGET_MILLIS,
        progress);
  }

  /**
   * Calibrates with given queries.
   *
   * @param segment the segment, retained by the caller
   * @param queries the queries, in an order in which the first ones may stand for all
   * @param budgetMillis about how long it may take
   * @param progress told of the stage
   * @return null when there is no query
   */
  static @Nullable Calibration given(
      Segment segment, List<SampleQuery> queries, long budgetMillis, BuildProgress progress) {
    return run(segment, queries, QuerySource.GIVEN, budgetMillis, progress);
  }

  private static @Nullable Calibration run(
      Segment segment,
      List<SampleQuery> queries,
      QuerySource source,
      long budgetMillis,
      BuildProgress progress) {
    if (queries.isEmpty()) {
      return null;
    }
    progress.begin("calibrating", 2L * queries.size());
    Calibration calibration =
        new Calibrator(segment, KernelProvider.current(), budgetMillis)
            .run(queries, source, progress::advance);
    progress.end();
    return calibration;
  }
}

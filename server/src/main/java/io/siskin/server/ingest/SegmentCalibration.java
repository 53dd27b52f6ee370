package io.siskin.server.ingest;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.IdfSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.PhraseSpec;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.plan.Calibrator;
import io.siskin.server.plan.QuerySample;
import io.siskin.server.plan.SampleQuery;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calibrates one segment as a stage of a job. */
public final class SegmentCalibration {
  private SegmentCalibration() {}

  /**
   * Calibrates with queries made of the segment's documents.
   *
   * @param segment the segment, retained by the caller
   * @param encoder how the collection's text becomes vectors
   * @param progress told of the stage
   * @return null when the segment has too few documents
   */
  public static @Nullable Calibration sampled(
      Segment segment, EncoderSpec encoder, BuildProgress progress) {
    return run(
        segment,
        QuerySample.draw(segment, Calibrator.SAMPLE_COUNT, queryKind(encoder)),
        QuerySource.SAMPLED,
        Calibrator.BUDGET_MILLIS,
        progress);
  }

  /** Returns what the queries of a collection look like that nobody has seen yet. */
  private static QuerySample.Kind queryKind(EncoderSpec encoder) {
    return switch (encoder.base()) {
      // In an old collection the idf is in the documents, and a query's words weigh the same.
      case Bm25Spec bm25 ->
          bm25.pinsAverageLength() ? QuerySample.Kind.IDF_WORDS : QuerySample.Kind.EQUAL_WORDS;
      case IdfSpec _ -> QuerySample.Kind.WORDS;
      case LearnedSpec(var _, LearnedSpec.QuerySide.Tokens _) -> QuerySample.Kind.WORDS;
      case LearnedSpec _, PhraseSpec _, VectorSpec _ -> QuerySample.Kind.EXPANDED;
    };
  }

  /**
   * Calibrates with given queries.
   *
   * @param segment the segment, retained by the caller
   * @param queries the queries, in an order in which the first ones may stand for all
   * @param budgetMillis about how much work it may take, in milliseconds of one core
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
    progress.begin("calibrating", queries.size());
    Calibration calibration =
        new Calibrator(segment, KernelProvider.current(), budgetMillis)
            .run(queries, source, progress::advance);
    progress.end();
    return calibration;
  }
}

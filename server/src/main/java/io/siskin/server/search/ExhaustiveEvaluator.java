package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ResidualIndex;
import io.siskin.index.segment.Segment;
import org.jspecify.annotations.Nullable;

/**
 * The oracle: scores every document of the segment through its forward index, posting by posting,
 * by refined weights if it has residuals. Obviously right, and what every other evaluator is tested
 * against.
 */
public final class ExhaustiveEvaluator implements QueryEvaluator {
  private static final int DOCUMENTS_PER_CHECK = 64;

  private final ForwardIndex forward;
  private final @Nullable ResidualIndex residuals;
  private final int[] weightByTerm;

  /**
   * Makes an evaluator.
   *
   * @param segment a segment that carries a forward index; the caller keeps it retained while the
   *     evaluator is used
   */
  public ExhaustiveEvaluator(Segment segment) {
    ForwardIndex index = segment.forward();
    if (index == null) {
      throw new InvalidInputException(
          "segment " + segment.id(), "without forward index", "a segment that carries one");
    }
    this.forward = index;
    this.residuals = segment.residuals();
    this.weightByTerm = new int[segment.statistics().termCount()];
  }

  @Override
  public void evaluate(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    for (int i = 0; i < query.termCount(); i++) {
      weightByTerm[query.termNumber(i)] = query.weight(i);
    }
    try {
      ForwardIndex.Cursor cursor = forward.cursor();
      for (int document = 0; document < forward.documentCount(); document++) {
        if (document % DOCUMENTS_PER_CHECK == 0) {
          cancellation.check();
        }
        if (accepted != null && !accepted.contains(document)) {
          continue;
        }
        cursor.moveTo(document);
        long sum = 0;
        for (int posting = 0; cursor.next(); posting++) {
          int residual = residuals == null ? 0 : residuals.residual(document, posting);
          int fine = cursor.impact() * ResidualLayout.STEPS + residual;
          sum += (long) weightByTerm[cursor.termNumber()] * fine;
        }
        counters.documentsScored++;
        counters.postingsScored += cursor.size();
        if (sum > 0) {
          top.offer(score(query, sum, cursor.scale()), documentBase + document);
        }
      }
    } finally {
      for (int i = 0; i < query.termCount(); i++) {
        weightByTerm[query.termNumber(i)] = 0;
      }
    }
  }

  private float score(SegmentQuery query, long sum, float scale) {
    return residuals == null
        ? query.score((int) (sum / ResidualLayout.STEPS), scale)
        : query.refinedScore(sum, scale);
  }
}

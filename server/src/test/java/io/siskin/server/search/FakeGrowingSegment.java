package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.index.vector.TermLookup;
import org.jspecify.annotations.Nullable;

/** The first documents of a segment, as if it still grew. Its evaluator is the oracle. */
final class FakeGrowingSegment implements GrowingSegment {
  private final MappedSegment whole;
  private final int visibleCount;

  FakeGrowingSegment(Segment whole, int visibleCount) {
    this.whole = new MappedSegment(whole, KernelProvider.current());
    this.visibleCount = visibleCount;
  }

  @Override
  public int documentCount() {
    return visibleCount;
  }

  @Override
  public TermLookup terms() {
    return whole.terms();
  }

  @Override
  public int termCount() {
    return whole.termCount();
  }

  @Override
  public int documentFrequency(int termNumber, DocumentSet documents) {
    return whole.documentFrequency(termNumber, visible(documents));
  }

  @Override
  public SegmentSearcher takeSearcher() {
    return (query, accepted, route, budgetNanos, base, top, cancellation, counters) ->
        new ExhaustiveEvaluator(whole.segment())
            .evaluate(query, visible(accepted), base, top, cancellation, counters);
  }

  private DocumentSet visible(@Nullable DocumentSet accepted) {
    DocumentSet.Builder visible = DocumentSet.builder(whole.documentCount());
    for (int document = 0; document < visibleCount; document++) {
      if (accepted == null || accepted.contains(document)) {
        visible.add(document);
      }
    }
    return visible.build();
  }

  @Override
  public void giveBack(SegmentSearcher searcher) {}

  @Override
  public String externalId(int document) {
    return whole.externalId(document);
  }

  @Override
  public long storedLengthBytes(int document) {
    return whole.storedLengthBytes(document);
  }

  @Override
  public FieldReader openFields() {
    return whole.openFields();
  }

  @Override
  public @Nullable RecordReader records() {
    return whole.records();
  }

  @Override
  public String termName(int termNumber) {
    return whole.termName(termNumber);
  }
}

package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.growing.GrowingView;
import io.siskin.index.vector.TermLookup;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A view of a growing segment, as searches see it. */
record SearchableGrowingView(GrowingView view, GrowingSearchers searchers)
    implements GrowingSegment {
  @Override
  public int documentCount() {
    return view.documentCount();
  }

  @Override
  public TermLookup terms() {
    return view;
  }

  @Override
  public int termCount() {
    return view.termCount();
  }

  @Override
  public int documentFrequency(int termNumber, DocumentSet documents) {
    return view.documentFrequency(termNumber, documents);
  }

  /** A residual is at most half a step of impacts. */
  @Override
  public double scoreErrorMax(SegmentQuery query) {
    return view.hasResiduals() ? 0.5 * view.scaleMax() * query.weightSum() * query.scoreScale() : 0;
  }

  @Override
  public SegmentSearcher takeSearcher() {
    return searchers.take().use(view);
  }

  @Override
  public void giveBack(SegmentSearcher searcher) {
    searchers.giveBack((GrowingEvaluator) searcher);
  }

  @Override
  public String externalId(int document) {
    return view.externalId(document);
  }

  @Override
  public long storedLengthBytes(int document) {
    return view.storedLengthBytes(document);
  }

  @Override
  public FieldReader openFields() {
    return new StoredFields(view);
  }

  @Override
  public @Nullable RecordReader records() {
    return new Records(view, view.cursor());
  }

  @Override
  public String termName(int termNumber) {
    return view.termName(termNumber);
  }

  private record StoredFields(GrowingView view) implements FieldReader {
    @Override
    public Map<String, String> fields(int document, Predicate<String> wanted) {
      return view.stored(document, wanted);
    }

    @Override
    public void close() {
      // The memory belongs to the segment.
    }
  }

  private static final class Records implements RecordReader {
    private final GrowingView view;
    private final GrowingView.Cursor cursor;
    private float scale;

    Records(GrowingView view, GrowingView.Cursor cursor) {
      this.view = view;
      this.cursor = cursor;
    }

    @Override
    public void moveTo(int document) {
      cursor.moveTo(document);
      scale = view.scale(document);
    }

    @Override
    public boolean next() {
      return cursor.next();
    }

    @Override
    public int termNumber() {
      return cursor.termNumber();
    }

    @Override
    public int fineImpact() {
      return cursor.impact() * ResidualLayout.STEPS + cursor.residual();
    }

    @Override
    public float scale() {
      return scale;
    }
  }
}

package io.siskin.server.retrieve;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ResidualIndex;
import io.siskin.index.segment.Segment;
import io.siskin.server.retrieve.RetrievalResponse.Contribution;
import io.siskin.server.search.SegmentQuery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Takes a score apart: what each matched term added. */
final class Explanation {
  private Explanation() {}

  /** Returns the contributions to a document's score, largest first. */
  static List<Contribution> of(Segment segment, int document, QuantizedQuery query) {
    ForwardIndex forward = segment.forward();
    if (forward == null) {
      throw new InvalidInputException(
          "explain", true, "false, since the collection was built without a forward index");
    }
    SegmentQuery resolved = SegmentQuery.resolve(query, segment.terms());
    List<Contribution> contributions = new ArrayList<>();
    ForwardIndex.Cursor cursor = forward.cursor();
    ResidualIndex residuals = segment.residuals();
    cursor.moveTo(document);
    for (int posting = 0; cursor.next(); posting++) {
      int residual = residuals == null ? 0 : residuals.residual(document, posting);
      int fine = cursor.impact() * ResidualLayout.STEPS + residual;
      for (int i = 0; i < resolved.termCount(); i++) {
        if (resolved.termNumber(i) == cursor.termNumber()) {
          contributions.add(
              new Contribution(
                  segment.terms().name(cursor.termNumber()),
                  (float) (resolved.weight(i) * query.scoreScale()),
                  cursor.scale() * fine / ResidualLayout.STEPS,
                  resolved.refinedScore((long) resolved.weight(i) * fine, cursor.scale())));
        }
      }
    }
    contributions.sort(
        Comparator.comparingDouble((Contribution each) -> -each.contribution())
            .thenComparing(Contribution::term));
    return contributions;
  }
}

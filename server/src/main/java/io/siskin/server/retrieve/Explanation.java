package io.siskin.server.retrieve;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.ForwardIndex;
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
    cursor.moveTo(document);
    while (cursor.next()) {
      for (int i = 0; i < resolved.termCount(); i++) {
        if (resolved.termNumber(i) == cursor.termNumber()) {
          contributions.add(
              new Contribution(
                  segment.terms().name(cursor.termNumber()),
                  (float) (resolved.weight(i) * query.scoreScale()),
                  cursor.scale() * cursor.impact(),
                  query.score(resolved.weight(i) * cursor.impact(), cursor.scale())));
        }
      }
    }
    contributions.sort(
        Comparator.comparingDouble((Contribution each) -> -each.contribution())
            .thenComparing(Contribution::term));
    return contributions;
  }
}

package io.siskin.server.retrieve;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.server.retrieve.RetrievalResponse.Contribution;
import io.siskin.server.search.SearchableSegment;
import io.siskin.server.search.SegmentQuery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the scores of one query apart: what each matched term added. The query is resolved once per
 * segment, so that a hit costs about as much as its document has terms.
 *
 * <p>Used by one thread for one request.
 */
final class Explanation {
  private static final Comparator<Contribution> LARGEST_FIRST =
      Comparator.comparingDouble((Contribution each) -> -each.contribution())
          .thenComparing(Contribution::term);

  private final QuantizedQuery query;
  private final IdentityHashMap<SearchableSegment, Terms> termsBySegment = new IdentityHashMap<>();

  /**
   * Prepares to explain.
   *
   * @param query what was searched for
   */
  Explanation(QuantizedQuery query) {
    this.query = query;
  }

  /**
   * Explains one hit.
   *
   * @param segment where its document is
   * @param document the document's number in the segment
   * @return the contributions to its score, largest first
   * @throws InvalidInputException when the segment has no forward index
   */
  List<Contribution> of(SearchableSegment segment, int document) {
    return termsBySegment.computeIfAbsent(segment, this::resolve).explain(document);
  }

  private Terms resolve(SearchableSegment segment) {
    SearchableSegment.RecordReader records = segment.records();
    if (records == null) {
      throw new InvalidInputException(
          "explain", true, "false, since the collection was built without a forward index");
    }
    return new Terms(segment, records, SegmentQuery.resolve(query, segment.terms()));
  }

  /** The query's terms in one segment, by ascending term number, as documents have theirs. */
  private final class Terms {
    private final SearchableSegment segment;
    private final SearchableSegment.RecordReader records;
    private final SegmentQuery resolved;
    private final int[] termNumbers;
    private final int[] weights;
    private final @Nullable String[] names;

    Terms(
        SearchableSegment segment, SearchableSegment.RecordReader records, SegmentQuery resolved) {
      this.segment = segment;
      this.records = records;
      this.resolved = resolved;
      int count = resolved.termCount();
      long[] order = new long[count];
      for (int i = 0; i < count; i++) {
        order[i] = (long) resolved.termNumber(i) << Integer.SIZE | i;
      }
      Arrays.sort(order);
      this.termNumbers = new int[count];
      this.weights = new int[count];
      this.names = new @Nullable String[count];
      for (int i = 0; i < count; i++) {
        termNumbers[i] = (int) (order[i] >>> Integer.SIZE);
        weights[i] = resolved.weight((int) order[i]);
      }
    }

    List<Contribution> explain(int document) {
      List<Contribution> contributions = new ArrayList<>();
      int from = 0;
      records.moveTo(document);
      while (from < termNumbers.length && records.next()) {
        int found =
            Arrays.binarySearch(termNumbers, from, termNumbers.length, records.termNumber());
        if (found < 0) {
          from = -found - 1;
          continue;
        }
        contributions.add(contribution(found));
        from = found + 1;
      }
      contributions.sort(LARGEST_FIRST);
      return contributions;
    }

    private Contribution contribution(int index) {
      int fine = records.fineImpact();
      return new Contribution(
          name(index),
          (float) (weights[index] * query.scoreScale()),
          records.scale() * fine / ResidualLayout.STEPS,
          resolved.refinedScore((long) weights[index] * fine, records.scale()));
    }

    private String name(int index) {
      String name = names[index];
      if (name == null) {
        name = segment.termName(termNumbers[index]);
        names[index] = name;
      }
      return name;
    }
  }
}

package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a search runs over: the segments of a snapshot in the order of indexing, and the documents
 * of each that may be found.
 *
 * <p>Immutable; safe for concurrent use. A filtered scope shares everything but the sets with the
 * one that it was made of.
 */
public final class SearchScope {
  private static final double NEARLY_ALL = 0.8;

  private final List<SearchableSegment> segments;
  private final DocumentPositions positions;
  private final int[] evaluationOrder;
  private final List<@Nullable DocumentSet> accepted;

  private SearchScope(
      List<SearchableSegment> segments,
      DocumentPositions positions,
      int[] evaluationOrder,
      List<@Nullable DocumentSet> accepted) {
    this.segments = segments;
    this.positions = positions;
    this.evaluationOrder = evaluationOrder;
    this.accepted = accepted;
  }

  /**
   * Makes a scope of all documents.
   *
   * @param segments the segments of a snapshot, in the order of indexing
   */
  public static SearchScope of(List<? extends SearchableSegment> segments) {
    List<SearchableSegment> all = List.copyOf(segments);
    return new SearchScope(
        all,
        new DocumentPositions(all),
        evaluationOrder(all),
        Collections.nCopies(all.size(), null));
  }

  /**
   * Makes a scope of all documents of mapped segments.
   *
   * @param segments the segments, in the order of indexing; whoever searches keeps them retained
   * @param kernels the kernels to use
   */
  public static SearchScope mapped(List<Segment> segments, KernelProvider kernels) {
    return of(MappedSegment.of(segments, kernels));
  }

  /**
   * Returns the scope of the same segments in which only some documents may be found.
   *
   * @param newAccepted by segment: the documents that may be found; null for all of them
   * @throws InvalidInputException when there is not one for each segment, or when one is a set of
   *     another number of documents
   */
  public SearchScope accepting(List<@Nullable DocumentSet> newAccepted) {
    if (newAccepted.size() != segments.size()) {
      throw new InvalidInputException(
          "number of document sets", newAccepted.size(), segments.size() + ", one per segment");
    }
    List<@Nullable DocumentSet> sets = new ArrayList<>(segments.size());
    for (int i = 0; i < segments.size(); i++) {
      DocumentSet set = newAccepted.get(i);
      int documents = segments.get(i).documentCount();
      if (set != null && set.documentCount() != documents) {
        throw new InvalidInputException(
            "document count of set " + i, set.documentCount(), documents + ", as in its segment");
      }
      // Evaluation without a set is quicker.
      sets.add(set == null || set.isAll() ? null : set);
    }
    return new SearchScope(
        segments, positions, evaluationOrder, Collections.unmodifiableList(sets));
  }

  /**
   * Returns segments in the order in which they are evaluated: those of files first and the largest
   * of them before the others, since it is the most likely to raise the threshold; then growing
   * ones, whose evaluation depends least on it.
   */
  private static int[] evaluationOrder(List<SearchableSegment> segments) {
    return IntStream.range(0, segments.size())
        .boxed()
        .sorted(
            Comparator.<Integer>comparingInt(i -> segments.get(i) instanceof GrowingSegment ? 1 : 0)
                .thenComparingInt(i -> -segments.get(i).documentCount()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * Returns the rank among all documents of a segment at which the k-th accepted one is expected.
   * From four accepted documents in five on, that is k itself: lists store few ranks, so the next
   * one is far away, and estimates are checked in any case.
   *
   * @param k how many documents are wanted, 1 or more
   * @param accepted the documents that may be found
   * @return k or more
   */
  public static int rank(int k, DocumentSet accepted) {
    double share = (double) accepted.size() / Math.max(1, accepted.documentCount());
    return share >= NEARLY_ALL ? k : (int) Math.min(Integer.MAX_VALUE, Math.ceil(k / share));
  }

  /** Returns the number of segments. */
  public int size() {
    return segments.size();
  }

  /** Returns the segments, in the order of indexing. */
  public List<SearchableSegment> segments() {
    return segments;
  }

  /**
   * Returns a segment.
   *
   * @param number which one in the order of indexing, 0 to {@link #size} − 1
   */
  public SearchableSegment segment(int number) {
    return segments.get(number);
  }

  /**
   * Returns the documents of a segment that may be found; null for all of them.
   *
   * @param number which segment, 0 to {@link #size} − 1
   */
  public @Nullable DocumentSet accepted(int number) {
    return accepted.get(number);
  }

  /** Returns numbers and positions of the documents. */
  public DocumentPositions positions() {
    return positions;
  }

  /**
   * Returns which segment is evaluated at a time.
   *
   * @param turn 0 for the first one, to {@link #size} − 1
   */
  int evaluated(int turn) {
    return evaluationOrder[turn];
  }
}

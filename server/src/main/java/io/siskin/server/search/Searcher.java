package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.quantize.QuantizedQuery;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs one query at a time over the segments of a {@link SearchScope} and holds its heap and its
 * result. It borrows the segments' own searchers for each query.
 *
 * <p>Segments are evaluated in the order of the scope, the largest first, and share one heap: what
 * one has found spares work in the next ones (ADR 0031). An exact answer does not depend on that
 * order. An approximate one has at least the scores, rank by rank, that the segments give when each
 * is searched for itself.
 *
 * <p>Used by one thread at a time, while the segments are retained. {@link SearcherPool} hands them
 * out.
 */
public final class Searcher {
  private static final int RESULT_LENGTH = 16;

  private final SearchScope all;

  /** Takes the documents of one segment at a time; null when the segments share {@link #top}. */
  private final @Nullable TopK alone;

  /** The scope of the last search. */
  private SearchScope scope;

  /** By segment: what the current search has borrowed. */
  private @Nullable SegmentSearcher[] borrowed = new SegmentSearcher[0];

  private SegmentQuery[] queries = new SegmentQuery[0];
  private final TopK top = new TopK(RESULT_LENGTH);
  private final TopK refined = new TopK(RESULT_LENGTH);
  private final SearchCounters counters = new SearchCounters();
  private int[] documentNumbers = new int[RESULT_LENGTH];
  private float[] scores = new float[RESULT_LENGTH];
  private int size;
  private int unknownTermCount;

  /** The most that a refined score of the current query differs from an evaluator's; 0 for none. */
  private double scoreErrorMax;

  private long startNanoTime;

  /**
   * Makes a searcher.
   *
   * @param scope what is searched unless a search names another scope
   */
  public Searcher(SearchScope scope) {
    this(scope, null);
  }

  private Searcher(SearchScope scope, @Nullable TopK alone) {
    this.all = scope;
    this.scope = scope;
    this.alone = alone;
  }

  /**
   * Makes the slow twin of a searcher, for tests and measurements: every segment is searched for
   * itself, and the lists are merged.
   *
   * @param scope what is searched unless a search names another scope
   */
  public static Searcher withoutRunningThreshold(SearchScope scope) {
    return new Searcher(scope, new TopK(RESULT_LENGTH));
  }

  /**
   * Searches all segments in one mode. The result stands in this object until the next search.
   *
   * @param query the query
   * @param mode how to evaluate
   * @param k how many documents are wanted, 1 or more
   * @param cancellation the request's deadline and cancellation
   * @throws QueryCancelledException when interrupted; there is no result then
   */
  public void search(QuantizedQuery query, SearchMode mode, int k, Cancellation cancellation) {
    begin(all, query, k);
    for (int turn = 0; turn < scope.size(); turn++) {
      evaluate(turn, mode, cancellation);
    }
    finish(k, cancellation);
  }

  /**
   * Searches each segment in its own way. The result stands in this object until the next search.
   *
   * @param query the query
   * @param routes how to evaluate, by segment; a budget is that of the whole search in each of them
   * @param k how many documents are wanted, 1 or more
   * @param cancellation the request's deadline and cancellation
   * @throws QueryCancelledException when interrupted; there is no result then
   */
  public void search(
      QuantizedQuery query, List<? extends SearchRoute> routes, int k, Cancellation cancellation) {
    search(all, query, routes, k, cancellation);
  }

  /**
   * Searches a scope, each segment in its own way. The result stands in this object until the next
   * search.
   *
   * @param newScope what is searched; whoever calls keeps its segments retained
   * @param query the query
   * @param routes how to evaluate, by segment; a budget is that of the whole search in each of them
   * @param k how many documents are wanted, 1 or more
   * @param cancellation the request's deadline and cancellation
   * @throws QueryCancelledException when interrupted; there is no result then
   */
  public void search(
      SearchScope newScope,
      QuantizedQuery query,
      List<? extends SearchRoute> routes,
      int k,
      Cancellation cancellation) {
    begin(newScope, query, k);
    for (int turn = 0; turn < scope.size(); turn++) {
      evaluate(turn, routes.get(scope.evaluated(turn)), cancellation);
    }
    finish(k, cancellation);
  }

  /**
   * Searches a scope, each segment in its own way, and ends early when a stop says so. The result
   * stands in this object until the next search. After a stop it is the best of what was scored
   * until then, with the scores that these documents have in a whole search.
   *
   * @param newScope what is searched; whoever calls keeps its segments retained
   * @param query the query
   * @param routes how to evaluate, by segment; a budget is that of the whole search in each of them
   * @param k how many documents are wanted, 1 or more
   * @param cancellation the request's deadline and cancellation
   * @param stop ends the search without an error; the request's own deadline and cancellation are
   *     part of it
   * @return whether the search came to its end
   * @throws QueryCancelledException when interrupted by the request; there is no result then
   */
  public boolean search(
      SearchScope newScope,
      QuantizedQuery query,
      List<? extends SearchRoute> routes,
      int k,
      Cancellation cancellation,
      Cancellation stop) {
    begin(newScope, query, k);
    boolean complete = true;
    for (int turn = 0; complete && turn < scope.size(); turn++) {
      int number = scope.evaluated(turn);
      try {
        stop.check();
        evaluate(turn, routes.get(number), stop);
      } catch (QueryCancelledException stopped) {
        cancellation.check();
        // It stopped in the middle of its work, so that nobody else may use it.
        borrowed[number] = null;
        complete = false;
      }
    }
    finish(k, cancellation);
    return complete;
  }

  private void begin(SearchScope newScope, QuantizedQuery query, int k) {
    scope = newScope;
    counters.reset();
    size = 0;
    unknownTermCount = query.vector().size();
    startNanoTime = System.nanoTime();
    scoreErrorMax = 0;
    makeRoom(newScope.size());
    // What a search that has failed had borrowed may be half used.
    Arrays.fill(borrowed, null);
    for (int i = 0; i < newScope.size(); i++) {
      SearchableSegment segment = newScope.segment(i);
      queries[i].set(query, segment.terms());
      unknownTermCount = Math.min(unknownTermCount, queries[i].unknownTermCount());
      scoreErrorMax = Math.max(scoreErrorMax, segment.scoreErrorMax(queries[i]));
    }
    top.reset(k, scoreErrorMax);
  }

  private void makeRoom(int segments) {
    int had = queries.length;
    if (had < segments) {
      queries = Arrays.copyOf(queries, segments);
      borrowed = Arrays.copyOf(borrowed, segments);
      for (int i = had; i < segments; i++) {
        queries[i] = new SegmentQuery();
      }
    }
  }

  private void evaluate(int turn, SearchRoute route, Cancellation cancellation) {
    int number = scope.evaluated(turn);
    DocumentSet accepted = scope.accepted(number);
    long budgetNanos = budgetNanos(route);
    long share =
        budgetNanos == 0 ? 0 : share(turn, budgetNanos - (System.nanoTime() - startNanoTime));
    scope.positions().enter(number, top);
    TopK target = top;
    if (alone != null) {
      alone.resetLike(top);
      target = alone;
    }
    borrow(number)
        .search(
            queries[number],
            accepted,
            route,
            share,
            scope.positions().base(number),
            target,
            cancellation,
            counters);
    if (alone != null) {
      top.offerAll(alone);
    }
  }

  /** Returns the searcher of a segment, which stays borrowed until the search has ended. */
  private SegmentSearcher borrow(int number) {
    SegmentSearcher searcher = borrowed[number];
    if (searcher == null) {
      searcher = scope.segment(number).takeSearcher();
      borrowed[number] = searcher;
    }
    return searcher;
  }

  private void giveBack() {
    for (int i = 0; i < scope.size(); i++) {
      SegmentSearcher searcher = borrowed[i];
      borrowed[i] = null;
      if (searcher != null) {
        scope.segment(i).giveBack(searcher);
      }
    }
  }

  private void finish(int k, Cancellation cancellation) {
    TopK best = top;
    if (scoreErrorMax > 0) {
      refine(k, cancellation);
      best = refined;
    }
    giveBack();
    if (documentNumbers.length < best.size()) {
      documentNumbers = new int[k];
      scores = new float[k];
    }
    size = best.drain(documentNumbers, scores);
    for (int rank = 0; rank < size; rank++) {
      documentNumbers[rank] = scope.positions().documentNumber(documentNumbers[rank]);
    }
    counters.hitsRanked += size;
  }

  /**
   * Chooses the k best among the candidates by their refined scores: the scores so far, of 8-bit
   * impacts, were estimates of these.
   */
  private void refine(int k, Cancellation cancellation) {
    refined.reset(k);
    for (int i = 0; i < scope.size(); i++) {
      scope.positions().enter(i, refined);
      borrow(i).refine(queries[i], scope.positions(), i, top, refined, cancellation, counters);
    }
  }

  private static long budgetNanos(SearchRoute route) {
    return route instanceof SearchMode.ScoreAtATime scoreAtATime
        ? TimeUnit.MICROSECONDS.toNanos(scoreAtATime.budgetMicros())
        : 0;
  }

  /** Returns a segment's part of the time that is left, by its part of the documents left. */
  private long share(int turn, long leftNanos) {
    double documents = scope.segment(scope.evaluated(turn)).documentCount();
    double documentsLeft = 0;
    for (int later = turn; later < scope.size(); later++) {
      documentsLeft += scope.segment(scope.evaluated(later)).documentCount();
    }
    return Math.max(1, (long) (leftNanos * (documents / Math.max(1, documentsLeft))));
  }

  /** Returns how many documents were found, at most k. */
  public int size() {
    return size;
  }

  /**
   * Returns a document found, as its number in the snapshot.
   *
   * @param rank 0 to {@link #size} − 1, best first
   */
  public int documentNumber(int rank) {
    return documentNumbers[rank];
  }

  /**
   * Returns a score.
   *
   * @param rank 0 to {@link #size} − 1, best first
   */
  public float score(int rank) {
    return scores[rank];
  }

  /**
   * Returns which segment a document found is in.
   *
   * @param rank 0 to {@link #size} − 1
   */
  public int segment(int rank) {
    return scope.positions().segment(documentNumbers[rank]);
  }

  /**
   * Returns a document found, as its number in its {@link #segment}.
   *
   * @param rank 0 to {@link #size} − 1
   */
  public int segmentDocumentNumber(int rank) {
    return documentNumbers[rank] - scope.positions().base(segment(rank));
  }

  /**
   * Returns how many of the query's terms no segment has; an upper bound when there are several
   * segments.
   */
  public int unknownTermCount() {
    return unknownTermCount;
  }

  /** Returns what explains the time of the search. */
  public SearchWork work() {
    return counters.toWork();
  }

  /** Returns what the search did. */
  public SearchStats stats() {
    return counters.toStats();
  }
}

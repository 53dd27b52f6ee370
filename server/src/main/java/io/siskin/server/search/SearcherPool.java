package io.siskin.server.search;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Keeps the searchers of a snapshot warm between queries. As many are made as are used at once; the
 * admission of requests bounds that.
 *
 * <p>Safe for concurrent use.
 */
public final class SearcherPool {
  private final List<Segment> segments;
  private final KernelProvider kernels;
  private final ArrayDeque<Searcher> idle = new ArrayDeque<>();

  /**
   * Makes an empty pool.
   *
   * @param segments the snapshot's segments
   * @param kernels the kernels to use
   */
  public SearcherPool(List<Segment> segments, KernelProvider kernels) {
    this.segments = List.copyOf(segments);
    this.kernels = kernels;
  }

  /** Returns a searcher that nobody else uses. */
  public Searcher take() {
    synchronized (idle) {
      Searcher searcher = idle.poll();
      if (searcher != null) {
        return searcher;
      }
    }
    return new Searcher(segments, kernels);
  }

  /**
   * Takes a searcher back.
   *
   * @param searcher one of {@link #take} that is not used any more
   */
  public void giveBack(Searcher searcher) {
    synchronized (idle) {
      idle.push(searcher);
    }
  }
}

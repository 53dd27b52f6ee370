package io.siskin.server.search;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Keeps the searchers of a snapshot warm between queries. As many are made as are used at once; the
 * admission of requests bounds that.
 *
 * <p>Safe for concurrent use.
 */
public final class SearcherPool {
  private final List<Segment> segments;
  private final KernelProvider kernels;
  // Last in, first out: what was used last is in the caches of a core. A search takes no lock.
  private final ConcurrentLinkedDeque<Searcher> idle = new ConcurrentLinkedDeque<>();

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
    Searcher searcher = idle.pollFirst();
    return searcher == null ? new Searcher(segments, kernels) : searcher;
  }

  /**
   * Takes a searcher back.
   *
   * @param searcher one of {@link #take} that is not used any more
   */
  public void giveBack(Searcher searcher) {
    idle.addFirst(searcher);
  }
}

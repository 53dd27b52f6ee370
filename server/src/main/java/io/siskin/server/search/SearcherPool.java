package io.siskin.server.search;

/**
 * Keeps searchers between queries: their heaps and results. What is larger belongs to the segments,
 * see {@link SearchableSegment#takeSearcher}.
 *
 * <p>Safe for concurrent use.
 */
public final class SearcherPool {
  private final SearchScope scope;
  private final ScratchPool<Searcher> idle = new ScratchPool<>();

  /**
   * Makes an empty pool.
   *
   * @param scope what its searchers search unless they are told otherwise
   */
  public SearcherPool(SearchScope scope) {
    this.scope = scope;
  }

  /** Returns a searcher that nobody else uses. */
  public Searcher take() {
    Searcher searcher = idle.take();
    return searcher == null ? new Searcher(scope) : searcher;
  }

  /**
   * Takes a searcher back.
   *
   * @param searcher one of {@link #take} that is not used any more
   */
  public void giveBack(Searcher searcher) {
    idle.giveBack(searcher);
  }
}

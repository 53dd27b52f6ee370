package io.siskin.server.search;

/**
 * How one segment is searched: in a {@link SearchMode}, which reads posting lists, or document by
 * document.
 */
public sealed interface SearchRoute permits SearchMode, SearchRoute.Direct {
  /**
   * Scores every accepted document through the forward index. It is exact, like {@link
   * SearchMode.Exact}, and quicker where a filter leaves few documents. A segment without a forward
   * index is searched in the exact mode instead.
   */
  record Direct() implements SearchRoute {}
}

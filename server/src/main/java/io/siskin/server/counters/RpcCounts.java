package io.siskin.server.counters;

import java.util.Map;

/**
 * What a gRPC server did so far.
 *
 * @param calls the calls, by the full name of their method, for example {@code
 *     siskin.v1.SearchService/Search}
 * @param streamRequests the requests inside streams, by the full name of the stream's method
 * @param admission what became of the work that may have to wait for a thread
 */
public record RpcCounts(
    Map<String, CallCounters.Counts> calls,
    Map<String, CallCounters.Counts> streamRequests,
    Admission admission) {
  /** Copies the maps. */
  public RpcCounts {
    calls = Map.copyOf(calls);
    streamRequests = Map.copyOf(streamRequests);
  }

  /**
   * What became of the work that may have to wait for a thread.
   *
   * @param threads how many search threads there are
   * @param running how many of them are at work, now
   * @param waiting how many tasks wait for one, now, without encoded searches
   * @param waitingMax how many may
   * @param waitingEncoded how many searches whose text a model encoded wait for one, now
   * @param small how many tasks ran at once on a network thread
   * @param queued how many went to a search thread
   * @param refused how many were refused because too many waited
   * @param refusedUnread how many of these were refused before their message was read
   */
  public record Admission(
      int threads,
      int running,
      int waiting,
      int waitingMax,
      int waitingEncoded,
      long small,
      long queued,
      long refused,
      long refusedUnread) {}
}

package io.siskin.server.counters;

import java.util.Map;

/**
 * What a gRPC server did so far.
 *
 * @param calls the calls, by the full name of their method, for example {@code
 *     siskin.v1.SearchService/Search}
 * @param streamRequests the requests inside streams, by the full name of the stream's method
 * @param admission what became of the work that may have to wait for a thread
 * @param floods what was refused because somebody asked for too much
 */
public record RpcCounts(
    Map<String, CallCounters.Counts> calls,
    Map<String, CallCounters.Counts> streamRequests,
    Admission admission,
    Floods floods) {
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
   * @param waitingBulk how many tasks of bulk work wait for one, now
   * @param refusedLate how many were refused because their deadline would have passed first
   * @param displaced how many of the refused had to leave the queue for a caller with fewer tasks
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
      long refusedUnread,
      int waitingBulk,
      long refusedLate,
      long displaced) {}

  /**
   * What was refused because somebody asked for too much.
   *
   * @param requestsOverRate requests of callers that had sent too many
   * @param documentsOverRate requests of callers that had written too many documents
   * @param answersUnread answers that were dropped, because their client reads too slowly
   * @param connections how many connections are open, now
   * @param connectionsOverTotal connections that were refused because there were too many
   * @param connectionsOverAddress connections that were refused because their address had too many
   * @param connectionsSilent connections that were closed because they did not begin to speak
   */
  public record Floods(
      long requestsOverRate,
      long documentsOverRate,
      long answersUnread,
      long connections,
      long connectionsOverTotal,
      long connectionsOverAddress,
      long connectionsSilent) {
    /** Nothing so far. */
    public static final Floods NONE = new Floods(0, 0, 0, 0, 0, 0, 0);
  }
}

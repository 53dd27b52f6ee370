package io.siskin.server.counters;

import java.util.Map;

/**
 * The recall of the searches that were searched again exactly.
 *
 * @param recalls what was found of the best documents, by what is {@link Kind known} of the search
 * @param busy samples that were dropped, because another one was under way or the thread rested
 * @param gone samples that were given up, because their collection was removed or is damaged
 * @param failed samples whose exact search has failed or took too long
 * @param searchNanos how long the exact searches took, in nanoseconds
 */
public record RecallCounts(
    Map<Kind, ShareHistogram.Counts> recalls, long busy, long gone, long failed, long searchNanos) {
  /** Nothing was searched again. */
  public static final RecallCounts NONE = new RecallCounts(Map.of(), 0, 0, 0, 0);

  /**
   * What searches have in common.
   *
   * @param collection the collection's name
   * @param target the recall target that they had, rounded down to one of a few; {@code mode} for
   *     searches that named a mode, {@code budget} for those with a time budget
   */
  public record Kind(String collection, String target) {}

  /** Copies the map. */
  public RecallCounts {
    recalls = Map.copyOf(recalls);
  }
}

package io.siskin.server.rank.list;

import java.util.List;

/**
 * What one stage made, without its inputs.
 *
 * @param list its list
 * @param documentsScored documents that it scored
 * @param isComplete whether no budget ended it
 * @param expansion the terms of an expanded query, heaviest first
 */
public record StageWork(
    Ranked list, long documentsScored, boolean isComplete, List<StageReport.Term> expansion) {
  /** Makes the work of a stage that expands no query. */
  public StageWork(Ranked list, long documentsScored, boolean isComplete) {
    this(list, documentsScored, isComplete, List.of());
  }
}

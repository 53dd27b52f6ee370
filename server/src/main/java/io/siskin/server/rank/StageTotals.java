package io.siskin.server.rank;

import io.siskin.server.counters.DurationHistogram;
import io.siskin.server.counters.StageCounts;
import io.siskin.server.rank.list.StageReport;
import io.siskin.server.rank.tree.RankingNode;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what the stages of all trees did, by kind. Safe for concurrent use; takes no lock. */
public final class StageTotals {
  private final Map<StageKind, Totals> totals = new EnumMap<>(StageKind.class);

  /** Creates zeros. */
  public StageTotals() {
    for (StageKind kind : StageKind.values()) {
      totals.put(kind, new Totals());
    }
  }

  private static final class Totals {
    private final LongAdder begun = new LongAdder();
    private final DurationHistogram durations = new DurationHistogram();
    private final LongAdder documentsScored = new LongAdder();
    private final LongAdder incomplete = new LongAdder();
  }

  /**
   * Counts a stage that begins.
   *
   * @param node the stage
   */
  void begin(RankingNode node) {
    of(node).begun.increment();
  }

  /**
   * Counts a stage that has ended.
   *
   * @param node the stage
   * @param report what it did
   */
  void end(RankingNode node, StageReport report) {
    Totals ended = of(node);
    ended.durations.add(report.nanos());
    ended.documentsScored.add(report.documentsScored());
    if (!report.isComplete()) {
      ended.incomplete.increment();
    }
  }

  private Totals of(RankingNode node) {
    return Objects.requireNonNull(totals.get(StageKind.of(node)));
  }

  /** Returns how many stages have begun so far. */
  public long begun() {
    return totals.values().stream().mapToLong(each -> each.begun.sum()).sum();
  }

  /** Returns what was counted so far, of every kind, by its label. */
  public Map<String, StageCounts> counts() {
    Map<String, StageCounts> counts = new TreeMap<>();
    totals.forEach(
        (kind, each) ->
            counts.put(
                kind.label(),
                new StageCounts(
                    each.durations.counts(), each.documentsScored.sum(), each.incomplete.sum())));
    return counts;
  }
}

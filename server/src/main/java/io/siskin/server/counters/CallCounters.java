package io.siskin.server.counters;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts the calls of one method. Safe for concurrent use. */
public final class CallCounters {
  private final LongAdder started = new LongAdder();
  private final Map<String, LongAdder> ended = new ConcurrentHashMap<>();
  private final DurationHistogram durations = new DurationHistogram();

  /** Creates zeros. */
  public CallCounters() {}

  /**
   * What was counted.
   *
   * @param started how many calls began
   * @param ended how many ended, by the name of their status
   * @param durations how long they took from beginning to end
   */
  public record Counts(long started, Map<String, Long> ended, DurationHistogram.Counts durations) {
    /** Copies the map. */
    public Counts {
      ended = Map.copyOf(ended);
    }

    /** Returns how many calls had begun and not ended. */
    public long inFlight() {
      return Math.max(started - ended.values().stream().mapToLong(Long::longValue).sum(), 0);
    }
  }

  /** Counts a call that begins; {@link #end} is to follow, once. */
  public void start() {
    started.increment();
  }

  /**
   * Counts a call that ends.
   *
   * @param status the name of its status, one of few
   * @param nanos how long it took, in nanoseconds
   */
  public void end(String status, long nanos) {
    // Not computeIfAbsent at once: it may lock where get never does.
    LongAdder count = ended.get(status);
    (count == null ? ended.computeIfAbsent(status, name -> new LongAdder()) : count).increment();
    durations.add(nanos);
  }

  /** Returns what was counted so far. */
  public Counts counts() {
    Map<String, Long> endedNow = new TreeMap<>();
    ended.forEach((status, count) -> endedNow.put(status, count.sum()));
    // Begun ones last: never more calls that ended than calls that began.
    DurationHistogram.Counts durationsNow = durations.counts();
    return new Counts(started.sum(), endedNow, durationsNow);
  }
}

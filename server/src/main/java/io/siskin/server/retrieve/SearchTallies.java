package io.siskin.server.retrieve;

import io.siskin.server.counters.SearchTotals;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The counts of searches, by collection. A collection that is gone takes its counts along: when the
 * counts are read, or at the latest when there are twice as many as there were collections.
 *
 * <p>Safe for concurrent use.
 */
final class SearchTallies {
  /** Up to so many are kept without a look at the collections. */
  static final int COUNT_MIN = 64;

  private final Supplier<List<String>> names;
  private final Map<String, SearchTotals> totals = new ConcurrentHashMap<>();
  private volatile int pruneAbove = COUNT_MIN;

  /**
   * Makes empty counts.
   *
   * @param names gives the names of all collections that there are
   */
  SearchTallies(Supplier<List<String>> names) {
    this.names = names;
  }

  /**
   * Returns the counts of a collection.
   *
   * @param collection its name
   */
  SearchTotals of(String collection) {
    SearchTotals found = totals.get(collection);
    // Not computeIfAbsent at once: it may lock where get never does.
    return found == null ? begin(collection) : found;
  }

  private SearchTotals begin(String collection) {
    if (totals.size() >= pruneAbove) {
      totals.keySet().retainAll(names.get());
      // So the looks cost little for each collection, however many there are.
      pruneAbove = Math.max(COUNT_MIN, 2 * totals.size());
    }
    return totals.computeIfAbsent(collection, _ -> new SearchTotals());
  }

  /** Returns for how many collections there are counts. */
  int size() {
    return totals.size();
  }

  /** Returns what was searched so far, for each collection that there is. */
  SortedMap<String, SearchTotals.Counts> counts() {
    List<String> present = names.get();
    totals.keySet().retainAll(present);
    // From the start: what is counted from its first search on has no rate for that one.
    present.forEach(name -> totals.computeIfAbsent(name, _ -> new SearchTotals()));
    SortedMap<String, SearchTotals.Counts> counts = new TreeMap<>();
    totals.forEach((collection, tally) -> counts.put(collection, tally.counts()));
    return counts;
  }
}

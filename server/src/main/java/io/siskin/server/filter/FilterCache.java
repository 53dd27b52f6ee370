package io.siskin.server.filter;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import io.siskin.index.column.Columns;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.Ranges;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The documents that selections hold in segments, bounded in bytes for all segments together; and
 * in how many of them terms are, bounded in number.
 *
 * <p>Safe for concurrent use. Two threads that miss the same set both make it.
 */
public final class FilterCache {
  // What an entry costs besides its set and its selection: the key, the table, Caffeine's nodes.
  private static final long ENTRY_BYTES = 160;

  // A frequency takes about as much as the cost of an entry, so all of them take an eighth more.
  private static final int SHARE_OF_FREQUENCIES = 8;

  private final long bytesMax;
  private final LongAdder hits = new LongAdder();
  private final LongAdder extensions = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final Cache<Key, DocumentSet> sets;
  private final Cache<FrequencyKey, Frequency> frequencies;

  /** What a set depends on. Segments are told apart by identity. */
  private record Key(OfSegment segment, Selection selection) {}

  /** What a frequency is of. */
  private record FrequencyKey(OfSegment segment, Selection selection, int term) {}

  /**
   * How many documents have a term, and among which it was counted: those that are live and
   * selected of the first documents of a segment. Documents are only added at the end of a segment,
   * and what is deleted stays deleted. So both numbers together say which documents these are.
   */
  private record Frequency(int documentCount, int admittedCount, int documentFrequency) {}

  /**
   * What a cache did so far.
   *
   * @param hits how many sets it had
   * @param extensions how many it had for fewer documents of a segment that has grown since
   * @param misses how many it had not
   * @param evictions how many it gave up for room
   * @param entries how many it has, about
   * @param bytes about how large they are
   * @param bytesMax how large they may be
   */
  public record Metrics(
      long hits,
      long extensions,
      long misses,
      long evictions,
      long entries,
      long bytes,
      long bytesMax) {}

  /**
   * Makes an empty cache.
   *
   * @param bytesMax about how large it may grow, in bytes of heap, 0 or more; with 0 it keeps
   *     nothing. A set takes at most a byte for eight documents of the segment. Raising it raises
   *     the share of searches that need not read columns
   */
  public FilterCache(long bytesMax) {
    this.bytesMax = Ranges.check("bytes of the filter cache", bytesMax, 0, Long.MAX_VALUE);
    this.sets =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher(FilterCache::weightBytes)
            .removalListener(
                (@Nullable Key key, @Nullable DocumentSet set, RemovalCause _) -> {
                  if (key != null && set != null) {
                    key.segment.heapBytes.add(-weightBytes(key, set));
                  }
                })
            // On the calling thread: the pool that Caffeine takes otherwise is everybody's.
            .executor(Runnable::run)
            .recordStats()
            .build();
    this.frequencies =
        Caffeine.newBuilder()
            .maximumSize(bytesMax / SHARE_OF_FREQUENCIES / ENTRY_BYTES)
            .executor(Runnable::run)
            .build();
  }

  private static int weightBytes(Key key, DocumentSet set) {
    long bytes = ENTRY_BYTES + key.selection.heapBytes() + set.heapBytes();
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  /**
   * Returns the part of the cache for one segment that is opened. The segment's owner closes it
   * with the segment.
   */
  public OfSegment openSegment() {
    return new OfSegment();
  }

  /** Returns what the cache did so far. */
  public Metrics metrics() {
    sets.cleanUp();
    CacheStats stats = sets.stats();
    long bytes =
        sets.policy().eviction().map(eviction -> eviction.weightedSize().orElse(0)).orElse(0L);
    return new Metrics(
        hits.sum(),
        extensions.sum(),
        misses.sum(),
        stats.evictionCount(),
        sets.estimatedSize(),
        bytes,
        bytesMax);
  }

  /**
   * The sets of one segment. Does not refer to the segment, so that its memory can go first.
   *
   * <p>Safe for concurrent use.
   */
  public final class OfSegment implements AutoCloseable {
    private final LongAdder heapBytes = new LongAdder();
    private volatile boolean closed;

    private OfSegment() {}

    /** Returns about how many bytes of heap the sets of this segment take in the cache. */
    public long heapBytes() {
      return heapBytes.sum();
    }

    /**
     * Returns the live documents of the segment that a selection holds. This is the one place where
     * filters and deletions meet.
     *
     * @param selection what is wanted; fits the schema that the columns were made by
     * @param live the documents that are alive, or null for all
     * @param columns the declared fields of the segment; the caller holds a reference to it
     * @param documentCount the number of documents of the segment, or of those that are visible of
     *     a segment that grows; no column has more
     * @param checkpoint see {@link FilterEvaluator}
     * @return the documents, or null for all
     */
    public @Nullable DocumentSet admitted(
        Selection selection,
        @Nullable DocumentSet live,
        Columns columns,
        int documentCount,
        Runnable checkpoint) {
      if (selection.isEverything()) {
        return live;
      }
      DocumentSet passing =
          passing(
              selection, new FilterEvaluator(columns, documentCount, checkpoint), documentCount);
      DocumentSet admitted = live == null ? passing : passing.and(live);
      return admitted.isAll() ? null : admitted;
    }

    private DocumentSet passing(Selection selection, FilterEvaluator evaluator, int documentCount) {
      Key key = new Key(this, selection);
      DocumentSet found = sets.getIfPresent(key);
      if (found != null && found.documentCount() == documentCount) {
        hits.increment();
        return found;
      }
      if (found != null && found.documentCount() < documentCount) {
        extensions.increment();
        return keep(key, evaluator.extend(selection, found));
      }
      misses.increment();
      DocumentSet made = evaluator.evaluate(selection);
      // An older snapshot of a segment that grows does not replace what newer ones need.
      return found == null ? keep(key, made) : made;
    }

    private DocumentSet keep(Key key, DocumentSet set) {
      if (bytesMax > 0 && !closed) {
        heapBytes.add(weightBytes(key, set));
        sets.put(key, set);
        // The segment may have been closed since the check, and nothing else would free the set.
        if (closed) {
          sets.invalidate(key);
        }
      }
      return set;
    }

    /**
     * Returns in how many live documents of a selection a term is.
     *
     * @param selection whose documents
     * @param term the term's number in the segment
     * @param admitted the live documents that the selection holds, of {@link #admitted}
     * @param count counts the documents of that set that have the term
     */
    public int documentFrequency(
        Selection selection, int term, DocumentSet admitted, IntSupplier count) {
      FrequencyKey key = new FrequencyKey(this, selection, term);
      Frequency found = frequencies.getIfPresent(key);
      if (found != null
          && found.documentCount == admitted.documentCount()
          && found.admittedCount == admitted.size()) {
        return found.documentFrequency;
      }
      Frequency made = new Frequency(admitted.documentCount(), admitted.size(), count.getAsInt());
      if (!closed) {
        frequencies.put(key, made);
        // As for sets.
        if (closed) {
          frequencies.invalidate(key);
        }
      }
      return made.documentFrequency;
    }

    /** Drops the sets and the frequencies of this segment. Later sets are made, but not kept. */
    @Override
    public void close() {
      closed = true;
      sets.asMap().keySet().removeIf(key -> key.segment == this);
      frequencies.asMap().keySet().removeIf(key -> key.segment == this);
    }
  }
}

package io.siskin.server.collection;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.vector.TermLookup;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.filter.Selection;
import io.siskin.server.search.SearchableSegment;
import org.jspecify.annotations.Nullable;

/**
 * One segment in one snapshot: what of it is searched.
 *
 * @param searchable how it is searched
 * @param documents its documents
 * @param live its documents that are not deleted; null for all of them
 * @param deleted the terms of those that are
 * @param lease keeps it in memory
 */
public record SnapshotPart(
    SearchableSegment searchable,
    PartDocuments documents,
    @Nullable DocumentSet live,
    DeletedFrequencies deleted,
    Lease lease) {
  /** A reference to what is in memory. */
  public interface Lease {
    /** Takes another reference; returns false when the last one was given back already. */
    boolean tryRetain();

    /** Gives a reference back. */
    void release();

    /**
     * Returns what the filters of searches have found in it.
     *
     * @param cache the cache that keeps this, always the same
     */
    FilterCache.OfSegment filters(FilterCache cache);

    /** Returns the memory that the segment takes now. The caller holds a reference. */
    MemoryUse memory();
  }

  /**
   * Returns the memory that the part takes now: its segment, and what says which part of it is
   * live.
   */
  MemoryUse memory() {
    long heapBytes = deleted.heapBytes() + (live == null ? 0 : live.heapBytes());
    return lease.memory().plus(new MemoryUse(heapBytes, 0, 0, 0));
  }

  /** Returns how many documents are not deleted. */
  public int liveCount() {
    return live == null ? documents.documentCount() : live.size();
  }

  /** Returns the documents that are not deleted, as a set. */
  public DocumentSet liveSet() {
    return live == null ? DocumentSet.all(documents.documentCount()) : live;
  }

  /**
   * Returns whether a document is not deleted.
   *
   * @param document its number
   */
  public boolean isLive(int document) {
    return live == null || live.contains(document);
  }

  /**
   * Returns the sum of the lengths of the documents that are not deleted, see {@link
   * PartDocuments#length}. Reads those of the deleted ones.
   *
   * @return 0 or more; NaN where they are not stored
   */
  public double totalLength() {
    double total = documents.totalLength();
    if (live != null) {
      for (int document = 0; document < documents.documentCount(); document++) {
        total -= live.contains(document) ? 0 : documents.length(document);
      }
    }
    return total;
  }

  /**
   * Returns in how many documents that are not deleted a token is.
   *
   * @param token the token
   */
  public long documentFrequency(String token) {
    int term = searchable.terms().numberOfToken(token);
    return term < 0 ? 0 : searchable.terms().documentFrequency(term) - deleted.of(term);
  }

  /**
   * Returns in how many documents of a selection that are not deleted a token is.
   *
   * @param cache keeps what was counted
   * @param selection whose documents
   * @param admitted what {@link #admitted} has returned for it
   * @param token the token
   */
  public long documentFrequency(
      FilterCache cache, Selection selection, @Nullable DocumentSet admitted, String token) {
    if (admitted == null) {
      return documentFrequency(token);
    }
    int term = admitted.isEmpty() ? TermLookup.ABSENT : searchable.terms().numberOfToken(token);
    return term == TermLookup.ABSENT
        ? 0
        : lease
            .filters(cache)
            .documentFrequency(
                selection, term, admitted, () -> searchable.documentFrequency(term, admitted));
  }

  /**
   * Returns the documents that are not deleted and that a selection holds.
   *
   * @param cache keeps what was found for files
   * @param selection which documents are wanted
   * @param checkpoint called now and then; what it throws ends the evaluation
   * @return null for all of them
   */
  public @Nullable DocumentSet admitted(
      FilterCache cache, Selection selection, Runnable checkpoint) {
    return lease
        .filters(cache)
        .admitted(selection, live, documents.columns(), documents.documentCount(), checkpoint);
  }
}

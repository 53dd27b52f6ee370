package io.siskin.server.collection;

import io.siskin.index.document.DocumentSet;
import io.siskin.server.encode.factory.TermStatistics;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.filter.Selection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of some documents of a snapshot as if nothing else were in it, such as those of
 * one tenant. They count live documents only, so they do not depend on the segments.
 *
 * <p>Immutable and safe for concurrent use, while the snapshot is retained. What is counted is kept
 * in the cache with its segment.
 */
public final class SelectionStatistics implements TermStatistics {
  private final List<SnapshotPart> parts;
  private final FilterCache cache;
  private final Selection selection;
  private final List<@Nullable DocumentSet> admitted;
  private final long documentCount;

  private SelectionStatistics(
      List<SnapshotPart> parts,
      FilterCache cache,
      Selection selection,
      List<@Nullable DocumentSet> admitted) {
    this.parts = parts;
    this.cache = cache;
    this.selection = selection;
    this.admitted = admitted;
    long documents = 0;
    for (int i = 0; i < parts.size(); i++) {
      DocumentSet set = admitted.get(i);
      documents += set == null ? parts.get(i).documents().documentCount() : set.size();
    }
    this.documentCount = documents;
  }

  /**
   * Finds the documents of a selection.
   *
   * @param snapshot the snapshot, retained while this is used
   * @param cache keeps what is found
   * @param selection which documents
   * @param checkpoint called now and then; what it throws ends the work
   */
  static SelectionStatistics of(
      CollectionSnapshot snapshot, FilterCache cache, Selection selection, Runnable checkpoint) {
    List<@Nullable DocumentSet> admitted = new ArrayList<>(snapshot.parts().size());
    for (SnapshotPart part : snapshot.parts()) {
      admitted.add(part.admitted(cache, selection, checkpoint));
    }
    return new SelectionStatistics(
        snapshot.parts(), cache, selection, Collections.unmodifiableList(admitted));
  }

  /** Returns which documents these are the statistics of. */
  public Selection selection() {
    return selection;
  }

  /** Returns by part of the snapshot the documents, null for all of them. */
  public List<@Nullable DocumentSet> admitted() {
    return admitted;
  }

  @Override
  public long documentCount() {
    return documentCount;
  }

  @Override
  public long documentFrequency(String token) {
    long frequency = 0;
    for (int i = 0; i < parts.size(); i++) {
      frequency += parts.get(i).documentFrequency(cache, selection, admitted.get(i), token);
    }
    return frequency;
  }
}

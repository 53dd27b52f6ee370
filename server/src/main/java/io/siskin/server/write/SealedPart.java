package io.siskin.server.write;

import io.siskin.index.document.DocumentSet;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.collection.DeletedFrequencies;
import io.siskin.server.collection.OpenSegment;
import io.siskin.server.collection.PartDocuments;
import io.siskin.server.collection.SnapshotPart;

/** A mapped segment as the writer sees it. */
final class SealedPart implements Part {
  private final OpenSegment segment;
  private final DeletedFrequencies.Builder deleted;
  private final LiveDocuments live;
  private SegmentEntry committed;

  /**
   * Takes over a segment.
   *
   * @param segment the segment, with a reference that this part releases
   * @param committed how the manifest in force describes it, or will
   * @param live its documents that are not deleted
   */
  SealedPart(OpenSegment segment, SegmentEntry committed, DocumentSet live) {
    this.segment = segment;
    this.committed = committed;
    this.live = new LiveDocuments(live);
    this.deleted = segment.deletedFrequencies(live).toBuilder();
  }

  /** Returns the segment. */
  OpenSegment segment() {
    return segment;
  }

  /** Returns how the manifest in force describes it. */
  SegmentEntry committed() {
    return committed;
  }

  /** Returns the position of its first document, deleted ones included; 0 when it has none. */
  long firstPosition() {
    return documentCount() == 0 ? 0 : documents().position(documents().ofOrdinal(0));
  }

  /** Returns whether documents were deleted since the last commit. */
  boolean hasNewDeletes() {
    return committed.deletedCount() != documentCount() - live().size();
  }

  /**
   * Takes over how the new manifest describes it.
   *
   * @param entry the description
   */
  void committed(SegmentEntry entry) {
    committed = entry;
  }

  @Override
  public PartDocuments documents() {
    return segment.documents();
  }

  @Override
  public int documentCount() {
    return documents().documentCount();
  }

  @Override
  public DocumentSet live() {
    return live.set();
  }

  @Override
  public int find(String id) {
    int number = documents().find(id);
    return number >= 0 && live.contains(number) ? number : PartDocuments.ABSENT;
  }

  @Override
  public void delete(int number) {
    live.delete(number);
    if (segment.countsFrequencies()) {
      documents().forEachTerm(number, deleted::add);
    }
  }

  @Override
  public SnapshotPart snapshot() {
    return segment.part(live(), deleted.build());
  }

  @Override
  public void close() {
    segment.release();
  }
}

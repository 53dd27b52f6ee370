package io.siskin.server.collection;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.DeletesFile;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.plan.Calibration;
import io.siskin.server.search.MappedSegment;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mapped segment that snapshots share, with all that outlives a snapshot: its warm searchers and
 * what was measured on it.
 *
 * <p>Safe for concurrent use. Counts references as {@link Segment} does; the opener holds the
 * first.
 */
public final class OpenSegment implements SnapshotPart.Lease {
  private static final Logger LOG = LoggerFactory.getLogger(OpenSegment.class);

  private final Segment segment;
  private final MappedSegment searchable;
  private final MappedDocuments documents;
  private final @Nullable Calibration calibration;
  private final boolean countsFrequencies;
  private final SegmentFilters filters = new SegmentFilters();

  /**
   * Takes over a segment.
   *
   * @param segment the segment, with the reference of the opener
   * @param calibration what was measured on it; null for nothing
   * @param basePosition the number of documents before this segment; counts where the segment
   *     stores no positions
   * @param countsFrequencies whether document frequencies are asked for, so that those of deleted
   *     documents must be known
   */
  public OpenSegment(
      Segment segment,
      @Nullable Calibration calibration,
      long basePosition,
      boolean countsFrequencies) {
    this.segment = segment;
    this.searchable = new MappedSegment(segment, KernelProvider.current());
    this.documents = new MappedDocuments(segment, basePosition);
    this.calibration = calibration;
    this.countsFrequencies = countsFrequencies;
  }

  /**
   * Opens a segment of a collection and holds the first reference to it.
   *
   * @param directory the collection's folder
   * @param entry the segment, as the manifest describes it
   * @param verification how much of the files is read to verify them
   * @param basePosition see {@link #OpenSegment}
   * @param countsFrequencies see {@link #OpenSegment}
   * @throws CorruptSegmentException when it is damaged or another one than the manifest describes
   */
  public static OpenSegment open(
      Path directory,
      SegmentEntry entry,
      Verification verification,
      long basePosition,
      boolean countsFrequencies)
      throws IOException {
    Path folder = DataDirectory.segmentDirectory(directory, entry.id());
    Segment segment = Segment.open(folder, verification);
    boolean opened = false;
    try {
      checkIdentity(folder, entry, segment);
      OpenSegment open =
          new OpenSegment(
              segment, calibration(directory, entry.id()), basePosition, countsFrequencies);
      opened = true;
      return open;
    } finally {
      if (!opened) {
        segment.release();
      }
    }
  }

  private static void checkIdentity(Path folder, SegmentEntry entry, Segment segment)
      throws CorruptSegmentException {
    String expected = entry.id() + " with " + entry.documentCount() + " documents";
    String found = segment.id() + " with " + segment.statistics().documentCount() + " documents";
    if (!expected.equals(found)) {
      throw new CorruptSegmentException(
          folder.toString(), 0, "segment " + expected + ", as in the manifest", found);
    }
  }

  /** A calibration that cannot be read is as good as none: the defaults are used then. */
  private static @Nullable Calibration calibration(Path directory, String segmentId) {
    try {
      return DataDirectory.readCalibration(directory, segmentId);
    } catch (IOException unreadable) {
      LOG.warn("not calibrated, the defaults are used: {}", unreadable.getMessage());
      return null;
    }
  }

  /**
   * Reads which documents of a segment are not deleted.
   *
   * @param directory the collection's folder
   * @param entry the segment, as the manifest describes it
   * @param segment the segment
   * @throws CorruptSegmentException when the file that says so is damaged or missing, or says
   *     something else than the manifest
   */
  public static DocumentSet readLive(Path directory, SegmentEntry entry, Segment segment)
      throws IOException {
    int documents = segment.statistics().documentCount();
    if (entry.deletesGeneration() == 0) {
      return DocumentSet.all(documents);
    }
    Path file = DataDirectory.deletesFile(directory, entry.id(), entry.deletesGeneration());
    DocumentSet live = DeletesFile.read(file, segment.id(), documents);
    if (documents - live.size() != entry.deletedCount()) {
      throw new CorruptSegmentException(
          file.toString(),
          0,
          entry.deletedCount() + " deleted documents, as in the manifest",
          documents - live.size());
    }
    return live;
  }

  /** Returns the files. */
  public Segment segment() {
    return segment;
  }

  /** Returns how it is searched. */
  public MappedSegment searchable() {
    return searchable;
  }

  /** Returns its documents. */
  public PartDocuments documents() {
    return documents;
  }

  /** Returns what was measured on it, or null. */
  public @Nullable Calibration calibration() {
    return calibration;
  }

  /** Returns whether document frequencies are asked for. */
  public boolean countsFrequencies() {
    return countsFrequencies;
  }

  /**
   * Counts the terms of the documents that are deleted. Reads all of them.
   *
   * @param live the documents that are not deleted
   */
  public DeletedFrequencies deletedFrequencies(DocumentSet live) {
    if (!countsFrequencies || live.isAll()) {
      return DeletedFrequencies.NONE;
    }
    DeletedFrequencies.Builder counts = DeletedFrequencies.NONE.toBuilder();
    for (int document = 0; document < live.documentCount(); document++) {
      if (!live.contains(document)) {
        documents.forEachTerm(document, counts::add);
      }
    }
    return counts.build();
  }

  /**
   * Returns the segment as a part of a snapshot, with a reference that the caller releases.
   *
   * @param live its documents that are not deleted
   * @param deleted the terms of the others
   */
  public SnapshotPart part(DocumentSet live, DeletedFrequencies deleted) {
    if (!tryRetain()) {
      throw new IllegalStateException("segment " + segment.id() + " was released already");
    }
    return new SnapshotPart(searchable, documents, live.isAll() ? null : live, deleted, this);
  }

  @Override
  public boolean tryRetain() {
    return segment.tryRetain();
  }

  @Override
  public void release() {
    segment.release();
  }

  @Override
  public FilterCache.OfSegment filters(FilterCache cache) {
    return filters.in(cache);
  }

  @Override
  public MemoryUse memory() {
    return new MemoryUse(
        searchable.heapBytes() + filters.heapBytes(),
        segment.anonymousBytes(),
        segment.lengthBytes(),
        segment.residentBytes());
  }
}

package io.siskin.server.collection;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.lifecycle.ReferenceCount;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.index.store.FileState;
import io.siskin.index.store.ReadPace;
import io.siskin.index.store.Verification;
import io.siskin.server.encode.factory.DenseEncoders;
import io.siskin.server.encode.factory.Encoders;
import io.siskin.server.encode.factory.TermStatistics;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.filter.Selection;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.Planner;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.SearcherPool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A frozen view of a collection: its segments, mapped, and its encoders. The one who searches holds
 * a reference ({@link #tryRetain} … {@link #release}); with the last one the segments are unmapped,
 * so a replaced collection stays readable until its last search has ended.
 *
 * <p>Immutable; safe for concurrent use.
 */
public final class CollectionSnapshot implements TermStatistics {
  // Below this many documents the exact evaluator is about as fast as the approximate ones.
  private static final long APPROXIMATE_DOCUMENTS_MIN = 100_000;

  /** Stands where the statistics of a tenant are to be used and no tenant is known. */
  private static final TermStatistics OF_NO_TENANT =
      new TermStatistics() {
        @Override
        public long documentCount() {
          throw noTenant();
        }

        @Override
        public long documentFrequency(String token) {
          throw noTenant();
        }

        private static InvalidInputException noTenant() {
          return new InvalidInputException(
              "tenant",
              "missing",
              "a tenant, since the collection weighs the terms of a query by the tenant's"
                  + " documents");
        }
      };

  private final CollectionManifest manifest;
  private final CollectionEncoders encoders;
  private final List<SnapshotPart> parts;
  private final List<Segment> segments;
  private final long lastPosition;
  private final SearchScope scope;
  private final SearcherPool searchers;
  private final Planner planner;
  private final Integrity integrity;
  private final ReferenceCount references;
  private long documentCount;
  private long deletedCount;
  private long postingCount;
  private long termCount;
  private long longestListLength;
  private long lengthBytes;
  private Vocabulary vocabulary = Vocabulary.NONE;
  private final List<String> storedFields;

  /** Below 0 until it is asked for. Threads that ask at once find the same. */
  private volatile double averageLength = -1;

  /** Takes over a reference to each part and one to the encoders. */
  private CollectionSnapshot(
      CollectionManifest manifest,
      List<SnapshotPart> parts,
      long lastPosition,
      CollectionEncoders encoders,
      Integrity integrity) {
    this.manifest = manifest;
    this.parts = List.copyOf(parts);
    this.lastPosition = lastPosition;
    this.encoders = encoders;
    this.integrity = integrity;
    this.references = new ReferenceCount("snapshot of collection " + manifest.name(), this::end);
    this.storedFields = count();
    List<Segment> mapped = new ArrayList<>();
    List<@Nullable Calibration> calibrations = new ArrayList<>();
    List<@Nullable DocumentSet> live = new ArrayList<>();
    for (SnapshotPart part : parts) {
      OpenSegment open = part.lease() instanceof OpenSegment file ? file : null;
      if (open != null) {
        mapped.add(open.segment());
      }
      calibrations.add(open == null ? null : open.calibration());
      live.add(part.live());
    }
    this.segments = List.copyOf(mapped);
    this.scope =
        SearchScope.of(parts.stream().map(SnapshotPart::searchable).toList()).accepting(live);
    this.searchers = new SearcherPool(scope);
    this.planner = new Planner(scope.segments(), calibrations);
  }

  /** Adds the parts up; returns the names of all stored fields. */
  private List<String> count() {
    Set<String> fields = new LinkedHashSet<>();
    long stored = 0;
    for (SnapshotPart part : parts) {
      PartDocuments documents = part.documents();
      stored += documents.documentCount();
      documentCount += part.liveCount();
      postingCount += documents.postingCount();
      termCount += documents.termCount();
      longestListLength += documents.longestListLength();
      lengthBytes += documents.lengthBytes();
      fields.addAll(documents.storedFields());
      vocabulary = documents.vocabulary() == Vocabulary.NONE ? vocabulary : documents.vocabulary();
    }
    deletedCount = stored - documentCount;
    if (stored > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          "documents of collection " + manifest.name(), stored, "at most 2^31 - 1");
    }
    return List.copyOf(fields);
  }

  /**
   * Opens what the manifest names and holds the first reference to it.
   *
   * @param directory the collection's folder
   * @param manifest its manifest
   * @param verification how much of the files is read to verify them
   * @param models opens the models that its encoders need
   */
  public static CollectionSnapshot open(
      Path directory, CollectionManifest manifest, Verification verification, TextModels models)
      throws IOException {
    List<SnapshotPart> parts = new ArrayList<>();
    CollectionEncoders encoders = null;
    boolean opened = false;
    try {
      encoders = CollectionEncoders.open(directory, manifest, models);
      boolean counts = CollectionEncoders.countsFrequencies(encoders.spec());
      long before = 0;
      for (CollectionManifest.SegmentEntry entry : manifest.segments()) {
        parts.add(openPart(directory, entry, verification, before, counts));
        before += entry.documentCount();
      }
      CollectionSnapshot snapshot =
          new CollectionSnapshot(
              manifest, parts, manifest.log().lastPosition(), encoders, new Integrity());
      encoders.statistics().set(snapshot.statistics());
      opened = true;
      return snapshot;
    } finally {
      if (!opened) {
        parts.forEach(part -> part.lease().release());
        if (encoders != null) {
          encoders.release();
        }
      }
    }
  }

  private static SnapshotPart openPart(
      Path directory,
      CollectionManifest.SegmentEntry entry,
      Verification verification,
      long basePosition,
      boolean countsFrequencies)
      throws IOException {
    OpenSegment open =
        OpenSegment.open(directory, entry, verification, basePosition, countsFrequencies);
    try {
      DocumentSet live = OpenSegment.readLive(directory, entry, open.segment());
      return open.part(live, open.deletedFrequencies(live));
    } finally {
      // The part has a reference of its own.
      open.release();
    }
  }

  /**
   * Returns a snapshot of the same collection after a write. It shares the encoders, and what is
   * known of the files.
   *
   * @param newManifest the manifest in force
   * @param newParts what the collection consists of, each with a reference that the snapshot takes
   *     over
   * @param newLastPosition the position of the last write that it shows
   */
  public CollectionSnapshot next(
      CollectionManifest newManifest, List<SnapshotPart> newParts, long newLastPosition) {
    if (!encoders.tryRetain()) {
      throw new IllegalStateException("the encoders were released already");
    }
    CollectionSnapshot next =
        new CollectionSnapshot(newManifest, newParts, newLastPosition, encoders, integrity);
    encoders.statistics().set(next.statistics());
    return next;
  }

  /**
   * Takes another reference.
   *
   * @return false when the last one has been released already
   */
  public boolean tryRetain() {
    return references.tryRetain();
  }

  /** Gives a reference back; the last one unmaps the segments and closes the encoders. */
  public void release() {
    references.release();
  }

  private void end() {
    encoders.release();
    parts.forEach(part -> part.lease().release());
  }

  /**
   * Returns why it must not be searched any more, or null. Nothing of its files is to be read then.
   */
  public @Nullable Damage damage() {
    return integrity.damage();
  }

  /** Returns what is known of its files. */
  Integrity integrity() {
    return integrity;
  }

  /**
   * Compares what stands under the names of its files with what was mapped, see {@link
   * Segment#compareFiles}.
   */
  FileState compareFiles() throws IOException {
    FileState state = FileState.SAME;
    for (Segment segment : segments) {
      state = state.and(segment.compareFiles());
    }
    return state;
  }

  /** Verifies all of its files again, see {@link Segment#verifyFiles}. */
  FileState verifyFiles(ReadPace pace) throws IOException {
    FileState state = FileState.SAME;
    for (Segment segment : segments) {
      state = state.and(segment.verifyFiles(pace));
    }
    return state;
  }

  /** Returns the manifest that was opened. */
  public CollectionManifest manifest() {
    return manifest;
  }

  /** Returns how its text becomes vectors. */
  public EncoderSpec encoderSpec() {
    return encoders.spec();
  }

  /** Returns its encoders. They are closed with the last snapshot that shares them. */
  public Encoders encoders() {
    return encoders.encoders();
  }

  /** Returns the encoders of its dense fields, which are closed in the same way. */
  public DenseEncoders denseEncoders() {
    return encoders.dense();
  }

  /** Returns whether queries are encoded by the statistics of the tenant that searches. */
  public boolean hasTenantStatistics() {
    return manifest.settings().statistics() == StatisticsScope.TENANT;
  }

  /**
   * Returns the statistics by which queries are encoded where nobody says for whom: those of the
   * whole snapshot. Where each tenant has its own, asking for them fails.
   */
  public TermStatistics statistics() {
    return hasTenantStatistics() ? OF_NO_TENANT : this;
  }

  /**
   * Returns the statistics by which the queries of a tenant are encoded, if each tenant has its
   * own. They are used only while the snapshot is retained.
   *
   * @param tenant all documents of the tenant
   * @param cache keeps what is counted
   * @param checkpoint called now and then; what it throws ends the work
   */
  public SelectionStatistics statistics(Selection tenant, FilterCache cache, Runnable checkpoint) {
    return SelectionStatistics.of(this, cache, tenant, checkpoint);
  }

  /**
   * Returns the statistics by which the queries of somebody are encoded. They are used only while
   * the snapshot is retained.
   *
   * @param tenant whose queries these are; empty for nobody in particular
   * @param cache keeps what is counted
   * @param checkpoint called now and then; what it throws ends the work
   * @throws InvalidInputException when a tenant is named where there are none. Where each tenant
   *     has statistics of its own and none is named, asking for them fails
   */
  public TermStatistics statistics(String tenant, FilterCache cache, Runnable checkpoint) {
    if (tenant.isEmpty()) {
      return statistics();
    }
    Selection documents = Selection.of(null, tenant, manifest.settings().schema());
    return hasTenantStatistics() ? statistics(documents, cache, checkpoint) : this;
  }

  /**
   * Does what encodes queries by the statistics of this snapshot, whatever is written meanwhile.
   *
   * @param statistics those of this snapshot, or of a tenant in it
   * @param work what to do, on the calling thread
   * @return what the work returns
   */
  public <T> T encoding(
      TermStatistics statistics, ScopedValue.CallableOp<T, RuntimeException> work) {
    return encoders.statistics().in(statistics, work);
  }

  /** Returns what it consists of, in the order of indexing. */
  public List<SnapshotPart> parts() {
    return parts;
  }

  /** Returns the position of the last write that it shows; 0 for none. */
  public long lastPosition() {
    return lastPosition;
  }

  /** Returns how many documents are deleted that its files still hold. */
  public long deletedCount() {
    return deletedCount;
  }

  /** Returns what is searched; used only while the snapshot is retained. */
  public SearchScope scope() {
    return scope;
  }

  /** Returns its searchers; a searcher is used only while the snapshot is retained. */
  public SearcherPool searchers() {
    return searchers;
  }

  /** Returns what chooses the modes for a recall target. */
  public Planner planner() {
    return planner;
  }

  /**
   * Returns the recall target of a search that names neither mode nor target: 1, which is exact,
   * for a collection under BM25 or with fewer than 100,000 documents, else {@link
   * Planner#DEFAULT_TARGET}.
   */
  public float defaultRecallTarget() {
    Float chosen = manifest.settings().defaultRecallTarget();
    if (chosen != null) {
      return chosen;
    }
    // BM25 has few terms a query, each of which decides: on 117,791 definitions the clustered mode
    // lost the best answer of three queries out of four, and the exact one is quick there.
    boolean approximate =
        documentCount >= APPROXIMATE_DOCUMENTS_MIN && !(encoderSpec().base() instanceof Bm25Spec);
    return approximate ? Planner.DEFAULT_TARGET : 1;
  }

  /** Returns its mapped segments, in the order of indexing. */
  public List<Segment> segments() {
    return segments;
  }

  /** Returns the number of terms, summed over the segments. */
  public long termCount() {
    return termCount;
  }

  /** Returns in how many documents the most frequent term is, at most. */
  public long longestListLength() {
    return longestListLength;
  }

  /**
   * Returns the memory that its parts take now. What several snapshots share counts in each. Reads
   * nothing of the files, so it can be asked of a damaged one. It asks the system about each file,
   * which takes microseconds per MiB. To be called only while the snapshot is retained.
   */
  public MemoryUse memory() {
    MemoryUse memory = MemoryUse.NONE;
    for (SnapshotPart part : parts) {
      memory = memory.plus(part.memory());
    }
    return memory;
  }

  /** Returns the bytes of the files of all segments. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /** Returns how its terms are named. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Returns the names of the stored fields, in the order in which they were met. */
  public List<String> storedFields() {
    return storedFields;
  }

  /** Returns the number of postings of all segments. */
  public long postingCount() {
    return postingCount;
  }

  /**
   * Returns the average length of its documents that are not deleted: under BM25 the number of
   * tokens, else the sum of the weights that were given. Reads files, the first time that it is
   * asked for.
   *
   * @return 0 or more; NaN if there is no document, or where lengths are not stored
   */
  public double averageLength() {
    double known = averageLength;
    if (known < 0) {
      known = parts.stream().mapToDouble(SnapshotPart::totalLength).sum() / documentCount;
      averageLength = known;
    }
    return known;
  }

  @Override
  public long documentCount() {
    return documentCount;
  }

  @Override
  public long documentFrequency(String token) {
    long frequency = 0;
    for (SnapshotPart part : parts) {
      frequency += part.documentFrequency(token);
    }
    return frequency;
  }
}

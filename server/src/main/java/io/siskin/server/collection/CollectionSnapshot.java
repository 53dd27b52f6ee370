package io.siskin.server.collection;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.lifecycle.ReferenceCount;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.index.store.FileState;
import io.siskin.index.store.ReadPace;
import io.siskin.index.store.Verification;
import io.siskin.server.encode.factory.EncoderFactory;
import io.siskin.server.encode.factory.EncoderResources;
import io.siskin.server.encode.factory.Encoders;
import io.siskin.server.encode.factory.TermStatistics;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A frozen view of a collection: its segments, mapped, and its encoders. The one who searches holds
 * a reference ({@link #tryRetain} … {@link #release}); with the last one the segments are unmapped,
 * so a replaced collection stays readable until its last search has ended.
 *
 * <p>Immutable; safe for concurrent use.
 */
public final class CollectionSnapshot implements TermStatistics {
  private static final Logger LOG = LoggerFactory.getLogger(CollectionSnapshot.class);

  // Below this many documents the exact evaluator is about as fast as the approximate ones.
  private static final long APPROXIMATE_DOCUMENTS_MIN = 100_000;

  private final CollectionManifest manifest;
  private final EncoderSpec encoderSpec;
  private final List<Segment> segments;
  private final long documentCount;
  private final long postingCount;
  private final Encoders encoders;
  private final SearchScope scope;
  private final SearcherPool searchers;
  private final Planner planner;
  private final Integrity integrity = new Integrity();
  private final ReferenceCount references;
  private final long termCount;
  private final long longestListLength;
  private final long lengthBytes;
  private final Vocabulary vocabulary;
  private final List<String> storedFields;

  private CollectionSnapshot(
      Path directory, CollectionManifest manifest, List<Segment> segments, TextModels models)
      throws IOException {
    this.manifest = manifest;
    this.segments = List.copyOf(segments);
    this.references = new ReferenceCount("snapshot of collection " + manifest.name(), this::end);
    long documents = 0;
    long postings = 0;
    long terms = 0;
    long longest = 0;
    long bytes = 0;
    Vocabulary named = Vocabulary.NONE;
    Set<String> fields = new LinkedHashSet<>();
    for (Segment segment : segments) {
      SegmentStatistics statistics = segment.statistics();
      documents += statistics.documentCount();
      postings += statistics.postingCount();
      terms += statistics.termCount();
      // Terms are in the order of their document frequencies.
      longest += segment.terms().size() == 0 ? 0 : segment.terms().documentFrequency(0);
      bytes += segment.lengthBytes();
      fields.addAll(segment.documents().fieldNames());
      named = statistics.vocabulary() == Vocabulary.NONE ? named : statistics.vocabulary();
      if (documents > Integer.MAX_VALUE) {
        throw new InvalidInputException(
            "documents of collection " + manifest.name(), documents, "at most 2^31 - 1");
      }
    }
    this.documentCount = documents;
    this.postingCount = postings;
    this.termCount = terms;
    this.longestListLength = longest;
    this.lengthBytes = bytes;
    this.vocabulary = named;
    this.storedFields = List.copyOf(fields);
    this.scope = SearchScope.mapped(segments, KernelProvider.current());
    this.searchers = new SearcherPool(scope);
    this.planner = new Planner(scope.segments(), calibrations(directory, segments));
    this.encoderSpec = manifest.encoderSpec(directory);
    this.encoders =
        EncoderFactory.open(
            encoderSpec,
            EncoderResources.in(DataDirectory.encoderDirectory(directory)),
            ModelStore.beside(directory).opened(models),
            this);
  }

  /** A calibration that cannot be read is as good as none: the defaults are used then. */
  private static List<@Nullable Calibration> calibrations(Path directory, List<Segment> segments) {
    List<@Nullable Calibration> calibrations = new ArrayList<>();
    for (Segment segment : segments) {
      Calibration calibration = null;
      try {
        calibration = DataDirectory.readCalibration(directory, segment.id().toString());
      } catch (IOException unreadable) {
        LOG.warn("not calibrated, the defaults are used: {}", unreadable.getMessage());
      }
      calibrations.add(calibration);
    }
    return calibrations;
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
    List<Segment> segments = new ArrayList<>();
    boolean opened = false;
    try {
      for (CollectionManifest.SegmentEntry entry : manifest.segments()) {
        Path folder = DataDirectory.segmentDirectory(directory, entry.id());
        Segment segment = Segment.open(folder, verification);
        segments.add(segment);
        checkIdentity(folder, entry, segment);
      }
      CollectionSnapshot snapshot = new CollectionSnapshot(directory, manifest, segments, models);
      opened = true;
      return snapshot;
    } finally {
      if (!opened) {
        segments.forEach(Segment::release);
      }
    }
  }

  private static void checkIdentity(
      Path folder, CollectionManifest.SegmentEntry entry, Segment segment)
      throws CorruptSegmentException {
    String expected = entry.id() + " with " + entry.documentCount() + " documents";
    String found = segment.id() + " with " + segment.statistics().documentCount() + " documents";
    if (!expected.equals(found)) {
      throw new CorruptSegmentException(
          folder.toString(), 0, "segment " + expected + ", as in the manifest", found);
    }
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
    encoders.close();
    segments.forEach(Segment::release);
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
    return encoderSpec;
  }

  /** Returns its encoders; they are closed with the snapshot. */
  public Encoders encoders() {
    return encoders;
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
    // BM25 has few terms a query, each of which decides: on 117,791 definitions the clustered mode
    // lost the best answer of three queries out of four, and the exact one is quick there.
    boolean approximate =
        documentCount >= APPROXIMATE_DOCUMENTS_MIN && !(encoderSpec.base() instanceof Bm25Spec);
    return approximate ? Planner.DEFAULT_TARGET : 1;
  }

  /** Returns its segments. */
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

  @Override
  public long documentCount() {
    return documentCount;
  }

  @Override
  public long documentFrequency(String token) {
    long frequency = 0;
    for (Segment segment : segments) {
      int term = segment.terms().numberOfToken(token);
      frequency += term < 0 ? 0 : segment.terms().documentFrequency(term);
    }
    return frequency;
  }
}

package io.siskin.server.write;

import io.siskin.index.build.Bm25Formula;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.Weighting;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionEncoders;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.LogState;
import io.siskin.server.collection.OpenSegment;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.counters.WriteTotals;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.log.LogOptions;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.OpenCollections;
import io.siskin.server.search.GrowingSearchers;
import io.siskin.server.write.SegmentBuilds.Workers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Makes the writers of collections: checks that a collection can be written, brings what only its
 * log has into memory, and lets the catalog serve what came of it.
 *
 * <p>Safe for concurrent use. No collection is opened by two threads at a time.
 */
final class CollectionOpener implements AutoCloseable {
  private final CollectionCatalog catalog;
  private final OpenCollections snapshots;
  private final TextModels models;
  private final WriteLimits limits;
  private final GrowingSearchers searchers = new GrowingSearchers(KernelProvider.current());
  private final Workers workers;
  private final ExecutorService logPreparation = Workers.thread("siskin-log");

  /**
   * Makes an opener.
   *
   * @param catalog serves the collections
   * @param models opens the models that their encoders need
   * @param limits how much memory and time writes may take
   * @param workers the threads that build segments; closed with this
   */
  CollectionOpener(
      CollectionCatalog catalog, TextModels models, WriteLimits limits, Workers workers) {
    this.workers = workers;
    this.catalog = catalog;
    this.snapshots = new OpenCollections(catalog);
    this.models = models;
    this.limits = limits;
  }

  /** What is made while a collection is opened, so that a failure can give it back. */
  private final class Opening {
    private final String name;
    private final CollectionFiles files;
    private final SegmentBuilds builds;
    private final WriteTotals totals;
    private @Nullable CollectionSnapshot replayedFrom;
    private @Nullable CollectionParts parts;
    private Recovery.@Nullable Recovered recovered;

    Opening(
        String name, DataDirectory.Writer rights, CollectionManifest manifest, WriteTotals totals)
        throws IOException {
      EncoderSpec spec = manifest.encoderSpec(rights.directory());
      this.name = name;
      this.totals = totals;
      this.files =
          new CollectionFiles(
              rights,
              manifest,
              spec,
              CollectionEncoders.countsFrequencies(spec),
              catalog::publishNext);
      this.builds = new SegmentBuilds(workers, manifest.settings(), weighting(spec), spec, totals);
    }

    /** Opens the log. */
    Recovery.Recovered recover() throws IOException {
      Recovery.Recovered found =
          Recovery.run(files, this::partsToReplay, LogOptions.defaults(logPreparation));
      recovered = found;
      parts = found.parts();
      return found;
    }

    /** Opens the segments aside: nobody sees them before the log was replayed. */
    private CollectionParts partsToReplay() throws IOException {
      CollectionSnapshot base =
          CollectionSnapshot.open(
              files.directory(),
              files.manifest(),
              // What a crash may have damaged is searched for ids, so all of it is verified.
              Verification.FULL,
              models);
      replayedFrom = base;
      return partsOf(base, files.manifest());
    }

    /** Lets the catalog serve what came of it, and makes the writer. */
    LiveCollection serve(Recovery.Recovered log) throws IOException {
      catalog.own(name);
      CollectionParts all = parts;
      if (all == null || replayedFrom == null) {
        catalog.reopen(name, files.manifest());
        CollectionSnapshot current = snapshots.acquire(name);
        try {
          all = partsOf(current, files.manifest());
          parts = all;
        } finally {
          current.release();
        }
      } else {
        catalog.serve(replayedFrom.next(files.manifest(), all.snapshotParts(), log.lastPosition()));
      }
      return new LiveCollection(
          files,
          all,
          new SegmentWorks(
              builds,
              new MergePolicy(limits.growingDocumentsMax(), FormatV1.DOCUMENT_COUNT_MAX),
              log.log(),
              totals),
          log.log(),
          log.lastPosition(),
          totals,
          limits.queueBytesMax(),
          workers.pace(),
          System::nanoTime);
    }

    /** Gives back what only the opening needed. */
    void end() {
      if (replayedFrom != null) {
        replayedFrom.release();
      }
    }

    /** Gives back everything. */
    void giveUp() throws IOException {
      catalog.disown(name);
      if (parts != null) {
        parts.close();
      }
      if (recovered != null) {
        recovered.log().close();
      }
    }
  }

  /**
   * Opens a collection for writing.
   *
   * @param name its name
   * @param rights the right to write it, which the writer owns when this succeeds
   * @param totals counts what is written
   * @return the writer, not started
   * @throws CollectionNotWritableException when it cannot be added to
   * @throws io.siskin.server.log.LogFullException when there is no room for its log
   */
  LiveCollection open(String name, DataDirectory.Writer rights, WriteTotals totals)
      throws IOException {
    CollectionManifest manifest = rights.current();
    if (manifest == null) {
      throw new CollectionNotFoundException(name, List.of());
    }
    Opening opening = new Opening(name, rights, writable(name, rights, manifest), totals);
    if (manifest.log().epoch() == 0) {
      // A collection that was built in bulk has no log yet.
      begin(opening.files);
    }
    LiveCollection made = open(opening, false);
    if (made == null) {
      throw new AssertionError("it was opened whatever its log holds");
    }
    return made;
  }

  /**
   * Opens a collection for writing if its log has writes that no segment has.
   *
   * @param name its name
   * @param rights the right to write it, which the writer owns when there is one
   * @param totals counts what is written
   * @return the writer, not started; null when the segments have everything
   */
  @Nullable LiveCollection recover(String name, DataDirectory.Writer rights, WriteTotals totals)
      throws IOException {
    CollectionManifest manifest = rights.current();
    return manifest == null ? null : open(new Opening(name, rights, manifest, totals), true);
  }

  private static @Nullable LiveCollection open(Opening opening, boolean onlyToRecover)
      throws IOException {
    boolean opened = false;
    try {
      Recovery.Recovered log = opening.recover();
      if (onlyToRecover && log.parts() == null) {
        return null;
      }
      LiveCollection made = opening.serve(log);
      opened = true;
      return made;
    } finally {
      opening.end();
      if (!opened) {
        opening.giveUp();
      }
    }
  }

  /**
   * Returns what the weights of documents of a collection mean.
   *
   * @param spec how text becomes vectors
   */
  static Weighting.Pinned weighting(EncoderSpec spec) {
    return spec.base() instanceof Bm25Spec bm25
        ? new Weighting.Bm25(
            bm25.k1(),
            bm25.b(),
            bm25.pinsAverageLength() ? bm25.averageLength() : Bm25Formula.AVERAGE_LENGTH_DEFAULT)
        : new Weighting.AsGiven();
  }

  /** Refuses what cannot be added to, and finds out the settings that an old collection has. */
  private static CollectionManifest writable(
      String name, DataDirectory.Writer rights, CollectionManifest manifest) throws IOException {
    EncoderSpec spec = manifest.encoderSpec(rights.directory());
    if (spec.base() instanceof Bm25Spec bm25 && !bm25.pinsAverageLength()) {
      throw new CollectionNotWritableException(
          name,
          CollectionNotWritableException.Reason.OLD_FORM,
          "its scores hold statistics of the documents that it was built of; build it again with"
              + " this version");
    }
    CollectionManifest found =
        manifest.version() == 1
            ? manifest.withSettings(settingsOfSegments(rights.directory(), manifest))
            : manifest;
    if (!found.settings().storage().structures().forward()) {
      throw new CollectionNotWritableException(
          name,
          CollectionNotWritableException.Reason.NO_FORWARD_INDEX,
          "it was built without a forward index, which merges and updates read; build it again"
              + " without --no-forward");
    }
    return found;
  }

  private static CollectionSettings settingsOfSegments(Path directory, CollectionManifest manifest)
      throws IOException {
    StorageOptions defaults = StorageOptions.DEFAULTS;
    boolean forward = true;
    boolean residuals = false;
    boolean clusters = false;
    boolean fields = false;
    for (SegmentEntry entry : manifest.segments()) {
      Segment segment =
          Segment.open(
              DataDirectory.segmentDirectory(directory, entry.id()), Verification.STRUCTURE);
      forward &= segment.forward() != null;
      residuals |= segment.residuals() != null;
      clusters |= segment.clusters() != null;
      fields |= !segment.documents().fieldNames().isEmpty();
      segment.release();
    }
    BuildOptions.Structures structures =
        new BuildOptions.Structures(
            forward,
            residuals,
            defaults.structures().blockMax(),
            forward ? defaults.structures().impacts() : null,
            clusters ? ClusterOptions.DEFAULTS : null,
            fields || manifest.segments().isEmpty());
    return new CollectionSettings(
        CollectionSettings.DEFAULTS.schema(),
        new StorageOptions(defaults.quantization(), structures, defaults.reordering()),
        CollectionSettings.DEFAULTS.writes(),
        null,
        CollectionSettings.DEFAULTS.statistics());
  }

  private static void begin(CollectionFiles files) throws IOException {
    CollectionManifest manifest = files.manifest();
    long documents = manifest.segments().stream().mapToLong(SegmentEntry::documentCount).sum();
    files.commitLog(
        new LogState(
            manifest.generation() + 1, 0, Math.max(documents, manifest.log().lastPosition())),
        manifest.segments());
  }

  /** Returns the parts of a snapshot that has files only, with references of their own. */
  private CollectionParts partsOf(CollectionSnapshot snapshot, CollectionManifest manifest) {
    List<SealedPart> sealed = new ArrayList<>();
    for (int i = 0; i < snapshot.parts().size(); i++) {
      SnapshotPart part = snapshot.parts().get(i);
      if (!(part.lease() instanceof OpenSegment segment) || !segment.tryRetain()) {
        throw new IllegalStateException("a collection that nobody writes has files only");
      }
      sealed.add(new SealedPart(segment, manifest.segments().get(i), part.liveSet()));
    }
    boolean countsFrequencies = CollectionEncoders.countsFrequencies(snapshot.encoderSpec());
    return new CollectionParts(
        manifest.settings().schema(),
        limits.growth(),
        sealed,
        () ->
            new GrowingPart(
                manifest.settings().schema(),
                limits.growingDocumentsMax(),
                countsFrequencies,
                searchers));
  }

  /** Ends the threads that build. To be called when all writers have ended. */
  @Override
  public void close() {
    workers.seals().close();
    workers.merges().close();
    logPreparation.close();
  }
}

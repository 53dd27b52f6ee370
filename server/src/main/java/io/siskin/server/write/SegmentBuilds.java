package io.siskin.server.write;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.BuiltSegment;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.build.SegmentMerger;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Publication;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.counters.WriteTotals;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.ingest.SegmentCalibration;
import io.siskin.server.plan.Calibration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the segments of one collection on threads that all collections share. A build is throttled
 * and can be stopped between two pieces of its work.
 *
 * <p>Used by the writer's thread. The builds themselves read only what cannot change.
 */
final class SegmentBuilds {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentBuilds.class);

  /** Segments with fewer documents are not reordered: they are merged soon. */
  private static final int REORDERED_DOCUMENTS_MIN = 128_000;

  /** Segments with fewer documents are not calibrated: exact search is as quick there. */
  private static final int CALIBRATED_DOCUMENTS_MIN = 100_000;

  private final Workers workers;
  private final CollectionSettings settings;
  private final Weighting.Pinned weighting;
  private final EncoderSpec encoder;
  private final WriteTotals totals;

  /**
   * The threads of all builds: a seal never waits for a merge.
   *
   * @param seals runs seals
   * @param merges runs merges
   * @param pace lets them, and all others that write, give way to searches
   */
  record Workers(ExecutorService seals, ExecutorService merges, BulkPace pace) {
    /** Starts one thread for each of both. */
    static Workers start() {
      return new Workers(thread("siskin-seal"), thread("siskin-merge"), new BulkPace());
    }

    /**
     * Starts a thread that does not keep the process alive.
     *
     * @param name its name
     */
    static ExecutorService thread(String name) {
      return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
    }
  }

  /**
   * Makes the builds of a collection.
   *
   * @param workers where they run
   * @param settings how documents are stored, and which dense fields get graphs
   * @param weighting what the weights of documents mean
   * @param encoder how text becomes vectors, for calibration
   * @param totals counts the builds
   */
  SegmentBuilds(
      Workers workers,
      CollectionSettings settings,
      Weighting.Pinned weighting,
      EncoderSpec encoder,
      WriteTotals totals) {
    this.workers = workers;
    this.settings = settings;
    this.weighting = weighting;
    this.encoder = encoder;
    this.totals = totals;
  }

  /**
   * What a build made. Its folder is to be published.
   *
   * @param directory the folder
   * @param id the segment's id
   * @param documentCount its documents; 0 when none was left, and then there is no segment
   * @param lengthBytes the bytes of its files
   * @param newNumbers by source: the new number of each of its documents, or −1
   * @param calibration what was measured on it; null for nothing
   */
  record Result(
      Path directory,
      String id,
      int documentCount,
      long lengthBytes,
      List<int[]> newNumbers,
      @Nullable Calibration calibration) {
    /**
     * Returns the number of a document in the new segment.
     *
     * @param source the source that it was in
     * @param number its number there
     */
    int newNumber(int source, int number) {
      return newNumbers.get(source)[number];
    }
  }

  /** A build under way. */
  static final class Build {
    private final CompletableFuture<Result> done = new CompletableFuture<>();
    private final List<DocumentSet> livesBefore;
    private volatile boolean cancelled;

    private Build(List<DocumentSet> livesBefore) {
      this.livesBefore = livesBefore;
    }

    /** Returns what it makes, to come. */
    CompletableFuture<Result> done() {
      return done;
    }

    /** Returns by source what was live when the build began. */
    List<DocumentSet> livesBefore() {
      return livesBefore;
    }

    /** Stops it soon and waits until it has stopped. What it has made is removed. */
    void cancel() {
      cancelled = true;
      CompletableFuture<?> stopped =
          done.handle(
              (made, _) -> {
                remove(made);
                return null;
              });
      stopped.join();
    }

    private static void remove(@Nullable Result made) {
      try {
        if (made != null) {
          Publication.deleteDirectory(made.directory());
        }
      } catch (IOException left) {
        LOG.warn("{} is left until the collection is opened again: {}", made, left.getMessage());
      }
    }
  }

  /** Makes a segment in a folder. */
  @FunctionalInterface
  private interface Work {
    Result run(Path directory, BuildProgress progress) throws IOException;
  }

  /**
   * Begins to seal a growing segment.
   *
   * @param files the collection's files
   * @param source the segment, which is frozen
   */
  Build seal(CollectionFiles files, GrowingPart source) {
    Build build = new Build(List.of(source.frozenLive()));
    start(
        workers.seals,
        totals.seals(),
        build,
        files,
        (directory, progress) ->
            seal(source, directory, new ThrottledProgress(progress, false, workers.pace)));
    return build;
  }

  /**
   * Begins to merge neighbours.
   *
   * @param files the collection's files
   * @param sources the segments, in the order of indexing
   */
  Build merge(CollectionFiles files, List<SealedPart> sources) {
    Build build = new Build(sources.stream().map(SealedPart::live).toList());
    List<SegmentMerger.Input> inputs = new ArrayList<>();
    for (SealedPart source : sources) {
      inputs.add(new SegmentMerger.Input(source.segment().segment(), source.live()));
    }
    start(
        workers.merges,
        totals.merges(),
        build,
        files,
        (directory, progress) ->
            merge(inputs, directory, new ThrottledProgress(progress, true, workers.pace)));
    return build;
  }

  @SuppressWarnings("IllegalCatch") // Whatever it is, the one who waits is told.
  private static void start(
      ExecutorService executor,
      WriteTotals.Builds counted,
      Build build,
      CollectionFiles files,
      Work work) {
    counted.queued();
    executor.execute(
        () -> {
          counted.began();
          Path directory = null;
          long start = System.nanoTime();
          try {
            directory = files.newBuildDirectory();
            Result result = work.run(directory, new StoppableProgress(build));
            counted.finished(System.nanoTime() - start, result.lengthBytes());
            // Before the one who waits looks at the counts.
            counted.ended();
            build.done.complete(result);
          } catch (Throwable failed) {
            if (!build.cancelled) {
              counted.failed();
            }
            counted.ended();
            remove(directory, failed);
            build.done.completeExceptionally(failed);
          }
        });
  }

  private static void remove(@Nullable Path directory, Throwable failed) {
    try {
      if (directory != null) {
        Publication.deleteDirectory(directory);
      }
    } catch (IOException left) {
      failed.addSuppressed(left);
    }
  }

  private BuildOptions options(long documents) {
    BuildOptions options =
        settings.storage().buildOptions(weighting, 1).withGraphs(settings.schema().graphs());
    return documents < REORDERED_DOCUMENTS_MIN
        ? options.withReordering(new Reordering.None())
        : options;
  }

  private Result seal(GrowingPart source, Path directory, BuildProgress progress)
      throws IOException {
    DocumentSet live = source.frozenLive();
    int[] newNumbers = new int[live.documentCount()];
    Arrays.fill(newNumbers, SegmentMerger.DROPPED);
    if (live.isEmpty()) {
      return nothing(directory, List.of(newNumbers));
    }
    try (SegmentBuilder builder = new SegmentBuilder(directory, options(0), progress)) {
      int added = 0;
      for (int number = live.next(0); number >= 0; number = live.next(number + 1)) {
        QuantizedDocument document = source.document(number);
        builder.add(document);
        newNumbers[number] = added++;
      }
      return result(directory, builder.finish(), List.of(newNumbers), progress);
    }
  }

  private Result merge(List<SegmentMerger.Input> inputs, Path directory, BuildProgress progress)
      throws IOException {
    long documents = 0;
    for (SegmentMerger.Input input : inputs) {
      documents += input.live() == null ? 0 : input.live().size();
    }
    if (documents == 0) {
      return nothing(directory, inputs.stream().map(input -> new int[0]).toList());
    }
    SegmentMerger.Merged merged =
        SegmentMerger.merge(inputs, directory, options(documents), progress);
    return result(directory, merged.segment(), merged.newNumbers(), progress);
  }

  private static Result nothing(Path directory, List<int[]> newNumbers) throws IOException {
    Publication.deleteDirectory(directory);
    return new Result(directory, "", 0, 0, newNumbers, null);
  }

  private Result result(
      Path directory, BuiltSegment built, List<int[]> newNumbers, BuildProgress progress)
      throws IOException {
    return new Result(
        directory,
        built.id().toString(),
        Math.toIntExact(built.documentCount()),
        built.lengthBytes(),
        newNumbers,
        calibrate(directory, built, progress));
  }

  private @Nullable Calibration calibrate(
      Path directory, BuiltSegment built, BuildProgress progress) throws IOException {
    if (built.documentCount() < CALIBRATED_DOCUMENTS_MIN) {
      return null;
    }
    Segment segment = Segment.open(directory, Verification.STRUCTURE);
    try {
      return SegmentCalibration.sampled(segment, encoder, progress);
    } finally {
      segment.release();
    }
  }

  /** Ends a build that nobody waits for any more. */
  private record StoppableProgress(Build build) implements BuildProgress {
    @Override
    public void begin(String stage, long total) {
      check();
    }

    @Override
    public void advance(long done) {
      check();
    }

    @Override
    public void end() {
      check();
    }

    private void check() {
      if (build.cancelled) {
        throw new CancellationException("the build was stopped");
      }
    }
  }
}

package io.siskin.server.ingest;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.BuiltSegment;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.build.Weighting;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Publication;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.LogState;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.corpus.BadRecordPolicy;
import io.siskin.server.corpus.DocumentSource;
import io.siskin.server.corpus.DocumentSources;
import io.siskin.server.corpus.InputOptions;
import io.siskin.server.corpus.SkippingPolicy;
import io.siskin.server.corpus.SourceDocument;
import io.siskin.server.encode.factory.DenseEncoders;
import io.siskin.server.encode.factory.Encoders;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.plan.Calibration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes or replaces one collection of a data directory.
 *
 * <p>Used once, by one thread. Interrupting that thread, or an exception from the progress, stops
 * the job; the folder of the unfinished build is removed then.
 */
public final class IndexJob {
  private final IndexRequest request;
  private final BuildProgress progress;
  private final TextModels models;
  private final Consumer<Replacement> replacements;
  private final SkippingPolicy policy;
  private final DeclaredFields declaredFields;
  // Of the last document that was added.
  private long position;
  private final DocumentPlaces places = new DocumentPlaces();
  private long droppedCount;
  private final StoredEncodings stored;
  private long reusedCount;
  private long storedCount;
  private List<DenseLoss> losses = List.of();
  private List<GraphQuality> graphs = List.of();

  /**
   * Prepares a job.
   *
   * @param request what to index
   * @param progress told of reading and of each stage of the build
   * @param badRecords told of each bad record that is left out
   * @param models opens the models that the encoder needs
   */
  public IndexJob(
      IndexRequest request,
      BuildProgress progress,
      Consumer<InvalidInputException> badRecords,
      TextModels models) {
    this(request, progress, badRecords, models, replaced -> {}, StoredEncodings.none());
  }

  /**
   * Prepares a job.
   *
   * @param request what to index
   * @param progress told of reading and of each stage of the build
   * @param badRecords told of each bad record that is left out
   * @param models opens the models that the encoder needs
   * @param replacements told, before the work begins, of the collection that will be replaced, if
   *     there is one
   * @param stored the encodings of earlier jobs; the caller closes them after the job
   */
  public IndexJob(
      IndexRequest request,
      BuildProgress progress,
      Consumer<InvalidInputException> badRecords,
      TextModels models,
      Consumer<Replacement> replacements,
      StoredEncodings stored) {
    this.request = request;
    this.stored = stored;
    this.replacements = replacements;
    this.models = models;
    this.progress = progress;
    this.declaredFields = new DeclaredFields(request.schema());
    this.policy = new SkippingPolicy(request.skipBadCount(), badRecords);
  }

  /**
   * Runs the job.
   *
   * @throws InvalidInputException when a record or an option is bad and no more may be skipped
   * @throws IOException when reading or writing fails
   */
  public IndexReport run() throws IOException {
    long start = System.nanoTime();
    DataDirectory data = new DataDirectory(request.dataDirectory());
    EncoderSpec spec = encoderSpec();
    request.statistics().checkFit(spec);
    EncoderFiles files = new EncoderFiles(request, data);
    // Before anything is written: what is refused here leaves nothing behind.
    try (Encoders encoders = files.open(spec, models);
        DenseEncoders dense = files.openDense(models);
        DataDirectory.Writer writer = data.openForWriting(request.collection())) {
      CollectionManifest before = writer.current();
      if (before != null) {
        replacements.accept(Replacement.of(before, writer.directory(), spec));
      }
      Path directory = writer.newBuildDirectory();
      boolean published = false;
      try {
        BuiltSegment built = build(directory, writer.directory(), spec, encoders, dense);
        EncoderSpec pinned = pinned(spec, built);
        Calibration calibration = request.calibrate() ? calibrate(directory, pinned) : null;
        files.store(pinned, writer.directory());
        writer.publishSegment(directory, built.id().toString());
        published = true;
        writer.putCalibration(built.id().toString(), calibration);
        long generation = writer.generation() + 1;
        SegmentEntry entry =
            new SegmentEntry(built.id().toString(), built.documentCount(), built.lengthBytes());
        writer.commit(
            CollectionManifest.of(
                writer.name(),
                generation,
                pinned,
                settings(built),
                // A log of its own: what was written to the replaced collection is not in this one.
                new LogState(generation, 0, built.documentCount()),
                List.of(entry)));
        EncodingJournal.deleteAll(writer.directory());
        double seconds = (System.nanoTime() - start) / 1e9;
        return new IndexReport(
            writer.name(),
            generation,
            spec.kind(),
            built,
            policy.skippedCount(),
            droppedCount,
            reusedCount,
            storedCount,
            losses,
            graphs,
            seconds);
      } finally {
        if (!published) {
          Publication.deleteDirectory(directory);
        }
      }
    }
  }

  /** Returns what later segments of the collection are built with: what this one was. */
  private CollectionSettings settings(BuiltSegment built) {
    return new CollectionSettings(
        request.schema(),
        new StorageOptions(
            built.quantization(), request.options().structures(), request.options().reordering()),
        WriteOptions.DEFAULTS,
        null,
        request.statistics(),
        request.dense().encoders());
  }

  private BuiltSegment build(
      Path directory,
      Path collectionDirectory,
      EncoderSpec spec,
      Encoders encoders,
      DenseEncoders dense)
      throws IOException {
    GraphSampling sampling = new GraphSampling(progress);
    try (SegmentBuilder builder =
            new SegmentBuilder(
                directory,
                weighted(request.options(), spec).withGraphs(request.schema().graphs()),
                sampling);
        DenseLosses whole = new DenseLosses(request.dense(), request.schema(), directory)) {
      try (EncodingSteps steps =
              EncodingSteps.open(
                  request, spec, encoders, dense, collectionDirectory, policy, stored);
          DenseRows rows = DenseRows.open(request.dense(), request.schema())) {
        Reading reading = new Reading(steps, rows, encoded -> add(builder, whole, encoded));
        if (steps.hasModel()) {
          encode(reading, directory);
        } else {
          read(reading, directory);
        }
        rows.checkEnd();
        reusedCount = steps.reusedCount();
        storedCount = steps.storedCount();
      }
      BuiltSegment built = builder.finish();
      measure(whole, sampling, directory);
      return built;
    }
  }

  /**
   * How documents get from the inputs into the segment.
   *
   * @param steps encodes them
   * @param rows has vectors of theirs
   * @param sink adds them to the segment
   */
  private record Reading(EncodingSteps steps, DenseRows rows, EncodingQueue.Sink sink) {}

  /** Measures what dense fields lose, and how good their graphs are. */
  private void measure(DenseLosses whole, GraphSampling sampling, Path directory)
      throws IOException {
    if (whole.isEmpty() && request.schema().graphs().isEmpty()) {
      return;
    }
    Segment segment = Segment.open(directory, Verification.STRUCTURE);
    try {
      losses = whole.measure(segment, progress);
      graphs = sampling.measure(segment, request.schema());
    } finally {
      segment.release();
    }
  }

  /** Before the segment is published: whatever stops the job leaves nothing behind. */
  private @Nullable Calibration calibrate(Path directory, EncoderSpec spec) throws IOException {
    Segment segment = Segment.open(directory, Verification.STRUCTURE);
    try {
      return SegmentCalibration.sampled(segment, spec, progress);
    } finally {
      segment.release();
    }
  }

  private void read(Reading reading, Path spoolDirectory) throws IOException {
    QualityCut cut = request.pruning().dropsDocuments() ? qualityCut(spoolDirectory) : null;
    forEachDocument(
        "reading", spoolDirectory, policy, document -> put(document, cut, reading, reading.sink));
    reading.steps.drain(reading.sink);
  }

  /** Reads as {@link #read} does, but what takes time is the model: progress is in documents. */
  private void encode(Reading reading, Path spoolDirectory) throws IOException {
    QualityCut cut = request.pruning().dropsDocuments() ? qualityCut(spoolDirectory) : null;
    long[] total = new long[1];
    forEachDocument(
        "counting",
        spoolDirectory,
        error -> {},
        document -> {
          total[0]++;
          reading.steps.count(document);
        });
    awaitStored();
    progress.begin("encoding", total[0]);
    long[] done = new long[1];
    EncodingQueue.Sink sink =
        encoded -> {
          reading.sink.accept(encoded);
          progress.advance(++done[0]);
        };
    forEachDocument(null, spoolDirectory, policy, document -> put(document, cut, reading, sink));
    reading.steps.drain(sink);
    progress.end();
  }

  private void put(
      SourceDocument document, @Nullable QualityCut cut, Reading reading, EncodingQueue.Sink sink)
      throws IOException {
    IndexedDocument taken;
    try {
      boolean hasEncoder = !request.dense().encoders().isEmpty();
      taken = reading.rows.next(IndexedDocument.of(document, request.schema(), hasEncoder));
    } catch (InvalidInputException bad) {
      policy.onBadRecord(bad);
      return;
    }
    if (cut == null || stays(document, cut)) {
      reading.steps.put(taken, sink);
    }
  }

  /**
   * The first documents may be stored too. Their opening began before the documents were counted.
   */
  private void awaitStored() {
    try {
      stored.awaitOpening();
    } catch (InterruptedException stopped) {
      // The next step of the job ends it.
      Thread.currentThread().interrupt();
    }
  }

  private boolean stays(SourceDocument document, QualityCut cut) throws IOException {
    try {
      boolean dropped = cut.drops(document);
      droppedCount += dropped ? 1 : 0;
      return !dropped;
    } catch (InvalidInputException bad) {
      policy.onBadRecord(bad);
      return false;
    }
  }

  /** Reads all documents once before, for their qualities only; bad ones are reported later. */
  private QualityCut qualityCut(Path spoolDirectory) throws IOException {
    DocumentPruning pruning = request.pruning();
    QualityCut cut = new QualityCut(String.valueOf(pruning.qualityField()), pruning.dropShare());
    forEachDocument("qualities", spoolDirectory, error -> {}, cut::add);
    cut.settle();
    return cut;
  }

  /** What is done with each document. */
  @FunctionalInterface
  private interface Consumption {
    void accept(SourceDocument document) throws IOException;
  }

  /** Reads all documents; the stage is what the progress is told, null for nothing. */
  private void forEachDocument(
      @Nullable String stage, Path spoolDirectory, BadRecordPolicy bad, Consumption consumption)
      throws IOException {
    InputOptions reading =
        InputOptions.DEFAULT
            .withParserThreads(request.options().threads())
            .withSpoolDirectory(spoolDirectory);
    long total = 0;
    for (Path input : request.inputs()) {
      total += Files.size(input);
    }
    long before = 0;
    if (stage != null) {
      progress.begin(stage, total);
    }
    for (Path input : request.inputs()) {
      try (DocumentSource source = DocumentSources.open(input, request.format(), bad, reading)) {
        for (SourceDocument document = source.next(); document != null; document = source.next()) {
          consumption.accept(document);
          if (stage != null) {
            progress.advance(before + source.consumedBytes());
          }
        }
        before += source.lengthBytes();
      }
    }
    if (stage != null) {
      progress.end();
    }
  }

  private void add(SegmentBuilder builder, DenseLosses whole, IndexedDocument document)
      throws IOException {
    try {
      addFields(builder, document);
      whole.add(document.dense());
      places.add(document.source().place());
    } catch (InvalidInputException refused) {
      SourceDocument source = document.source();
      policy.onBadRecord(withEarlierPlace(refused, builder, source).at(source.place()));
    }
  }

  private void addFields(SegmentBuilder builder, IndexedDocument document) throws IOException {
    SparseVector vector =
        request.pruning().vector().prune(Objects.requireNonNull(document.vector()));
    Map<String, String> storedFields = document.fields();
    Map<String, FieldValue> declared = Map.of();
    Schema schema = request.schema();
    Map<String, List<SparseVector>> tokens = Map.of();
    if (!schema.dense().isEmpty()) {
      storedFields = new LinkedHashMap<>(storedFields);
      tokens = TokenMembers.take(schema, vector instanceof TermIdVector, storedFields);
    }
    Map<String, DenseVectors> dense =
        schema.stored(
            schema.stored(request.dense().shaped(schema, document.dense())),
            tokens,
            request.dense().shapedKeyed(schema, document.keyed()),
            vector);
    if (!request.schema().fields().isEmpty()) {
      Map<String, String> given = storedFields;
      storedFields = new LinkedHashMap<>();
      declared = declaredFields.split(given, storedFields);
      request.schema().check(declared);
    }
    // Positions count writes from 1, as those of single documents do.
    builder.add(document.source().id(), vector, storedFields, declared, position + 1, dense);
    position++;
  }

  /** Says where the first document of an id was read, if that is why another is refused. */
  private InvalidInputException withEarlierPlace(
      InvalidInputException refused, SegmentBuilder builder, SourceDocument document)
      throws IOException {
    int earlier = refused.field().equals("id") ? builder.documentNumber(document.id()) : -1;
    return earlier < 0
        ? refused
        : new InvalidInputException(
            "id",
            "'" + document.id() + "', as at " + places.get(earlier),
            "each id once in a collection");
  }

  private EncoderSpec encoderSpec() throws IOException {
    EncoderSpec wanted = request.encoder();
    if (wanted != null) {
      return wanted;
    }
    SourceDocument first = firstDocument();
    EncoderSpec found =
        first != null && first.vector() == null
            ? new Bm25Spec(new AnalyzerSpec.English())
            : new VectorSpec();
    request.pruning().requireFit(found);
    return found;
  }

  /**
   * Reads the first good document; what is bad before it is counted and reported when it is read
   * again.
   */
  private @Nullable SourceDocument firstDocument() throws IOException {
    for (Path input : request.inputs()) {
      try (DocumentSource source = DocumentSources.open(input, request.format(), error -> {})) {
        SourceDocument first = source.next();
        if (first != null) {
          return first;
        }
      }
    }
    return null;
  }

  private static BuildOptions weighted(BuildOptions options, EncoderSpec spec) {
    if (!(spec.base() instanceof Bm25Spec bm25)) {
      return options;
    }
    return options.withWeighting(
        bm25.pinsAverageLength()
            ? new Weighting.Bm25(bm25.k1(), bm25.b(), bm25.averageLength())
            : new Weighting.Bm25OfInput(bm25.k1(), bm25.b()));
  }

  /** Returns how the collection encodes, with what was pinned when its segment was built. */
  private static EncoderSpec pinned(EncoderSpec spec, BuiltSegment built) {
    return built.weighting() instanceof Weighting.Bm25 bm25
        ? spec.withAverageLength(bm25.averageLength())
        : spec;
  }
}

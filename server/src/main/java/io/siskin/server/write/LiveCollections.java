package io.siskin.server.write;

import io.siskin.index.build.Bm25Formula;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.VectorQuantizer;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.FieldValue;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.Aliases;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionEncoders;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.LogState;
import io.siskin.server.collection.ModelStore;
import io.siskin.server.collection.OpenSegment;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.log.LogFullException;
import io.siskin.server.log.LogOptions;
import io.siskin.server.log.WriteAheadLog;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.OpenCollections;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.GrowingSearchers;
import io.siskin.server.write.SegmentBuilds.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The collections that this process writes. A collection is opened for writing by its first write
 * and given back some time after its last one; in between, no other process can write it.
 *
 * <p>Safe for concurrent use. Closed by its owner before the catalog.
 */
public final class LiveCollections implements CollectionWrites, CollectionChanges, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveCollections.class);
  private static final int BATCH_DOCUMENTS_MAX = 10_000;
  // A writer that was opened just now can be given back again, but hardly several times.
  private static final int REOPEN_TRIES = 3;
  private static final DateTimeFormatter SNAPSHOT_NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final DataDirectory data;
  private final CollectionCatalog catalog;
  private final OpenCollections snapshots;
  private final TextModels models;
  private final WriteLimits limits;
  private final GrowingSearchers searchers = new GrowingSearchers(KernelProvider.current());
  private final Map<String, LiveCollection> open = new ConcurrentHashMap<>();
  private final Map<String, Object> locks = new ConcurrentHashMap<>();
  private volatile boolean isClosed;
  private final Workers workers = new Workers(worker("siskin-seal"), worker("siskin-merge"));
  // What waits for the disk, and what encodes without a model.
  private final ExecutorService changes =
      Executors.newThreadPerTaskExecutor(
          Thread.ofPlatform().daemon().name("siskin-change-", 0).factory());
  private final ExecutorService encoding =
      Executors.newFixedThreadPool(
          Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
          Thread.ofPlatform().daemon().name("siskin-encode-documents-", 0).factory());
  private final ExecutorService logPreparation = worker("siskin-log");
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("siskin-write-sweeper").factory());

  /**
   * Makes writers for the collections of a catalog.
   *
   * @param data where the collections are
   * @param catalog serves them
   * @param models opens the models that their encoders need
   * @param limits how much memory and time writes may take
   */
  @SuppressWarnings("FutureReturnValueIgnored") // It reports its failures itself and never ends.
  public LiveCollections(
      DataDirectory data, CollectionCatalog catalog, TextModels models, WriteLimits limits) {
    this.data = data;
    this.catalog = catalog;
    this.snapshots = new OpenCollections(catalog);
    this.models = models;
    this.limits = limits;
    sweeper.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  private static ExecutorService worker(String name) {
    return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  // ---- Writes --------------------------------------------------------------------------------

  @Override
  public CompletableFuture<List<WriteResult>> upsert(
      String collection,
      String tenant,
      List<DocumentInput> documents,
      WaitFor waitFor,
      Cancellation cancellation,
      WriteOrder order) {
    CompletableFuture<List<WriteResult>> result = new CompletableFuture<>();
    order.then(
        inOpen(
            collection,
            writer -> {
              Ranges.check("number of documents", documents.size(), 1, BATCH_DOCUMENTS_MAX);
              return prepare(writer.name(), tenant, documents, cancellation);
            }),
        (prepared, failure) -> {
          if (prepared == null) {
            result.completeExceptionally(unwrapped(failure));
            return CompletableFuture.completedFuture(null);
          }
          return submit(
              collection,
              new WriteTask.Upsert(
                  tenant, prepared, lengthBytes(prepared), waitFor, cancellation, result));
        });
    return result;
  }

  private CompletableFuture<List<PreparedDocument>> prepare(
      String name, String tenant, List<DocumentInput> documents, Cancellation cancellation) {
    CollectionSnapshot snapshot = snapshots.acquire(name);
    CompletableFuture<List<PreparedDocument>> prepared = null;
    try {
      checkTenant(snapshot, tenant);
      WritableCollection writable = new WritableCollection(snapshot, quantizer(snapshot)::quantize);
      prepared =
          new DocumentPreparation(writable, encoding).prepare(tenant, documents, cancellation);
      return prepared;
    } finally {
      // The encoders are closed with the snapshot, which is kept for as long as they are used.
      if (prepared == null) {
        snapshot.release();
      } else {
        CompletableFuture<?> _ = prepared.whenComplete((_, _) -> snapshot.release());
      }
    }
  }

  private static void checkTenant(CollectionSnapshot snapshot, String tenant) {
    // The one check of tenants; all documents are meant.
    var _ = new Selector.All().resolve(snapshot.manifest().settings().schema(), tenant);
  }

  private static VectorQuantizer quantizer(CollectionSnapshot snapshot) {
    StorageOptions storage = snapshot.manifest().settings().storage();
    return new VectorQuantizer(
        weighting(snapshot.encoderSpec()),
        storage.quantization(),
        storage.structures().residuals(),
        storage.structures().frequencies());
  }

  private static Weighting.Pinned weighting(EncoderSpec spec) {
    return spec.base() instanceof Bm25Spec bm25
        ? new Weighting.Bm25(
            bm25.k1(),
            bm25.b(),
            bm25.pinsAverageLength() ? bm25.averageLength() : Bm25Formula.AVERAGE_LENGTH_DEFAULT)
        : new Weighting.AsGiven();
  }

  private static long lengthBytes(List<PreparedDocument> documents) {
    long length = 64;
    for (PreparedDocument document : documents) {
      if (document instanceof PreparedDocument.Ready(var ready)) {
        length += LiveCollection.lengthBytes(ready);
      }
    }
    return length;
  }

  @Override
  public CompletableFuture<Deletion> delete(
      String collection,
      String tenant,
      Selector selector,
      WaitFor waitFor,
      Cancellation cancellation) {
    CompletableFuture<Deletion> result = new CompletableFuture<>();
    return submitChecked(
        collection,
        tenant,
        new WriteTask.Delete(tenant, selector, waitFor, cancellation, result),
        result);
  }

  @Override
  public CompletableFuture<List<WriteResult>> updateFields(
      String collection,
      String tenant,
      List<FieldsUpdate> updates,
      WaitFor waitFor,
      Cancellation cancellation) {
    CompletableFuture<List<WriteResult>> result = new CompletableFuture<>();
    long length = 64;
    for (FieldsUpdate update : updates) {
      length += 64L + update.id().length();
      for (FieldValue value : update.set().values()) {
        length += 32L + value.toText().length();
      }
    }
    return submitChecked(
        collection,
        tenant,
        new WriteTask.Update(tenant, updates, length, waitFor, cancellation, result),
        result);
  }

  private <T> CompletableFuture<T> submitChecked(
      String collection, String tenant, WriteTask.Write<T> task, CompletableFuture<T> result) {
    CompletableFuture<?> _ =
        inOpen(
                collection,
                writer -> {
                  CollectionSnapshot snapshot = snapshots.acquire(writer.name());
                  try {
                    checkTenant(snapshot, tenant);
                  } finally {
                    snapshot.release();
                  }
                  return submit(collection, task);
                })
            .exceptionally(
                failed -> {
                  result.completeExceptionally(unwrapped(failed));
                  return null;
                });
    return result;
  }

  /** Hands a write over; completed when that is done or has failed, which the write is told. */
  private CompletableFuture<?> submit(String collection, WriteTask task) {
    return inOpen(
            collection,
            writer -> {
              writer.submit(task);
              return CompletableFuture.completedFuture(null);
            })
        .exceptionally(
            refused -> {
              task.fail(unwrapped(refused));
              return null;
            });
  }

  /** What is done with an open writer. */
  @FunctionalInterface
  private interface WithWriter<T> {
    CompletableFuture<T> apply(LiveCollection writer);
  }

  /**
   * Does something with the writer of a collection, which is opened before if it is not open. When
   * the writer is just being given back, it is opened anew: a collection that is idle takes writes
   * like any other.
   */
  private <T> CompletableFuture<T> inOpen(String collection, WithWriter<T> work) {
    return inOpen(collection, work, REOPEN_TRIES);
  }

  private <T> CompletableFuture<T> inOpen(String collection, WithWriter<T> work, int tries) {
    String name = catalog.aliases().resolve(collection);
    CompletableFuture<T> done;
    LiveCollection writer = open.get(name);
    if (writer != null && isUsable(writer)) {
      done = applied(work, writer);
    } else if (isClosed) {
      return CompletableFuture.failedFuture(
          new CollectionNotWritableException(
              name, CollectionNotWritableException.Reason.CLOSING, "the server ends"));
    } else {
      done =
          CompletableFuture.supplyAsync(() -> unchecked(() -> writer(name)), changes)
              .thenCompose(opened -> applied(work, opened));
    }
    return tries == 0
        ? done
        : done.exceptionallyCompose(
            failed ->
                isClosing(unwrapped(failed)) && !isClosed
                    ? inOpen(collection, work, tries - 1)
                    : CompletableFuture.failedFuture(failed));
  }

  private static boolean isUsable(LiveCollection writer) {
    return writer.failure() == null && !writer.isEnding();
  }

  private static boolean isClosing(Throwable failed) {
    return failed instanceof CollectionNotWritableException refused
        && refused.reason() == CollectionNotWritableException.Reason.CLOSING;
  }

  @SuppressWarnings("IllegalCatch") // A failure is told in one way only, by the future.
  private static <T> CompletableFuture<T> applied(WithWriter<T> work, LiveCollection writer) {
    try {
      return work.apply(writer);
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  @SuppressWarnings("IllegalCatch") // It passes on whatever the work throws.
  private static <T> T unchecked(Callable<T> work) {
    try {
      return work.call();
    } catch (RuntimeException known) {
      throw known;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (Exception other) {
      throw new CompletionException(other);
    }
  }

  private static Throwable unwrapped(@Nullable Throwable failure) {
    Throwable cause = failure == null ? new IllegalStateException("no result") : failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  // ---- Opening and closing -------------------------------------------------------------------

  private Object lock(String name) {
    return locks.computeIfAbsent(name, _ -> new Object());
  }

  /** Returns the writer of a collection, opening it if need be. */
  private LiveCollection writer(String name) throws IOException {
    synchronized (lock(name)) {
      LiveCollection writer = open.get(name);
      if (writer != null && isUsable(writer)) {
        return writer;
      }
      if (writer != null) {
        close(name, writer);
      }
      // What is not there must not be made by the lock file.
      snapshots.acquire(name).release();
      DataDirectory.Writer rights = rights(name);
      boolean opened = false;
      try {
        LiveCollection made = open(name, rights);
        opened = true;
        return made;
      } catch (LogFullException full) {
        throw LiveCollection.diskFull(full);
      } finally {
        if (!opened) {
          catalog.disown(name);
          rights.close();
        }
      }
    }
  }

  private DataDirectory.Writer rights(String name) throws IOException {
    try {
      return data.openForWriting(name);
    } catch (DataDirectory.LockedException locked) {
      throw new CollectionNotWritableException(
          name, CollectionNotWritableException.Reason.LOCKED, String.valueOf(locked.getReason()));
    }
  }

  private LiveCollection open(String name, DataDirectory.Writer rights) throws IOException {
    CollectionManifest manifest = writable(name, rights, current(name, rights));
    EncoderSpec spec = manifest.encoderSpec(rights.directory());
    CollectionFiles files =
        new CollectionFiles(
            rights,
            manifest,
            spec,
            CollectionEncoders.countsFrequencies(spec),
            catalog::publishNext);
    SegmentBuilds builds =
        new SegmentBuilds(workers, manifest.settings().storage(), weighting(spec), spec);
    recover(files, builds);
    if (files.manifest().log().epoch() == 0) {
      // A collection that was built in bulk by an older version has no log yet.
      begin(files);
    }
    catalog.own(name);
    catalog.reopen(name, files.manifest());
    CollectionParts parts = partsOf(snapshots.acquire(name), files.manifest());
    WriteAheadLog log =
        WriteAheadLog.open(
            DataDirectory.logDirectory(rights.directory(), files.manifest().log().epoch()),
            logOptions(),
            files.manifest().log().floor() + 1,
            (_, _, _) -> {
              throw new IllegalStateException("the log was recovered and is empty");
            });
    LiveCollection made =
        new LiveCollection(
            files,
            parts,
            new SegmentWorks(builds, mergePolicy(), log),
            log,
            limits.queueBytesMax(),
            System::nanoTime);
    open.put(name, made);
    made.start();
    LOG.info("collection {} is opened for writing", name);
    return made;
  }

  private static CollectionManifest current(String name, DataDirectory.Writer rights)
      throws IOException {
    CollectionManifest manifest = rights.current();
    if (manifest == null) {
      throw new CollectionNotFoundException(name, List.of());
    }
    return manifest;
  }

  private MergePolicy mergePolicy() {
    return new MergePolicy(limits.growingDocumentsMax(), FormatV1.DOCUMENT_COUNT_MAX);
  }

  private LogOptions logOptions() {
    return LogOptions.defaults(logPreparation);
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
    return manifest.version() == 1
        ? manifest.withSettings(settingsOfSegments(rights.directory(), manifest))
        : manifest;
  }

  private static CollectionSettings settingsOfSegments(Path directory, CollectionManifest manifest)
      throws IOException {
    StorageOptions defaults = StorageOptions.DEFAULTS;
    boolean residuals = false;
    boolean clusters = false;
    boolean fields = false;
    for (SegmentEntry entry : manifest.segments()) {
      Segment segment =
          Segment.open(
              DataDirectory.segmentDirectory(directory, entry.id()), Verification.STRUCTURE);
      residuals |= segment.residuals() != null;
      clusters |= segment.clusters() != null;
      fields |= !segment.documents().fieldNames().isEmpty();
      segment.release();
    }
    BuildOptions.Structures structures =
        new BuildOptions.Structures(
            true,
            residuals,
            defaults.structures().blockMax(),
            defaults.structures().impacts(),
            clusters ? ClusterOptions.DEFAULTS : null,
            fields || manifest.segments().isEmpty());
    return new CollectionSettings(
        CollectionSettings.DEFAULTS.schema(),
        new StorageOptions(defaults.quantization(), structures, defaults.reordering()),
        CollectionSettings.DEFAULTS.writes(),
        null,
        CollectionSettings.DEFAULTS.statistics());
  }

  private void recover(CollectionFiles files, SegmentBuilds builds) throws IOException {
    Recovery.run(files, () -> recoveredParts(files), builds, logOptions());
  }

  private CollectionParts recoveredParts(CollectionFiles files) throws IOException {
    List<SealedPart> sealed = new ArrayList<>();
    for (SegmentEntry entry : files.manifest().segments()) {
      OpenSegment segment =
          // What a crash may have damaged is searched for ids here, so all of it is verified.
          OpenSegment.open(files.directory(), entry, Verification.FULL, 0, false);
      sealed.add(
          new SealedPart(
              segment, entry, OpenSegment.readLive(files.directory(), entry, segment.segment())));
    }
    return parts(files.manifest(), sealed, false);
  }

  private static void begin(CollectionFiles files) throws IOException {
    CollectionManifest manifest = files.manifest();
    long documents = manifest.segments().stream().mapToLong(SegmentEntry::documentCount).sum();
    files.commitLog(
        new LogState(
            manifest.generation() + 1, 0, Math.max(documents, manifest.log().lastPosition())),
        manifest.segments());
  }

  private CollectionParts partsOf(CollectionSnapshot snapshot, CollectionManifest manifest) {
    try {
      List<SealedPart> sealed = new ArrayList<>();
      for (int i = 0; i < snapshot.parts().size(); i++) {
        SnapshotPart part = snapshot.parts().get(i);
        if (!(part.lease() instanceof OpenSegment segment) || !segment.tryRetain()) {
          throw new IllegalStateException("a collection that nobody writes has files only");
        }
        sealed.add(new SealedPart(segment, manifest.segments().get(i), part.liveSet()));
      }
      return parts(manifest, sealed, CollectionEncoders.countsFrequencies(snapshot.encoderSpec()));
    } finally {
      snapshot.release();
    }
  }

  private CollectionParts parts(
      CollectionManifest manifest, List<SealedPart> sealed, boolean countsFrequencies) {
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

  /**
   * Recovers every collection whose log has writes that no segment has. To be called before the
   * catalog opens the collections.
   *
   * @throws IOException when a log cannot be read or a segment cannot be written
   */
  public void recoverAll() throws IOException {
    data.removeLeftovers();
    for (String name : data.collections()) {
      Path directory = data.collectionDirectory(name);
      if (!Recovery.isNeeded(directory, CollectionManifest.read(directory))) {
        continue;
      }
      try (DataDirectory.Writer rights = data.openForWriting(name)) {
        CollectionManifest manifest = rights.current();
        if (manifest != null) {
          EncoderSpec spec = manifest.encoderSpec(directory);
          recover(
              new CollectionFiles(rights, manifest, spec, false, (_, parts, _) -> release(parts)),
              new SegmentBuilds(workers, manifest.settings().storage(), weighting(spec), spec));
        }
      } catch (DataDirectory.LockedException locked) {
        LOG.warn(
            "collection {}: another process writes it, so what is in its log is not searched here",
            name);
      }
    }
  }

  private static void release(List<SnapshotPart> parts) {
    parts.forEach(part -> part.lease().release());
  }

  @SuppressWarnings("IllegalCatch") // The sweeper must go on with the others.
  private void sweep() {
    for (Map.Entry<String, LiveCollection> one : open.entrySet()) {
      try {
        LiveCollection writer = one.getValue();
        if (writer.failure() != null || writer.idleNanos() >= limits.idleNanosMax()) {
          synchronized (lock(one.getKey())) {
            if (open.get(one.getKey()) == writer) {
              giveBack(one.getKey(), writer);
            }
          }
        }
      } catch (Throwable failed) {
        LOG.warn("collection {} could not be given back", one.getKey(), failed);
      }
    }
  }

  /** Seals what is in memory and gives the collection back to other processes, if it is idle. */
  private void giveBack(String name, LiveCollection writer) {
    if (writer.failure() == null) {
      writer.flush().join();
      if (!writer.closeIfIdle().join()) {
        return;
      }
    }
    close(name, writer);
  }

  private void close(String name, LiveCollection writer) {
    writer.close();
    open.remove(name, writer);
    catalog.disown(name);
  }

  /** Seals what is in memory and ends all writers. What cannot be sealed stays in its log. */
  @Override
  public void close() {
    close(true);
  }

  /** Ends all writers and leaves what is in memory to their logs, as a crash does. */
  void closeUnsealed() {
    close(false);
  }

  @SuppressWarnings("IllegalCatch") // Every collection must be closed.
  private void close(boolean seal) {
    isClosed = true;
    sweeper.close();
    for (Map.Entry<String, LiveCollection> one : Map.copyOf(open).entrySet()) {
      synchronized (lock(one.getKey())) {
        try {
          if (seal && one.getValue().failure() == null) {
            one.getValue().flush().join();
          }
        } catch (Throwable failed) {
          LOG.warn("collection {} could not be sealed; its log keeps it", one.getKey(), failed);
        }
        close(one.getKey(), one.getValue());
      }
    }
    changes.close();
    encoding.close();
    workers.seals().close();
    workers.merges().close();
    logPreparation.close();
  }

  /**
   * Makes what was written so far visible to searches.
   *
   * @param collection the collection's name, or an alias
   * @return completed when it is; at once when nobody writes the collection
   */
  public CompletableFuture<Void> refresh(String collection) {
    LiveCollection writer = open.get(catalog.aliases().resolve(collection));
    return writer == null || writer.failure() != null
        ? CompletableFuture.completedFuture(null)
        : writer.refresh();
  }

  // ---- Changes of collections ----------------------------------------------------------------

  private <T> CompletableFuture<T> change(Callable<T> work) {
    return CompletableFuture.supplyAsync(() -> unchecked(work), changes);
  }

  @Override
  public CompletableFuture<Void> create(
      String name, CollectionSettings settings, EncoderSpec encoder) {
    return change(
        () -> {
          DataDirectory.checkName("name", name);
          synchronized (lock(name)) {
            requireFree(name);
            requireModels(encoder);
            EncoderSpec pinned =
                encoder.base() instanceof Bm25Spec bm25 && !bm25.pinsAverageLength()
                    ? encoder.withAverageLength(Bm25Formula.AVERAGE_LENGTH_DEFAULT)
                    : encoder;
            try (DataDirectory.Writer rights = rights(name)) {
              if (rights.current() != null) {
                throw new NameTakenException("collection", name);
              }
              settings.statistics().checkFit(pinned);
              CollectionManifest manifest =
                  CollectionManifest.of(
                      name, 1, pinned, settings, new LogState(1, 0, 0), List.of());
              // Before it is there: what cannot be opened must not be made.
              CollectionSnapshot.open(rights.directory(), manifest, Verification.STRUCTURE, models)
                  .release();
              rights.commit(manifest);
            }
            catalog.open(name);
          }
          return null;
        });
  }

  /** A model that is missing is a fault of the request; without this it would look like ours. */
  private void requireModels(EncoderSpec encoder) {
    for (ModelRef model : encoder.models()) {
      if (!Files.isDirectory(ModelStore.of(data).path(model))) {
        throw new InvalidInputException(
            "encoder",
            "with the model " + model.name() + ", which is not there",
            "a model of the server's data directory");
      }
    }
  }

  private void requireFree(String name) {
    if (catalog.names().contains(name)) {
      throw new NameTakenException("collection", name);
    }
    if (catalog.aliases().collections().containsKey(name)) {
      throw new NameTakenException("alias", name);
    }
  }

  private void requireCollection(String name) {
    if (!catalog.names().contains(name)) {
      throw new CollectionNotFoundException(name, catalog.names());
    }
  }

  @Override
  public CompletableFuture<Void> drop(String name) {
    return change(
        () -> {
          synchronized (lock(name)) {
            requireCollection(name);
            List<String> aliases = catalog.aliases().of(name);
            if (!aliases.isEmpty()) {
              throw new CollectionNotWritableException(
                  name,
                  CollectionNotWritableException.Reason.ALIASED,
                  "the aliases " + String.join(", ", aliases) + " name it");
            }
            LiveCollection writer = open.get(name);
            if (writer != null) {
              close(name, writer);
            }
            catalog.own(name);
            try (DataDirectory.Writer rights = rights(name)) {
              rights.drop();
              catalog.remove(name);
            } finally {
              catalog.disown(name);
            }
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Optional<String>> setAlias(String alias, String collection) {
    return change(
        () -> {
          DataDirectory.checkName("alias", alias);
          // Neither name may come or go meanwhile. Always in the same order, so that nobody waits
          // for one who waits for him.
          boolean aliasFirst = alias.compareTo(collection) < 0;
          synchronized (lock(aliasFirst ? alias : collection)) {
            synchronized (lock(aliasFirst ? collection : alias)) {
              return switchAlias(alias, collection);
            }
          }
        });
  }

  private Optional<String> switchAlias(String alias, String collection) throws IOException {
    synchronized (locks) {
      if (catalog.names().contains(alias)) {
        throw new NameTakenException("collection", alias);
      }
      requireCollection(collection);
      Aliases before = catalog.aliases();
      Ranges.check("number of aliases", before.collections().size(), 0, Aliases.COUNT_MAX - 1);
      catalog.putAliases(before.with(alias, collection));
      return Optional.ofNullable(before.collections().get(alias));
    }
  }

  @Override
  public CompletableFuture<Void> deleteAlias(String alias) {
    return change(
        () -> {
          synchronized (locks) {
            Aliases before = catalog.aliases();
            if (!before.collections().containsKey(alias)) {
              throw new CollectionNotFoundException(
                  alias, List.copyOf(before.collections().keySet()));
            }
            catalog.putAliases(before.without(alias));
          }
          return null;
        });
  }

  @Override
  public SortedMap<String, String> aliases() {
    return catalog.aliases().collections();
  }

  @Override
  public CompletableFuture<Void> flush(String collection) {
    return inOpen(collection, LiveCollection::flush);
  }

  @Override
  public CompletableFuture<Void> compact(String collection) {
    return inOpen(collection, LiveCollection::compact);
  }

  @Override
  public CompletableFuture<KeptSnapshot> createSnapshot(String collection, String snapshot) {
    String name = snapshot.isEmpty() ? SNAPSHOT_NAME.format(Instant.now()) : snapshot;
    return inOpen(
        collection,
        writer -> {
          DataDirectory.checkName("snapshot", name);
          return writer.keep(name);
        });
  }

  @Override
  public CompletableFuture<List<KeptSnapshot>> snapshots(String collection) {
    return change(
        () -> {
          String name = catalog.aliases().resolve(collection);
          requireCollection(name);
          return SnapshotStore.list(data.collectionDirectory(name), name);
        });
  }

  @Override
  public CompletableFuture<Void> deleteSnapshot(String collection, String snapshot) {
    return change(
        () -> {
          String name = catalog.aliases().resolve(collection);
          requireCollection(name);
          SnapshotStore.delete(data.collectionDirectory(name), name, snapshot);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> restore(String collection, String snapshot, String newCollection) {
    return change(
        () -> {
          String name = catalog.aliases().resolve(collection);
          requireCollection(name);
          DataDirectory.checkName("new_collection", newCollection);
          synchronized (lock(newCollection)) {
            requireFree(newCollection);
            // Removes what a killed creation has left under the name.
            rights(newCollection).close();
            SnapshotStore.restore(
                data, data.collectionDirectory(name), name, snapshot, newCollection, models);
            catalog.open(newCollection);
          }
          return null;
        });
  }
}

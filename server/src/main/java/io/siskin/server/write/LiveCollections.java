package io.siskin.server.write;

import io.siskin.index.build.Bm25Formula;
import io.siskin.index.document.FieldValue;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.Aliases;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.LogState;
import io.siskin.server.collection.ModelStore;
import io.siskin.server.collection.Pipelines;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.suggest.QueryLog;
import io.siskin.server.trace.RequestTrace;
import io.siskin.server.write.SegmentBuilds.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The collections that this process writes. A collection is opened for writing by its first write
 * and given back some time after its last one; in between, no other process can write it.
 *
 * <p>Safe for concurrent use. Closed by its owner before the catalog.
 */
public final class LiveCollections implements CollectionWrites, CollectionChanges, AutoCloseable {
  private static final DateTimeFormatter SNAPSHOT_NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final DataDirectory data;
  private final CollectionCatalog catalog;
  private final TextModels models;
  private final CollectionOpener opener;
  private final OpenWriters writers;
  private final Upserts upserts;
  private final BulkPace pace;

  /** Whoever holds a name may take this too, and never the other way round. */
  private final Object aliasLock = new Object();

  /** Runs what waits for the disk. */
  private final ExecutorService changes =
      Executors.newThreadPerTaskExecutor(
          Thread.ofPlatform().daemon().name("siskin-change-", 0).factory());

  /**
   * Makes writers for the collections of a catalog.
   *
   * @param data where the collections are
   * @param catalog serves them
   * @param models opens the models that their encoders need
   * @param limits how much memory and time writes may take
   */
  public LiveCollections(
      DataDirectory data, CollectionCatalog catalog, TextModels models, WriteLimits limits) {
    this(data, catalog, models, limits, Workers.start());
  }

  /** Makes writers that have their segments built by given threads, which are closed with them. */
  LiveCollections(
      DataDirectory data,
      CollectionCatalog catalog,
      TextModels models,
      WriteLimits limits,
      Workers workers) {
    this.data = data;
    this.catalog = catalog;
    this.models = models;
    this.opener = new CollectionOpener(catalog, models, limits, workers);
    this.writers = new OpenWriters(data, catalog, opener, changes, limits.idleNanosMax());
    this.pace = workers.pace();
    this.upserts = new Upserts(writers, catalog, limits.queueBytesMax(), pace);
  }

  /** Returns what lets writes give way to searches; it does not until it is told of searches. */
  public BulkPace pace() {
    return pace;
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
    return upserts.upsert(
        new Upserts.Request(
            collection, tenant, documents, waitFor, cancellation, RequestTrace.current()),
        order);
  }

  @Override
  public CompletableFuture<Deletion> delete(
      String collection,
      String tenant,
      Selector selector,
      WaitFor waitFor,
      Cancellation cancellation) {
    CompletableFuture<Deletion> result = new CompletableFuture<>();
    return submit(
        collection,
        new WriteTask.Delete(
            tenant, selector, waitFor, cancellation, RequestTrace.current(), result));
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
      length += 64L + DocumentHeap.bytes(update.id());
      for (FieldValue value : update.set().values()) {
        length += 48L + DocumentHeap.bytes(value);
      }
    }
    return submit(
        collection,
        new WriteTask.Update(
            tenant, updates, length, waitFor, cancellation, RequestTrace.current(), result));
  }

  private <T> CompletableFuture<T> submit(String collection, WriteTask.Write<T> task) {
    CompletableFuture<?> _ =
        writers
            .with(
                collection,
                writer -> {
                  writer.submit(task);
                  return CompletableFuture.completedFuture(true);
                })
            .exceptionally(
                refused -> {
                  task.fail(Failures.unwrapped(refused));
                  return null;
                });
    return task.result();
  }

  // ---- Beginning and end ---------------------------------------------------------------------

  /**
   * Opens every collection whose log has writes that no segment has. They are searched from memory
   * until they are sealed, so this needs no room on the disk. To be called before the catalog opens
   * the collections.
   *
   * @throws IOException when a log or a segment cannot be read
   */
  public void recoverAll() throws IOException {
    data.removeLeftovers();
    writers.recoverAll();
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

  private void close(boolean seal) {
    writers.close(seal);
    upserts.close();
    opener.close();
  }

  /**
   * Makes what was written so far visible to searches.
   *
   * @param collection the collection's name, or an alias
   * @return completed when it is; at once when nobody writes the collection
   */
  public CompletableFuture<Void> refresh(String collection) {
    LiveCollection writer = writers.find(collection);
    return writer == null ? CompletableFuture.completedFuture(null) : writer.refresh();
  }

  /**
   * Returns what was written so far, by collection, and what the writers hold now. A collection
   * that is gone takes its counts along. Safe for concurrent use.
   */
  public SortedMap<String, WriteCounts> counts() {
    SortedMap<String, WriteCounts> counts = new TreeMap<>();
    for (String name : catalog.names()) {
      counts.put(name, counts(name));
    }
    return counts;
  }

  /**
   * Returns what was written to a collection so far, and what its writer holds now. Safe for
   * concurrent use.
   *
   * @param collection the collection's name
   */
  public WriteCounts counts(String collection) {
    return writers.counts(collection);
  }

  // ---- Changes of collections ----------------------------------------------------------------

  private <T> CompletableFuture<T> change(String name, Callable<T> work) {
    try {
      return CompletableFuture.supplyAsync(() -> Failures.unchecked(() -> changed(work)), changes);
    } catch (RejectedExecutionException ended) {
      return CompletableFuture.failedFuture(OpenWriters.ending(name));
    }
  }

  private <T> T changed(Callable<T> work) throws Exception {
    try {
      return work.call();
    } catch (IOException failed) {
      throw FullDisk.told(failed, data.root()) instanceof WritesOverloadedException full
          ? full
          : failed;
    }
  }

  /**
   * Does something with the files of a collection, which may be dropped meanwhile.
   *
   * @param collection its name, or an alias
   */
  private <T> CompletableFuture<T> changeFiles(String collection, OfFiles<T> work) {
    return change(
        collection,
        () -> {
          String name = catalog.aliases().resolve(collection);
          requireCollection(name);
          Path directory = data.collectionDirectory(name);
          try {
            return work.apply(name, directory);
          } catch (IOException failed) {
            if (Files.exists(directory.resolve(CollectionManifest.FILE_NAME))) {
              throw failed;
            }
            throw new CollectionNotFoundException(name, catalog.names());
          }
        });
  }

  /** What is done with the files of a collection. */
  @FunctionalInterface
  private interface OfFiles<T> {
    @Nullable T apply(String name, Path directory) throws IOException;
  }

  @Override
  public CompletableFuture<Void> create(
      String name, CollectionSettings settings, EncoderSpec encoder) {
    return change(
        name,
        () -> {
          DataDirectory.checkName("name", name);
          if (!settings.storage().structures().forward()) {
            throw new InvalidInputException(
                "storage", "without a forward index", "with one, which merges and updates read");
          }
          try (NameLocks.Held _ = writers.locks().hold(name)) {
            requireFree(name);
            requireModels(encoder, settings);
            EncoderSpec pinned =
                encoder.base() instanceof Bm25Spec bm25 && !bm25.pinsAverageLength()
                    ? encoder.withAverageLength(Bm25Formula.AVERAGE_LENGTH_DEFAULT)
                    : encoder;
            try (DataDirectory.Writer rights = writers.rights(name)) {
              // A manifest that cannot be read is one all the same: what it names is not given up.
              if (Files.exists(rights.directory().resolve(CollectionManifest.FILE_NAME))) {
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
  private void requireModels(EncoderSpec encoder, CollectionSettings settings) {
    encoder.models().forEach(model -> requireModel("encoder", model));
    settings
        .denseEncoders()
        .forEach(
            (field, dense) ->
                dense
                    .models()
                    .forEach(
                        model -> requireModel("encoder of dense field '" + field + "'", model)));
  }

  private void requireModel(String what, ModelRef model) {
    if (!Files.isDirectory(ModelStore.of(data).path(model))) {
      throw new InvalidInputException(
          what,
          "with the model " + model.name() + ", which is not there",
          "a model of the server's data directory");
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
        name,
        () -> {
          try (NameLocks.Held _ = writers.locks().hold(name)) {
            requireCollection(name);
            List<String> aliases = catalog.aliases().of(name);
            if (!aliases.isEmpty()) {
              throw new CollectionNotWritableException(
                  name,
                  CollectionNotWritableException.Reason.ALIASED,
                  "the aliases " + String.join(", ", aliases) + " name it");
            }
            writers.end(name);
            catalog.own(name);
            try (DataDirectory.Writer rights = writers.rights(name)) {
              rights.drop();
              catalog.remove(name);
              writers.forget(name);
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
        alias,
        () -> {
          DataDirectory.checkName("alias", alias);
          // Neither name may come or go meanwhile.
          try (NameLocks.Held _ = writers.locks().hold(alias, collection)) {
            return switchAlias(alias, collection);
          }
        });
  }

  private Optional<String> switchAlias(String alias, String collection) throws IOException {
    synchronized (aliasLock) {
      if (catalog.names().contains(alias)) {
        throw new NameTakenException("collection", alias);
      }
      requireCollection(collection);
      // Those of the disk: a server that is still opening its collections knows none yet.
      Aliases before = Aliases.read(data.root());
      Ranges.check("number of aliases", before.collections().size(), 0, Aliases.COUNT_MAX - 1);
      catalog.putAliases(before.with(alias, collection));
      return Optional.ofNullable(before.collections().get(alias));
    }
  }

  @Override
  public CompletableFuture<Void> deleteAlias(String alias) {
    return change(
        alias,
        () -> {
          synchronized (aliasLock) {
            Aliases before = Aliases.read(data.root());
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
  public CompletableFuture<Void> putPipeline(String collection, String pipeline, String tree) {
    return changePipelines(
        collection,
        before -> {
          DataDirectory.checkName("pipeline", pipeline);
          return before.with(pipeline, tree);
        });
  }

  @Override
  public CompletableFuture<Void> deletePipeline(String collection, String pipeline) {
    return changePipelines(collection, before -> before.without(pipeline));
  }

  private CompletableFuture<Void> changePipelines(
      String collection, UnaryOperator<Pipelines> change) {
    return change(
        collection,
        () -> {
          String name = catalog.aliases().resolve(collection);
          // It may not be dropped meanwhile, since its pipelines go with it.
          try (NameLocks.Held _ = writers.locks().hold(name)) {
            requireCollection(name);
            Pipelines before = Pipelines.read(data.collectionDirectory(name));
            Pipelines after = change.apply(before);
            if (!after.equals(before)) {
              catalog.putPipelines(name, after);
            }
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> putQueryLog(String collection, QueryLog log) {
    return change(
        collection,
        () -> {
          String name = catalog.aliases().resolve(collection);
          // It may not be dropped meanwhile, since its log goes with it.
          try (NameLocks.Held _ = writers.locks().hold(name)) {
            requireCollection(name);
            catalog.putQueryLog(name, log);
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> flush(String collection) {
    return writers.with(collection, LiveCollection::flush);
  }

  @Override
  public CompletableFuture<Void> compact(String collection) {
    return writers.with(collection, LiveCollection::compact);
  }

  @Override
  public CompletableFuture<KeptSnapshot> createSnapshot(String collection, String snapshot) {
    String name = snapshot.isEmpty() ? SNAPSHOT_NAME.format(Instant.now()) : snapshot;
    return writers.with(
        collection,
        writer -> {
          DataDirectory.checkName("snapshot", name);
          return writer.keep(name);
        });
  }

  @Override
  public CompletableFuture<List<KeptSnapshot>> snapshots(String collection) {
    return changeFiles(collection, (name, directory) -> SnapshotStore.list(directory, name));
  }

  @Override
  public CompletableFuture<Void> deleteSnapshot(String collection, String snapshot) {
    return changeFiles(
        collection,
        (name, directory) -> {
          SnapshotStore.delete(directory, name, snapshot);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> restore(String collection, String snapshot, String newCollection) {
    return changeFiles(
        collection,
        (name, directory) -> {
          DataDirectory.checkName("new_collection", newCollection);
          try (NameLocks.Held _ = writers.locks().hold(newCollection)) {
            requireFree(newCollection);
            // Removes what a killed creation has left under the name.
            writers.rights(newCollection).close();
            SnapshotStore.restore(data, directory, name, snapshot, newCollection, models);
            catalog.open(newCollection);
          }
          return null;
        });
  }
}

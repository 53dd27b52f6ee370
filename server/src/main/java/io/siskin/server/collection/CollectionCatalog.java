package io.siskin.server.collection;

import io.siskin.index.store.Verification;
import io.siskin.server.encode.factory.TextModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The collections in service: opens all of a data directory and, while watching, follows what other
 * processes commit there. A replaced collection is opened aside, warmed, then swapped in; searches
 * under way end on the old snapshot.
 *
 * <p>Safe for concurrent use. Closed by its owner after the last search.
 */
public final class CollectionCatalog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CollectionCatalog.class);
  private static final int OPEN_TRIES = 5;

  private final DataDirectory data;
  private final Verification verification;
  private final Consumer<CollectionSnapshot> warmer;
  private final TextModels models;
  private final ConcurrentSkipListMap<String, CollectionSnapshot> snapshots =
      new ConcurrentSkipListMap<>();
  private final Map<String, String> failures = new TreeMap<>();
  private @Nullable ScheduledExecutorService watcher;

  /**
   * Makes an empty catalog.
   *
   * @param data where the collections are
   * @param verification how much of each file is read before it is used
   * @param warmer called with each snapshot before it serves
   * @param models opens the models that their encoders need
   */
  public CollectionCatalog(
      DataDirectory data,
      Verification verification,
      Consumer<CollectionSnapshot> warmer,
      TextModels models) {
    this.data = data;
    this.verification = verification;
    this.warmer = warmer;
    this.models = models;
  }

  /**
   * Opens every collection of the data directory.
   *
   * @throws IOException the first failure; what was opened before it stays open until {@link
   *     #close}
   */
  public synchronized void openAll() throws IOException {
    for (String name : data.collections()) {
      open(name);
    }
  }

  /**
   * Begins to follow what is committed to the data directory.
   *
   * @param intervalMillis how often to look, 10 or more
   */
  @SuppressWarnings("FutureReturnValueIgnored") // It reports its failures itself and never ends.
  public synchronized void watch(long intervalMillis) {
    ScheduledExecutorService executor =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("siskin-catalog").factory());
    executor.scheduleWithFixedDelay(
        this::refresh, intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
    watcher = executor;
  }

  /**
   * Returns the current snapshot of a collection with a reference that the caller releases; null
   * when there is no such collection.
   *
   * @param name the collection's name
   */
  public @Nullable CollectionSnapshot acquire(String name) {
    while (true) {
      CollectionSnapshot snapshot = snapshots.get(name);
      if (snapshot == null) {
        return null;
      }
      if (snapshot.tryRetain()) {
        return snapshot;
      }
      // It was replaced between the two calls; the new one is in the map already.
    }
  }

  /** Returns the names of the collections in service, sorted. */
  public List<String> names() {
    return List.copyOf(snapshots.keySet());
  }

  /** Stops watching and releases all snapshots. */
  @Override
  public void close() {
    ScheduledExecutorService executor;
    synchronized (this) {
      executor = watcher;
      watcher = null;
    }
    if (executor != null) {
      executor.close();
    }
    synchronized (this) {
      snapshots.values().forEach(CollectionSnapshot::release);
      snapshots.clear();
    }
  }

  /** Looks once for collections that were added, replaced or removed. */
  synchronized void refresh() {
    try {
      List<String> names = data.collections();
      for (String name : names) {
        refresh(name);
      }
      for (String name : List.copyOf(snapshots.keySet())) {
        if (!names.contains(name)) {
          LOG.info("collection {} was removed", name);
          replace(name, null);
        }
      }
    } catch (IOException failed) {
      report("data directory " + data.root(), failed);
    }
  }

  // A failure of one collection, whatever it is, must not end the watching of the others.
  @SuppressWarnings("IllegalCatch")
  private void refresh(String name) {
    try {
      CollectionSnapshot current = snapshots.get(name);
      CollectionManifest manifest = CollectionManifest.read(data.collectionDirectory(name));
      if (current == null || !current.manifest().equals(manifest)) {
        open(name);
        failures.remove(name);
      }
    } catch (IOException | RuntimeException failed) {
      // The old snapshot goes on serving; the same failure is reported once.
      report(name, failed);
    }
  }

  /**
   * Opens one collection.
   *
   * @param name its name
   * @throws IOException when it is missing or cannot be opened
   */
  public synchronized void open(String name) throws IOException {
    Path directory = data.collectionDirectory(name);
    for (int tries = 1; ; tries++) {
      CollectionManifest manifest = CollectionManifest.read(directory);
      try {
        open(name, CollectionSnapshot.open(directory, manifest, verification, models));
        return;
      } catch (IOException failed) {
        // A commit between the reading of the manifest and the opening takes the segments away.
        boolean replacedMeanwhile = !CollectionManifest.read(directory).equals(manifest);
        if (!replacedMeanwhile || tries == OPEN_TRIES) {
          throw failed;
        }
      }
    }
  }

  private void open(String name, CollectionSnapshot snapshot) {
    boolean serving = false;
    try {
      warmer.accept(snapshot);
      replace(name, snapshot);
      serving = true;
      LOG.info(
          "collection {} generation {}: {} documents in {} segments",
          name,
          snapshot.manifest().generation(),
          snapshot.documentCount(),
          snapshot.segments().size());
    } finally {
      if (!serving) {
        snapshot.release();
      }
    }
  }

  private void replace(String name, @Nullable CollectionSnapshot next) {
    CollectionSnapshot before = next == null ? snapshots.remove(name) : snapshots.put(name, next);
    if (before != null) {
      before.release();
    }
  }

  private void report(String what, Exception failed) {
    String message = String.valueOf(failed.getMessage());
    if (!message.equals(failures.put(what, message))) {
      LOG.warn("{} cannot be opened; what was served before stays: {}", what, message);
    }
  }
}

package io.siskin.server.collection;

import io.siskin.index.store.Verification;
import io.siskin.server.counters.ScrubCounts;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.suggest.QueryLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The collections in service: opens all of a data directory and, while watching, follows what other
 * processes commit there. A replaced collection is opened aside, warmed, then swapped in; searches
 * under way end on the old snapshot.
 *
 * <p>A collection whose files are damaged stays in the catalog, so that callers learn what is wrong
 * with it, but must not be searched ({@link CollectionSnapshot#damage}). While watching, the
 * catalog opens it anew when its files are whole again (ADR 0023).
 *
 * <p>Safe for concurrent use. Acquiring a snapshot takes no lock. Closed by its owner after the
 * last search.
 */
public final class CollectionCatalog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CollectionCatalog.class);
  private static final int OPEN_TRIES = 5;

  /** Sets of about 500 filters over a million documents. */
  private static final long FILTER_CACHE_BYTES = 64 << 20;

  private final DataDirectory data;
  private final Verification verification;
  private final Consumer<CollectionSnapshot> warmer;
  private final TextModels models;
  private final ConcurrentSkipListMap<String, CollectionSnapshot> snapshots =
      new ConcurrentSkipListMap<>();
  private final Map<String, String> failures = new TreeMap<>();
  // Written by this process: their snapshots come from their writers, and not from the disk.
  private final Set<String> owned = ConcurrentHashMap.newKeySet();
  private final FilterCache filters = new FilterCache(FILTER_CACHE_BYTES);
  private volatile Aliases aliases = Aliases.NONE;
  private final KnownFiles<Pipelines> pipelines =
      new KnownFiles<>(Pipelines.FILE_NAME, Pipelines.NONE, Pipelines::read);
  private final KnownFiles<QueryLog> queryLogs =
      new KnownFiles<>(QueryLogFile.NAME, QueryLog.NONE, QueryLogFile::read);
  private final Retries retries = new Retries();
  private final Opener opener;
  private final LongSupplier nanoTime;
  private final IntegrityMonitor monitor;
  // Of its own: a damage is told while the catalog is busy opening another collection.
  private final Object telling = new Object();
  private BiConsumer<String, CollectionState> listener = (name, state) -> {};
  private @Nullable ScheduledExecutorService watcher;
  private volatile @Nullable SegmentFileWatch fileWatch;
  private volatile @Nullable Scrubber scrubber;

  /** Opens what a manifest names, see {@link CollectionSnapshot#open}. */
  @FunctionalInterface
  interface Opener {
    CollectionSnapshot open(
        Path directory, CollectionManifest manifest, Verification trust, TextModels models)
        throws IOException;
  }

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
    this(data, verification, warmer, models, CollectionSnapshot::open, System::nanoTime);
  }

  CollectionCatalog(
      DataDirectory data,
      Verification verification,
      Consumer<CollectionSnapshot> warmer,
      TextModels models,
      Opener opener,
      LongSupplier nanoTime) {
    this.data = data;
    this.verification = verification;
    this.warmer = warmer;
    this.models = models;
    this.opener = opener;
    this.nanoTime = nanoTime;
    this.monitor = new IntegrityMonitor(snapshot -> tell(snapshot.manifest().name()), nanoTime);
  }

  /**
   * Sets who is told what may be expected of a collection, each time that it changes.
   *
   * @param toldTo takes the name and the state, on whichever thread found it out, one at a time; it
   *     must not wait. Set before the first collection is opened
   */
  public void onStateChange(BiConsumer<String, CollectionState> toldTo) {
    synchronized (telling) {
      listener = toldTo;
    }
  }

  private void tell(String name) {
    synchronized (telling) {
      // What holds now, whatever the reason for telling: two threads may tell in any order.
      CollectionSnapshot current = snapshots.get(name);
      listener.accept(
          name,
          current == null
              ? CollectionState.REMOVED
              : current.damage() == null ? CollectionState.SERVING : CollectionState.DAMAGED);
    }
  }

  /** Returns what keeps the documents that filters admit, for all snapshots of the catalog. */
  public FilterCache filters() {
    return filters;
  }

  /**
   * Opens every collection of the data directory, but for those that a writer of this process has
   * opened before.
   *
   * @throws IOException the first failure; what was opened before it stays open until {@link
   *     #close}
   */
  public synchronized void openAll() throws IOException {
    aliases = Aliases.read(data.root());
    for (String name : data.collections()) {
      // One that was made meanwhile is served already, with writes that its files do not have.
      if (!(owned.contains(name) && snapshots.containsKey(name))) {
        open(name);
      }
    }
  }

  /**
   * Begins to follow what is committed to the data directory, and what else is done to its files.
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
    try {
      SegmentFileWatch files = SegmentFileWatch.start(this::lookAtFiles);
      fileWatch = files;
      snapshots.values().forEach(files::add);
    } catch (IOException noneLeft) {
      LOG.warn(
          "files are not watched by the system, only looked at every {} ms: {}",
          intervalMillis,
          noneLeft.getMessage());
    }
  }

  /**
   * Begins to verify all files again and again in the background, and so to find damage that no
   * search meets.
   *
   * @param bytesPerSecond how fast files are read, 1 or more
   */
  public synchronized void scrub(long bytesPerSecond) {
    Scrubber started =
        new Scrubber(
            () -> List.copyOf(snapshots.values()),
            monitor,
            bytesPerSecond,
            TimeUnit.NANOSECONDS::sleep);
    scrubber = started;
    started.start();
  }

  /** Returns what the background verification did so far. */
  public ScrubCounts scrubCounts() {
    Scrubber running = scrubber;
    return running == null ? new ScrubCounts(0, 0) : running.counts();
  }

  /**
   * Judges the files of a snapshot whose search has failed in a way that no request explains. Does
   * not wait for a verification, but may start one.
   *
   * @param snapshot the snapshot, retained by the caller
   * @param failure how the search failed
   */
  public Verdict judge(CollectionSnapshot snapshot, Throwable failure) {
    return monitor.judge(snapshot, failure);
  }

  private void lookAtFiles(String name) {
    CollectionSnapshot current = snapshots.get(name);
    if (current != null) {
      boolean _ = monitor.lookAt(current);
    }
  }

  /**
   * Returns the current snapshot of a collection with a reference that the caller releases; null
   * when there is no such collection.
   *
   * @param name the collection's name, or an alias of it
   */
  public @Nullable CollectionSnapshot acquire(String name) {
    while (true) {
      CollectionSnapshot snapshot = snapshots.get(aliases.resolve(name));
      if (snapshot == null) {
        return null;
      }
      if (snapshot.tryRetain()) {
        return snapshot;
      }
      // It was replaced between the two calls; the new one is in the map already.
    }
  }

  /** Returns the aliases in force. */
  public Aliases aliases() {
    return aliases;
  }

  /**
   * Replaces the aliases, on the disk and here. Every request from now on is resolved by the new
   * ones.
   *
   * @param changed the new aliases
   */
  public synchronized void putAliases(Aliases changed) throws IOException {
    changed.write(data.root());
    aliases = changed;
  }

  /**
   * Returns the ranking trees that are stored with a collection.
   *
   * @param name the collection's name, not an alias
   */
  public Pipelines pipelines(String name) {
    return pipelines.of(name);
  }

  /**
   * Replaces the ranking trees that are stored with a collection, on the disk and here.
   *
   * @param name the collection's name, not an alias
   * @param changed the new ones
   */
  public void putPipelines(String name, Pipelines changed) throws IOException {
    Path directory = data.collectionDirectory(name);
    changed.write(directory);
    pipelines.look(name, directory);
  }

  /**
   * Returns the log of queries that is stored with a collection.
   *
   * @param name the collection's name, not an alias
   */
  public QueryLog queryLog(String name) {
    return queryLogs.of(name);
  }

  /**
   * Replaces the log of queries that is stored with a collection, on the disk and here.
   *
   * @param name the collection's name, not an alias
   * @param changed the new one
   */
  public void putQueryLog(String name, QueryLog changed) throws IOException {
    Path directory = data.collectionDirectory(name);
    QueryLogFile.write(directory, changed);
    queryLogs.look(name, directory);
  }

  /**
   * Takes a collection over for its writer in this process: from now on its snapshots come by
   * {@link #publish}, and what is committed to its files is not followed.
   *
   * @param name the collection's name
   */
  public synchronized void own(String name) {
    owned.add(name);
  }

  /**
   * Ends what {@link #own} has begun. The last snapshot stays until something else is committed.
   *
   * @param name the collection's name
   */
  public synchronized void disown(String name) {
    owned.remove(name);
  }

  /**
   * Serves a new snapshot of a collection that this process writes. Searches under way end on the
   * old one. Does nothing but release it when the collection was removed meanwhile.
   *
   * @param next the snapshot, whose reference is taken over
   */
  public void publish(CollectionSnapshot next) {
    String name = next.manifest().name();
    while (true) {
      CollectionSnapshot before = snapshots.get(name);
      if (before == null) {
        next.release();
        return;
      }
      if (snapshots.replace(name, before, next)) {
        watchNewFiles(before, next);
        before.release();
        return;
      }
    }
  }

  /**
   * Serves what the writer of a collection has made of its files and its log, in place of what was
   * served before. The collection is {@link #own}ed from now on.
   *
   * @param snapshot the snapshot, whose reference is taken over
   */
  public synchronized void serve(CollectionSnapshot snapshot) throws IOException {
    own(snapshot.manifest().name());
    open(snapshot.manifest().name(), snapshot);
  }

  /**
   * Serves the next state of a collection that this process writes, see {@link
   * CollectionSnapshot#next}.
   *
   * @param manifest the manifest in force
   * @param parts what the collection consists of, each with a reference that is taken over
   * @param lastPosition the position of the last write that it shows
   */
  public void publishNext(
      CollectionManifest manifest, List<SnapshotPart> parts, long lastPosition) {
    CollectionSnapshot current = acquire(manifest.name());
    if (current == null) {
      parts.forEach(part -> part.lease().release());
      return;
    }
    try {
      publish(current.next(manifest, parts, lastPosition));
    } finally {
      current.release();
    }
  }

  /**
   * Opens a collection anew unless what is served is a manifest's state, without anything from
   * memory.
   *
   * @param name the collection's name
   * @param manifest the manifest in force
   */
  public synchronized void reopen(String name, CollectionManifest manifest) throws IOException {
    CollectionSnapshot current = snapshots.get(name);
    if (current == null
        || !current.manifest().equals(manifest)
        || current.segments().size() != current.parts().size()) {
      open(name);
    }
  }

  /**
   * Stops serving a collection, since its files are being removed.
   *
   * @param name the collection's name
   */
  public synchronized void remove(String name) {
    replace(name, null);
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
      if (fileWatch != null) {
        fileWatch.close();
      }
      if (scrubber != null) {
        scrubber.close();
      }
      monitor.close();
      for (String name : names()) {
        replace(name, null);
      }
    }
  }

  /** Looks once for collections that were added, replaced or removed. */
  synchronized void refresh() {
    try {
      aliases = Aliases.read(data.root());
      List<String> names = data.collections();
      for (String name : names) {
        refresh(name);
      }
      for (String name : List.copyOf(snapshots.keySet())) {
        if (!names.contains(name) && !owned.contains(name)) {
          LOG.info("collection {} was removed", name);
          replace(name, null);
          retries.succeeded(name);
        }
      }
    } catch (IOException failed) {
      report("data directory " + data.root(), failed);
    }
  }

  private void refresh(String name) {
    Path directory = data.collectionDirectory(name);
    CollectionSnapshot current = snapshots.get(name);
    if (current != null) {
      lookBeside(name, "pipelines", pipelines);
      lookBeside(name, "log of queries", queryLogs);
    }
    CollectionManifest manifest;
    try {
      if (current != null && owned.contains(name)) {
        boolean _ = monitor.lookAt(current);
        return;
      }
      manifest = CollectionManifest.read(directory);
    } catch (IOException unreadable) {
      report(name, unreadable);
      return;
    }
    boolean damaged = current != null && current.damage() != null;
    boolean outdated =
        current == null
            || damaged
            || !current.manifest().equals(manifest)
            || monitor.lookAt(current);
    if (outdated) {
      FileStamps stamps = FileStamps.of(directory, manifest);
      if (retries.isDue(name, stamps, nanoTime.getAsLong())) {
        reopen(name, stamps, damaged);
      }
    } else {
      failures.remove(name);
    }
  }

  /** What was read before stays when the new file is damaged. */
  private void lookBeside(String name, String kind, KnownFiles<?> files) {
    String what = kind + " of " + name;
    try {
      files.look(name, data.collectionDirectory(name));
      failures.remove(what);
    } catch (IOException damaged) {
      report(what, damaged);
    }
  }

  // A failure of one collection, whatever it is, must not end the watching of the others.
  @SuppressWarnings("IllegalCatch")
  private void reopen(String name, FileStamps stamps, boolean damaged) {
    try {
      // What was damaged once is read as a whole before it is trusted again.
      open(name, damaged ? Verification.FULL : verification);
      retries.succeeded(name);
      failures.remove(name);
    } catch (IOException | RuntimeException | InternalError failed) {
      // The old snapshot stays; the same failure is reported once.
      retries.failed(name, stamps, nanoTime.getAsLong());
      if (damaged) {
        LOG.debug("collection {} is still damaged: {}", name, failed.getMessage());
      } else {
        report(name, failed);
      }
    }
  }

  /**
   * Opens one collection.
   *
   * @param name its name
   * @throws IOException when it is missing or cannot be opened
   */
  public synchronized void open(String name) throws IOException {
    open(name, verification);
  }

  private void open(String name, Verification trust) throws IOException {
    Path directory = data.collectionDirectory(name);
    for (int tries = 1; ; tries++) {
      CollectionManifest manifest = CollectionManifest.read(directory);
      try {
        open(name, opener.open(directory, manifest, trust, models));
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

  private void open(String name, CollectionSnapshot snapshot) throws IOException {
    boolean serving = false;
    try {
      warmer.accept(snapshot);
      pipelines.look(name, data.collectionDirectory(name));
      queryLogs.look(name, data.collectionDirectory(name));
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
    SegmentFileWatch files = fileWatch;
    if (next != null && files != null) {
      files.add(next);
    }
    if (next == null) {
      pipelines.forget(name);
      queryLogs.forget(name);
    }
    tell(name);
    if (before != null) {
      if (before.damage() != null && next != null) {
        LOG.info("collection {} is whole again", name);
      }
      before.release();
    }
  }

  private void watchNewFiles(CollectionSnapshot before, CollectionSnapshot next) {
    SegmentFileWatch files = fileWatch;
    if (files != null && !before.manifest().equals(next.manifest())) {
      files.add(next);
    }
  }

  private void report(String what, Throwable failed) {
    String message = String.valueOf(failed.getMessage());
    if (!message.equals(failures.put(what, message))) {
      LOG.warn("{} cannot be opened; what was served before stays: {}", what, message);
    }
  }
}

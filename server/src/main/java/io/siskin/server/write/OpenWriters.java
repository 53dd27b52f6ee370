package io.siskin.server.write;

import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.counters.WriteTotals;
import io.siskin.server.log.LogFullException;
import io.siskin.server.retrieve.OpenCollections;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writers that are open now. A writer is opened when somebody needs it, and given back some
 * time after the last write, so that another process can write the collection.
 *
 * <p>Safe for concurrent use.
 */
final class OpenWriters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenWriters.class);
  // A writer that was opened just now can be given back again, but hardly several times.
  private static final int REOPEN_TRIES = 3;

  private final DataDirectory data;
  private final CollectionCatalog catalog;
  private final OpenCollections snapshots;
  private final CollectionOpener opener;
  private final ExecutorService opening;
  private final long idleNanosMax;
  private final Map<String, LiveCollection> open = new ConcurrentHashMap<>();
  private final Map<String, WriteTotals> totals = new ConcurrentHashMap<>();
  private final NameLocks locks = new NameLocks();
  private volatile boolean isClosed;
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("siskin-write-sweeper").factory());

  /**
   * Begins without a writer.
   *
   * @param data where the collections are
   * @param catalog serves them
   * @param opener makes writers; closed with this
   * @param opening runs the opening of writers, which waits for the disk; closed with this
   * @param idleNanosMax how long after its last write a collection is given back, in nanoseconds
   */
  @SuppressWarnings("FutureReturnValueIgnored") // It reports its failures itself and never ends.
  OpenWriters(
      DataDirectory data,
      CollectionCatalog catalog,
      CollectionOpener opener,
      ExecutorService opening,
      long idleNanosMax) {
    this.data = data;
    this.catalog = catalog;
    this.snapshots = new OpenCollections(catalog);
    this.opener = opener;
    this.opening = opening;
    this.idleNanosMax = idleNanosMax;
    sweeper.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  /** What is done with an open writer. */
  @FunctionalInterface
  interface WithWriter<T> {
    /**
     * Does it.
     *
     * @param writer the writer, which may end meanwhile
     */
    CompletableFuture<T> apply(LiveCollection writer);
  }

  /**
   * Does something with the writer of a collection, which is opened before if it is not open. When
   * the writer is just being given back, it is opened anew: a collection that is idle takes writes
   * like any other.
   *
   * @param collection the collection's name, or an alias
   * @param work what to do
   */
  <T> CompletableFuture<T> with(String collection, WithWriter<T> work) {
    return with(collection, work, REOPEN_TRIES);
  }

  private <T> CompletableFuture<T> with(String collection, WithWriter<T> work, int tries) {
    String name = catalog.aliases().resolve(collection);
    CompletableFuture<T> done;
    LiveCollection writer = open.get(name);
    if (writer != null && isUsable(writer)) {
      done = applied(work, writer);
    } else if (isClosed) {
      return CompletableFuture.failedFuture(ending(name));
    } else {
      done = opened(name).thenCompose(opened -> applied(work, opened));
    }
    return tries == 0
        ? done
        : done.exceptionallyCompose(
            failed ->
                CollectionNotWritableException.isClosing(Failures.unwrapped(failed)) && !isClosed
                    ? with(collection, work, tries - 1)
                    : CompletableFuture.failedFuture(failed));
  }

  private CompletableFuture<LiveCollection> opened(String name) {
    try {
      return CompletableFuture.supplyAsync(() -> Failures.unchecked(() -> writer(name)), opening);
    } catch (RejectedExecutionException ended) {
      return CompletableFuture.failedFuture(ending(name));
    }
  }

  /**
   * Returns what is told to whoever wants to change something while the server ends.
   *
   * @param name what was to be changed
   */
  static CollectionNotWritableException ending(String name) {
    return new CollectionNotWritableException(
        name, CollectionNotWritableException.Reason.CLOSING, "the server ends");
  }

  private static boolean isUsable(LiveCollection writer) {
    return writer.failure() == null && !writer.isEnding();
  }

  @SuppressWarnings("IllegalCatch") // A failure is told in one way only, by the future.
  private static <T> CompletableFuture<T> applied(WithWriter<T> work, LiveCollection writer) {
    try {
      return work.apply(writer);
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  /**
   * Returns what is held while a name comes or goes, or while its writer is opened or closed: the
   * names of collections and aliases.
   */
  NameLocks locks() {
    return locks;
  }

  /** Returns the writer of a collection, opening it if need be. */
  private LiveCollection writer(String name) throws IOException {
    try (NameLocks.Held _ = locks.hold(name)) {
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
      LiveCollection made = null;
      try {
        made = opener.open(name, rights, totals(name));
      } catch (LogFullException full) {
        totals(name).diskFull();
        throw FullDisk.told(full);
      } finally {
        if (made == null) {
          rights.close();
        }
      }
      start(name, made);
      return made;
    }
  }

  private void start(String name, LiveCollection made) {
    open.put(name, made);
    made.start();
    LOG.info("collection {} is opened for writing", name);
  }

  /**
   * Claims a collection for writing.
   *
   * @param name the collection's name
   * @throws CollectionNotWritableException when another process writes it
   */
  DataDirectory.Writer rights(String name) throws IOException {
    try {
      return data.openForWriting(name);
    } catch (DataDirectory.LockedException locked) {
      throw new CollectionNotWritableException(
          name, CollectionNotWritableException.Reason.LOCKED, String.valueOf(locked.getReason()));
    }
  }

  /**
   * Opens every collection whose log has writes that no segment has, and lets the catalog serve it.
   *
   * @throws IOException when a log cannot be read
   */
  void recoverAll() throws IOException {
    for (String name : data.collections()) {
      Path directory = data.collectionDirectory(name);
      // One that this process writes already was made just now.
      if (!open.containsKey(name)
          && Recovery.isNeeded(directory, CollectionManifest.read(directory))) {
        try (NameLocks.Held _ = locks.hold(name)) {
          recover(name);
        }
      }
    }
  }

  private void recover(String name) throws IOException {
    DataDirectory.Writer rights;
    try {
      rights = data.openForWriting(name);
    } catch (DataDirectory.LockedException locked) {
      LOG.warn(
          "collection {}: another process writes it, so what is in its log is not searched here",
          name);
      return;
    }
    LiveCollection made = null;
    try {
      made = opener.recover(name, rights, totals(name));
    } finally {
      if (made == null) {
        rights.close();
      }
    }
    if (made != null) {
      start(name, made);
    }
  }

  @SuppressWarnings("IllegalCatch") // The sweeper must go on with the others.
  private void sweep() {
    for (Map.Entry<String, LiveCollection> one : open.entrySet()) {
      try {
        LiveCollection writer = one.getValue();
        // What cannot be sealed cannot be given back. The writer goes on trying.
        if (writer.failure() != null
            || (writer.idleNanos() >= idleNanosMax && !writer.isUnsealable())) {
          try (NameLocks.Held _ = locks.hold(one.getKey())) {
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

  /**
   * Ends the writer of a collection, if it is open. The caller holds the lock of the name.
   *
   * @param name the collection's name
   */
  void end(String name) {
    LiveCollection writer = open.get(name);
    if (writer != null) {
      close(name, writer);
    }
  }

  private WriteTotals totals(String name) {
    return totals.computeIfAbsent(name, _ -> new WriteTotals());
  }

  /**
   * Returns what was written to a collection so far, and what its writer holds now.
   *
   * @param name the collection's name
   */
  WriteCounts counts(String name) {
    WriteTotals counted = totals.get(name);
    LiveCollection writer = open.get(name);
    WriteCounts.State state = writer == null ? WriteCounts.State.CLOSED : writer.state();
    return counted == null ? WriteCounts.NONE : counted.counts(state);
  }

  /**
   * Forgets what was written to a collection that is gone.
   *
   * @param name the collection's name
   */
  void forget(String name) {
    totals.remove(name);
  }

  private void close(String name, LiveCollection writer) {
    writer.close();
    open.remove(name, writer);
    catalog.disown(name);
  }

  /** Returns the writer of a collection if it is open and takes writes, else null. */
  @Nullable LiveCollection find(String collection) {
    LiveCollection writer = open.get(catalog.aliases().resolve(collection));
    return writer == null || writer.failure() != null ? null : writer;
  }

  /** Ends all writers and leaves what is in memory to their logs, as a crash does. */
  @Override
  public void close() {
    close(false);
  }

  /**
   * Ends all writers, and the threads that open them.
   *
   * @param seal whether what is in memory is sealed before. What cannot be sealed stays in its log
   */
  void close(boolean seal) {
    isClosed = true;
    sweeper.close();
    closeOpen(seal);
    opening.close();
    // A collection that was being opened meanwhile is open now.
    closeOpen(seal);
  }

  @SuppressWarnings("IllegalCatch") // Every collection must be closed.
  private void closeOpen(boolean seal) {
    for (Map.Entry<String, LiveCollection> one : Map.copyOf(open).entrySet()) {
      try (NameLocks.Held _ = locks.hold(one.getKey())) {
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
  }
}

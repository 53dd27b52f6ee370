package io.siskin.server.write;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.counters.WriteTotals;
import io.siskin.server.log.LogFailedException;
import io.siskin.server.log.LogFullException;
import io.siskin.server.log.WriteAheadLog;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.trace.RequestTrace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer of one collection. It does one write after the other, on a thread of its own, so
 * nothing of what it owns needs a lock.
 *
 * <p>Each round takes what waits, and for each write resolves what it means now, appends it to the
 * log, and applies it to the growing segment and the live bits. Then the log is forced once for the
 * whole round, and only then are callers answered and a new snapshot is published. So what anybody
 * has seen is durable, and a log that fails loses nothing that was answered.
 *
 * <p>What fails while the log and the memory might differ ends this writer. The next write opens
 * the collection anew, from its files and its log.
 */
final class LiveCollection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveCollection.class);
  private static final long ROUND_BYTES_MAX = 8 << 20;
  // Waiters for visibility share snapshots: at most a hundred are made per second for them.
  private static final long COALESCING_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final CollectionFiles files;
  private final CollectionParts parts;
  private final SegmentWorks works;
  private final WriteAheadLog log;
  private final WriteTotals totals;
  private final WriteQueue queue;
  private final WriteOptions options;
  private final AppliedWrites writes;
  private final BulkPace pace;
  private final LongSupplier nanoTime;
  private final Thread thread;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** The writes of this round that are not answered yet. */
  private final List<WriteTask> pending = new ArrayList<>();

  /** The traces of this round's writes, of which few have one. */
  private final List<RequestTrace> traces = new ArrayList<>();

  /** Answers that wait for the log. */
  private final List<Waiter> durableWaiters = new ArrayList<>();

  /** Answers that wait for the next snapshot as well. */
  private final List<Waiter> searchableWaiters = new ArrayList<>();

  /**
   * An answer that waits.
   *
   * @param task what was done
   * @param answer answers it
   */
  private record Waiter(WriteTask task, Runnable answer) {}

  private long lastForceNanoTime;
  private long lastPublishNanoTime;
  private volatile long lastWriteNanoTime;

  /** The last frame of the log that the snapshot in force shows. */
  private long publishedSequence;

  /** Snapshots that wait for the sealing of what is in memory; writes wait for them. */
  private int snapshotsUnderWay;

  /** Why what is in memory could not be sealed when that was tried last; null when it could. */
  private volatile @Nullable Throwable unsealable;

  /** Whether writes are refused that would wait until it is sealed. */
  private volatile boolean refusesWrites;

  private volatile boolean closing;
  private volatile boolean isEnding;

  /** What the writer held at the end of its last round, but for what waits and the log. */
  private volatile WriteCounts.State state = WriteCounts.State.CLOSED;

  private volatile @Nullable Throwable failure;

  /**
   * Makes a writer; {@link #start} begins its work.
   *
   * @param files the collection's files, which it owns from now on
   * @param parts what the collection consists of
   * @param works builds segments
   * @param log the collection's log; the parts have all that it holds
   * @param lastPosition the position of the last write
   * @param totals counts what is written
   * @param queueBytesMax about how much memory waiting writes may take
   * @param pace lets writes give way to searches
   * @param nanoTime the clock
   */
  LiveCollection(
      CollectionFiles files,
      CollectionParts parts,
      SegmentWorks works,
      WriteAheadLog log,
      long lastPosition,
      WriteTotals totals,
      long queueBytesMax,
      BulkPace pace,
      LongSupplier nanoTime) {
    this.files = files;
    this.parts = parts;
    this.works = works;
    this.log = log;
    this.totals = totals;
    this.queue = new WriteQueue(queueBytesMax);
    this.options = files.manifest().settings().writes();
    this.pace = pace;
    this.nanoTime = nanoTime;
    this.writes = new AppliedWrites(files, parts, log, totals, lastPosition);
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("siskin-writer-" + files.manifest().name())
            .unstarted(this::run);
    long now = nanoTime.getAsLong();
    lastForceNanoTime = now;
    lastPublishNanoTime = now;
    lastWriteNanoTime = now;
    publishedSequence = writes.sequence();
  }

  /** Begins to do writes. */
  void start() {
    works.start(this::step, parts, files, this::publish);
    thread.start();
  }

  /** Returns the collection's name. */
  String name() {
    return files.manifest().name();
  }

  /**
   * Hands over a write.
   *
   * @throws WritesOverloadedException when too much waits, or when what is in memory cannot be
   *     sealed
   * @throws CollectionNotWritableException when the writer has ended or is ending
   */
  void submit(WriteTask task) {
    Throwable unsealed = unsealable;
    try {
      if (refusesWrites && unsealed != null && !isEnding) {
        throw FullDisk.unsealed(unsealed, files.directory());
      }
      queue.add(task);
    } catch (WritesOverloadedException full) {
      count(full.reason());
      throw full;
    }
  }

  private void count(WritesOverloadedException.Reason reason) {
    switch (reason) {
      case QUEUE_FULL -> totals.queueFull();
      case MEMORY_FULL -> totals.memoryFull();
      case DISK_FULL -> totals.diskFull();
    }
  }

  /**
   * Returns what the writer holds: what waits and the log as they are now, and the documents in
   * memory as they were after the last round. Safe for concurrent use.
   */
  WriteCounts.State state() {
    WriteCounts.State known = state;
    return new WriteCounts.State(
        queue.lengthBytes(),
        queue.lengthBytesMax(),
        known.growingDocuments(),
        known.growingBytes(),
        known.frozenSegments(),
        log.lengthBytes());
  }

  /**
   * Does something between writes.
   *
   * @param action what to do, on the writer's thread
   * @return completed when it is done
   */
  @SuppressWarnings("IllegalCatch") // Whatever refuses the step, the caller learns it.
  CompletableFuture<Void> step(WriteTask.Step.Action action) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    try {
      queue.add(new WriteTask.Step(action, result));
    } catch (RuntimeException closed) {
      result.completeExceptionally(closed);
    }
    return result;
  }

  /** What a step does that answers later. */
  @FunctionalInterface
  private interface Answering<T> {
    void run(CompletableFuture<T> answer) throws IOException;
  }

  /** Does a step that answers later; the answer fails with the step. */
  private <T> CompletableFuture<T> answering(Answering<T> action) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    CompletableFuture<?> _ =
        step(() -> action.run(answer))
            .exceptionally(
                failed -> {
                  answer.completeExceptionally(failed);
                  return null;
                });
    return answer;
  }

  /**
   * Publishes what was written so far, if anything was; completed when it is published. A writer
   * that is ending publishes all it has before it has ended.
   */
  CompletableFuture<Void> refresh() {
    return step(this::publishIfDirty)
        .exceptionallyCompose(
            failed ->
                CollectionNotWritableException.isClosing(Failures.unwrapped(failed))
                    ? ended.thenApply(_ -> null)
                    : CompletableFuture.failedFuture(failed));
  }

  /** Moves what was written so far into a segment; completed when that is committed. */
  CompletableFuture<Void> flush() {
    return answering(
        flush -> {
          freeze();
          if (commitDeletions(flush)) {
            works.whenSealed(writes.lastPosition(), flush);
          }
        });
  }

  /**
   * Commits what was deleted, when there is nothing to seal: then no seal will do it.
   *
   * @param waiter fails when it fails
   * @return whether it has not failed
   */
  private boolean commitDeletions(CompletableFuture<Void> waiter) throws IOException {
    try {
      if (parts.isSealed()) {
        works.commitAll(writes.sequence(), writes.lastPosition());
      }
      return true;
    } catch (LogFailedException failed) {
      throw failed;
    } catch (IOException failed) {
      waiter.completeExceptionally(FullDisk.told(failed, files.directory()));
      return false;
    }
  }

  /**
   * Rewrites what was written so far into one segment, without the documents that are deleted now;
   * completed when it is. What is written meanwhile is not waited for.
   */
  CompletableFuture<Void> compact() {
    return answering(
        compact -> {
          freeze();
          works.compact(writes.lastPosition(), compact);
        });
  }

  /** Ends the growing segment: from here on it is sealed, and documents go to a new one. */
  private void freeze() throws IOException {
    forceLog();
    parts.freeze(writes.sequence(), writes.lastPosition());
    publishIfDirty();
  }

  /**
   * Keeps the collection as it is under a name. Writes wait until what is in memory is sealed: a
   * snapshot has no log, so the segments must have every document, and all deletions must be those
   * of documents that are in no other place.
   *
   * @param snapshot the name
   */
  CompletableFuture<CollectionChanges.KeptSnapshot> keep(String snapshot) {
    return answering(
        kept -> {
          snapshotsUnderWay++;
          keepWhenSealed(snapshot, kept);
        });
  }

  private void keepWhenSealed(
      String snapshot, CompletableFuture<CollectionChanges.KeptSnapshot> kept) throws IOException {
    if (parts.isSealed()) {
      try {
        works.commitAll(writes.sequence(), writes.lastPosition());
        kept.complete(SnapshotStore.create(files.directory(), manifest(), snapshot));
      } catch (LogFailedException failed) {
        kept.completeExceptionally(failed);
        throw failed;
      } catch (NameTakenException | InvalidInputException | IOException refused) {
        kept.completeExceptionally(FullDisk.told(refused, files.directory()));
      } finally {
        snapshotsUnderWay--;
      }
      return;
    }
    // Writes that were taken with this step are done in the same round, so there may be several.
    freeze();
    CompletableFuture<Void> sealed = new CompletableFuture<>();
    CompletableFuture<?> _ =
        sealed
            .thenCompose(_ -> step(() -> keepWhenSealed(snapshot, kept)))
            .exceptionally(
                failed -> {
                  if (kept.completeExceptionally(failed)) {
                    snapshotsUnderWay--;
                  }
                  return null;
                });
    works.whenSealed(writes.lastPosition(), sealed);
  }

  /** Returns for how long nothing was written and nothing waits, in nanoseconds. */
  long idleNanos() {
    return queue.isEmpty() ? nanoTime.getAsLong() - lastWriteNanoTime : 0;
  }

  /**
   * Begins to end the writer, unless there is something to do or something in memory. From then on
   * it takes no more writes; nothing that it took is refused.
   *
   * @return whether it ends
   */
  CompletableFuture<Boolean> closeIfIdle() {
    CompletableFuture<Boolean> closes = new CompletableFuture<>();
    return step(() -> {
          isEnding =
              works.isIdle()
                  && snapshotsUnderWay == 0
                  && parts.isSealed()
                  && queue.closeIfEmpty(closingReason());
          closes.complete(isEnding);
        })
        .thenCompose(_ -> closes);
  }

  /** Returns whether it takes no more writes, because it ends. */
  boolean isEnding() {
    return isEnding;
  }

  private CollectionNotWritableException closingReason() {
    return new CollectionNotWritableException(
        name(), CollectionNotWritableException.Reason.CLOSING, "it is being closed");
  }

  /** Returns whether what is in memory could not be sealed when that was tried last. */
  boolean isUnsealable() {
    return unsealable != null;
  }

  /** Returns why the writer has ended, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  /**
   * Ends the writer: writes that wait are refused, those that were taken are finished. What is in
   * the log stays there, and is read when the collection is opened again.
   */
  @Override
  public void close() {
    isEnding = true;
    closing = true;
    end(closingReason());
    ended.join();
  }

  private void end(RuntimeException reason) {
    for (WriteTask left : queue.close(reason)) {
      left.fail(reason);
    }
  }

  @SuppressWarnings("IllegalCatch") // Whatever it is, it ends this writer and no other.
  private void run() {
    try {
      while (!closing) {
        round();
      }
      finishRound();
      // What was answered is searched until the collection is opened anew.
      publishIfDirty();
    } catch (Throwable failed) {
      failure = failed;
      totals.writerFailed();
      LOG.error("collection {} takes no more writes until it is opened anew", name(), failed);
      CollectionNotWritableException told =
          new CollectionNotWritableException(
              name(),
              CollectionNotWritableException.Reason.LOG_FAILED,
              "its writer has failed; the server's log says how. Whether the write was done is not"
                  + " known");
      told.initCause(failed);
      end(told);
      durableWaiters.clear();
      searchableWaiters.forEach(waiter -> waiter.task.fail(told));
      searchableWaiters.clear();
      pending.forEach(task -> task.fail(told));
      pending.clear();
    } finally {
      release();
    }
  }

  private void release() {
    works.close();
    try (files) {
      log.close();
    } catch (IOException unclean) {
      LOG.warn("collection {}: {}", name(), unclean.getMessage());
    } finally {
      parts.close();
      ended.complete(null);
    }
  }

  private void round() throws IOException {
    List<WriteTask> taken;
    queue.waitForMemory(parts.isFull() ? parts.growingBytes() : 0);
    try {
      taken = queue.take(ROUND_BYTES_MAX, parts.isFull() || snapshotsUnderWay > 0, waitNanos());
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a writer", e);
    }
    long before = writes.sequence();
    long beginNanoTime = nanoTime.getAsLong();
    for (WriteTask task : taken) {
      doTask(task);
    }
    long workedNanos = nanoTime.getAsLong() - beginNanoTime;
    if (writes.sequence() > before) {
      lastWriteNanoTime = nanoTime.getAsLong();
    }
    // Before callers are answered, so that they see what they have written counted.
    noteState();
    finishRound();
    if (parts.wantsFreeze(nanoTime.getAsLong())) {
      freeze();
    }
    works.consider(nanoTime.getAsLong() - lastWriteNanoTime);
    refuseIfUnsealable();
    noteState();
    // Callers have their answers, so that only the next round is later.
    pace.rest(taken.isEmpty() ? 0 : workedNanos);
  }

  private void noteState() {
    state =
        new WriteCounts.State(
            0, 0, parts.growingDocumentCount(), parts.growingBytes(), parts.frozenCount(), 0);
  }

  /** Refuses writes while the memory is full and sealing fails: it is not known for how long. */
  private void refuseIfUnsealable() {
    Throwable failed = works.failure();
    unsealable = failed;
    refusesWrites = failed != null && parts.isFull();
    if (failed != null && refusesWrites) {
      for (WriteTask write : queue.takeWrites()) {
        WritesOverloadedException told = FullDisk.unsealed(failed, files.directory());
        count(told.reason());
        write.fail(told);
      }
    }
  }

  private void finishRound() throws IOException {
    long start = traces.isEmpty() ? 0 : System.nanoTime();
    boolean forced = syncIfDue();
    if (!traces.isEmpty()) {
      noteForce(forced, start);
    }
    if (forced || !(options.sync() instanceof WriteOptions.Sync.EveryBatch)) {
      durableWaiters.forEach(waiter -> waiter.answer.run());
      durableWaiters.clear();
      pending.clear();
    }
    if (isPublishDue()) {
      publishIfDirty();
    }
  }

  /** Tells the traces of this round's writes when the log was forced, before these are answered. */
  private void noteForce(boolean forced, long startNanoTime) {
    if (forced) {
      long end = System.nanoTime();
      traces.forEach(trace -> trace.forced(startNanoTime, end));
    }
    traces.clear();
  }

  /** Forces the log as the options say; returns whether all that was appended is durable. */
  private boolean syncIfDue() throws IOException {
    switch (options.sync()) {
      case WriteOptions.Sync.EveryBatch() -> works.force();
      case WriteOptions.Sync.Interval(int millis) -> {
        if (nanoTime.getAsLong() - lastForceNanoTime < TimeUnit.MILLISECONDS.toNanos(millis)) {
          return false;
        }
        forceLog();
      }
      case WriteOptions.Sync.None() -> {
        return false;
      }
    }
    return true;
  }

  private void forceLog() throws IOException {
    works.force();
    lastForceNanoTime = nanoTime.getAsLong();
  }

  private boolean isPublishDue() {
    long age = nanoTime.getAsLong() - lastPublishNanoTime;
    if (!searchableWaiters.isEmpty()) {
      return age >= COALESCING_NANOS || queue.isEmpty();
    }
    return age >= TimeUnit.MILLISECONDS.toNanos(options.refreshIntervalMillis());
  }

  private long waitNanos() {
    long wait = WriteQueue.WAIT_NANOS_MAX;
    long now = nanoTime.getAsLong();
    if (isDirty()) {
      long due = TimeUnit.MILLISECONDS.toNanos(options.refreshIntervalMillis());
      wait = Math.min(wait, Math.max(0, lastPublishNanoTime + due - now));
    }
    if (options.sync() instanceof WriteOptions.Sync.Interval(int millis)) {
      long due = TimeUnit.MILLISECONDS.toNanos(millis);
      wait =
          Math.min(wait, Math.max(TimeUnit.MILLISECONDS.toNanos(1), lastForceNanoTime + due - now));
    }
    return searchableWaiters.isEmpty() ? wait : 0;
  }

  private void publish() {
    files.publish(parts.snapshotParts(), writes.lastPosition());
    publishedSequence = writes.sequence();
  }

  private boolean isDirty() {
    return writes.sequence() > publishedSequence;
  }

  private void publishIfDirty() {
    lastPublishNanoTime = nanoTime.getAsLong();
    if (isDirty()) {
      publish();
    }
    searchableWaiters.forEach(waiter -> waiter.answer.run());
    searchableWaiters.clear();
  }

  // A failure of one write that has changed nothing is the writer's only in the other cases.
  private void doTask(WriteTask task) throws IOException {
    if (task instanceof WriteTask.Write<?> write && isGivenUp(write)) {
      return;
    }
    pending.add(task);
    RequestTrace trace = traceOf(task);
    long start = trace == null ? 0 : System.nanoTime();
    try {
      switch (task) {
        case WriteTask.Upsert upsert -> answer(upsert, counted(writes.upsert(upsert)));
        case WriteTask.Delete delete -> answer(delete, writes.delete(delete));
        case WriteTask.Update update -> answer(update, counted(writes.update(update)));
        case WriteTask.Step(WriteTask.Step.Action action, CompletableFuture<Void> result) -> {
          action.run();
          durableWaiters.add(new Waiter(task, () -> result.complete(null)));
        }
      }
      if (trace != null) {
        trace.applied(start);
        traces.add(trace);
      }
    } catch (InvalidInputException | QueryCancelledException refused) {
      // Found, or given up, before anything was appended.
      pending.remove(task);
      task.fail(refused);
    } catch (LogFullException full) {
      totals.diskFull();
      pending.remove(task);
      task.fail(FullDisk.told(full));
    }
  }

  private static @Nullable RequestTrace traceOf(WriteTask task) {
    return task instanceof WriteTask.Write<?> write ? write.trace() : null;
  }

  private List<WriteResult> counted(List<WriteResult> results) {
    for (WriteResult result : results) {
      switch (result.outcome()) {
        case CREATED, REPLACED -> totals.written();
        case UPDATED -> totals.updated();
        case REFUSED -> totals.refused();
        case NOT_FOUND -> {
          // Nothing was to be done.
        }
      }
    }
    return results;
  }

  private static boolean isGivenUp(WriteTask.Write<?> write) {
    try {
      write.cancellation().check();
      return false;
    } catch (QueryCancelledException gone) {
      write.fail(gone);
      return true;
    }
  }

  private <T> void answer(WriteTask.Write<T> write, T result) {
    Runnable answer = () -> write.result().complete(result);
    switch (write.waitFor()) {
      case DURABLE -> durableWaiters.add(new Waiter(write, answer));
      case SEARCHABLE ->
          durableWaiters.add(
              new Waiter(write, () -> searchableWaiters.add(new Waiter(write, answer))));
    }
  }

  /**
   * Returns whether documents that were prepared for a collection may be written to this one, which
   * may have got its name while they were encoded.
   *
   * @param preparedFor what the documents were prepared for
   */
  boolean fits(CollectionManifest preparedFor) {
    CollectionManifest mine = files.manifest();
    return mine.settings().equals(preparedFor.settings())
        && mine.encoder().equals(preparedFor.encoder());
  }

  /** Returns the manifest in force. */
  CollectionManifest manifest() {
    return files.manifest();
  }
}

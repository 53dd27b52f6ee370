package io.siskin.server.write;

import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.LogLayout;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.counters.WriteTotals;
import io.siskin.server.log.LogFailedException;
import io.siskin.server.log.LogFullException;
import io.siskin.server.log.WriteAheadLog;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.QueryCancelledException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private static final int FRAME_DOCUMENTS_MAX = 1_000;
  private static final long FRAME_BYTES_MAX = 8 << 20;
  private static final int FRAME_IDS_MAX = 10_000;
  // Waiters for visibility share snapshots: at most a hundred are made per second for them.
  private static final long COALESCING_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final CollectionFiles files;
  private final CollectionParts parts;
  private final SegmentWorks works;
  private final WriteAheadLog log;
  private final WriteTotals totals;
  private final WriteQueue queue;
  private final WriteOptions options;
  private final LongSupplier nanoTime;
  private final WriteRecordCodec codec = new WriteRecordCodec();
  private final Thread thread;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** The writes of this round that are not answered yet. */
  private final List<WriteTask> pending = new ArrayList<>();

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

  private long nextPosition;
  private long appliedSequence;
  private long lastForceNanoTime;
  private long lastPublishNanoTime;
  private volatile long lastWriteNanoTime;
  private boolean isDirty;

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
      LongSupplier nanoTime) {
    this.files = files;
    this.parts = parts;
    this.works = works;
    this.log = log;
    this.totals = totals;
    this.queue = new WriteQueue(queueBytesMax);
    this.options = files.manifest().settings().writes();
    this.nanoTime = nanoTime;
    this.nextPosition = lastPosition + 1;
    this.appliedSequence = log.lastSequence();
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("siskin-writer-" + files.manifest().name())
            .unstarted(this::run);
    long now = nanoTime.getAsLong();
    lastForceNanoTime = now;
    lastPublishNanoTime = now;
    lastWriteNanoTime = now;
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

  /** Publishes what was written so far, if anything was; completed when it is published. */
  CompletableFuture<Void> refresh() {
    return step(this::publishIfDirty);
  }

  /** Moves what was written so far into a segment; completed when that is committed. */
  CompletableFuture<Void> flush() {
    return answering(
        flush -> {
          freeze();
          if (commitDeletions(flush)) {
            works.whenSealed(nextPosition - 1, flush);
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
        works.commitAll(appliedSequence, nextPosition - 1);
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
          works.compact(nextPosition - 1, compact);
        });
  }

  /** Ends the growing segment: from here on it is sealed, and documents go to a new one. */
  private void freeze() throws IOException {
    forceLog();
    parts.freeze(appliedSequence, nextPosition - 1);
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
        works.commitAll(appliedSequence, nextPosition - 1);
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
    works.whenSealed(nextPosition - 1, sealed);
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
    for (WriteTask task : taken) {
      doTask(task);
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
      for (WriteTask.Write<?> write : queue.takeWrites()) {
        WritesOverloadedException told = FullDisk.unsealed(failed, files.directory());
        count(told.reason());
        write.fail(told);
      }
    }
  }

  private void finishRound() throws IOException {
    boolean forced = syncIfDue();
    if (forced || !(options.sync() instanceof WriteOptions.Sync.EveryBatch)) {
      durableWaiters.forEach(waiter -> waiter.answer.run());
      durableWaiters.clear();
      pending.clear();
    }
    if (isPublishDue()) {
      publishIfDirty();
    }
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
    if (isDirty) {
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
    files.publish(parts.snapshotParts(), nextPosition - 1);
    isDirty = false;
  }

  private void publishIfDirty() {
    lastPublishNanoTime = nanoTime.getAsLong();
    if (isDirty) {
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
    try {
      if (task instanceof WriteTask.Write<?> write) {
        // The one check of tenants; all documents are meant.
        var _ = new Selector.All().resolve(schema, write.tenant());
      }
      switch (task) {
        case WriteTask.Upsert upsert -> answer(upsert, counted(upsert(upsert)));
        case WriteTask.Delete delete -> answer(delete, delete(delete));
        case WriteTask.Update update -> answer(update, counted(update(update)));
        case WriteTask.Step(WriteTask.Step.Action action, CompletableFuture<Void> result) -> {
          action.run();
          durableWaiters.add(new Waiter(task, () -> result.complete(null)));
        }
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

  /** The documents of one request that go into the log, frame by frame, and its results. */
  private final class Frames {
    private final List<WriteResult> results;
    private final @Nullable WriteOutcome outcome;
    private final List<QuantizedDocument> documents = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private long lengthBytes;

    /**
     * Begins without a document.
     *
     * @param requested how many documents the request has
     * @param outcome what becomes of each; null for created or replaced
     */
    Frames(int requested, @Nullable WriteOutcome outcome) {
      this.results = new ArrayList<>(requested);
      this.outcome = outcome;
    }

    /** Sets the result of the next document, of which nothing is written. */
    void skip(WriteOutcome skipped, @Nullable InvalidInputException refusal) {
      results.add(new WriteResult(skipped, 0, refusal));
    }

    /** Takes the next document. */
    void add(QuantizedDocument document) {
      places.add(results.size());
      results.add(new WriteResult(WriteOutcome.CREATED, 0, null));
      documents.add(document);
      lengthBytes += LiveCollection.lengthBytes(document);
    }

    boolean isFull() {
      return documents.size() == FRAME_DOCUMENTS_MAX || lengthBytes >= FRAME_BYTES_MAX;
    }

    /** Gives documents their positions, appends them to the log and applies them. */
    void write() throws IOException {
      if (documents.isEmpty()) {
        return;
      }
      List<QuantizedDocument> positioned = new ArrayList<>(documents.size());
      for (int i = 0; i < documents.size(); i++) {
        positioned.add(documents.get(i).at(nextPosition + i));
      }
      append(new WriteRecord.Upserts(positioned));
      for (int i = 0; i < positioned.size(); i++) {
        QuantizedDocument document = positioned.get(i);
        // The frame is not applied as a whole yet, so a replay begins with it.
        boolean replaced = parts.replace(document, appliedSequence, nextPosition - 1);
        WriteOutcome done = replaced ? WriteOutcome.REPLACED : WriteOutcome.CREATED;
        results.set(
            places.get(i),
            new WriteResult(outcome == null ? done : outcome, document.position(), null));
      }
      applied(positioned.size());
      documents.clear();
      places.clear();
      lengthBytes = 0;
    }
  }

  private List<WriteResult> upsert(WriteTask.Upsert upsert) throws IOException {
    Frames frames = new Frames(upsert.documents().size(), null);
    Vocabulary vocabulary = parts.vocabulary();
    for (PreparedDocument prepared : upsert.documents()) {
      try {
        QuantizedDocument document = accepted(prepared, vocabulary, upsert.tenant());
        if (document.vector().size() > 0) {
          vocabulary = Vocabulary.of(document.vector().isByToken());
        }
        frames.add(document);
      } catch (InvalidInputException refused) {
        frames.skip(WriteOutcome.REFUSED, refused.at("documents[" + frames.results.size() + "]"));
      }
      if (frames.isFull()) {
        frames.write();
      }
    }
    frames.write();
    return frames.results;
  }

  /**
   * Returns a document that may be written. What a segment would refuse is refused here, before the
   * log has it. All documents of a request are of one tenant, so those of them that are not applied
   * yet change no owner for the others.
   *
   * @param prepared the document, or what was found wrong with it
   * @param vocabulary how the collection names terms; none yet accepts both ways
   * @param tenant whose document it is to be; empty for none
   */
  private QuantizedDocument accepted(
      PreparedDocument prepared, Vocabulary vocabulary, String tenant) {
    return switch (prepared) {
      case PreparedDocument.Refused(InvalidInputException reason) -> throw reason;
      case PreparedDocument.Ready(QuantizedDocument document) -> {
        if (document.vector().size() > 0) {
          vocabulary.check(document.vector().isByToken());
        }
        parts.checkOwner(document.id(), tenant);
        parts.claimFieldNames(document.stored().keySet());
        yield document;
      }
    };
  }

  private void append(WriteRecord record) throws IOException {
    ByteBuffer payload = codec.encode(record);
    long sequence = log.append(WriteRecordCodec.type(record), payload);
    totals.logged(LogLayout.frameLength(payload.remaining()));
    assert sequence == appliedSequence + 1 : sequence;
  }

  private void applied(int positions) {
    appliedSequence++;
    nextPosition += positions;
    lastWriteNanoTime = nanoTime.getAsLong();
    isDirty = true;
  }

  private Deletion delete(WriteTask.Delete delete) throws IOException {
    List<String> ids =
        switch (delete.selector()) {
          case Selector.Ids(List<String> given) -> parts.present(given, delete.tenant());
          case Selector.All _, Selector.Matching _, Selector.Expression _ ->
              parts.matching(delete.selector(), delete.tenant(), delete.cancellation());
        };
    for (int from = 0; from < ids.size(); from += FRAME_IDS_MAX) {
      List<String> some = ids.subList(from, Math.min(ids.size(), from + FRAME_IDS_MAX));
      append(new WriteRecord.Deletes(nextPosition, some));
      some.forEach(parts::delete);
      totals.deleted(some.size());
      applied(1);
    }
    return new Deletion(ids.size(), ids.isEmpty() ? 0 : nextPosition - 1);
  }

  private List<WriteResult> update(WriteTask.Update update) throws IOException {
    Frames frames = new Frames(update.updates().size(), WriteOutcome.UPDATED);
    Map<String, QuantizedDocument> changed = new LinkedHashMap<>();
    for (FieldsUpdate one : update.updates()) {
      QuantizedDocument before = changed.get(one.id());
      before = before == null ? parts.find(one.id(), update.tenant()) : before;
      if (before == null) {
        frames.skip(WriteOutcome.NOT_FOUND, null);
        continue;
      }
      try {
        QuantizedDocument after =
            UpdatedFields.of(files.manifest().settings(), files.encoder(), before, one);
        parts.claimFieldNames(after.stored().keySet());
        frames.add(after);
        changed.put(one.id(), after);
      } catch (InvalidInputException refused) {
        frames.skip(WriteOutcome.REFUSED, refused);
      }
      if (frames.isFull()) {
        frames.write();
        changed.clear();
      }
    }
    frames.write();
    return frames.results;
  }

  /** Returns about how many bytes a document takes in the log. */
  static long lengthBytes(QuantizedDocument document) {
    long length = 64L + document.id().length() + 12L * document.vector().size();
    for (Map.Entry<String, String> field : document.stored().entrySet()) {
      length += 16L + field.getKey().length() + field.getValue().length();
    }
    for (Map.Entry<String, FieldValue> field : document.declared().entrySet()) {
      length += 24L + field.getKey().length() + field.getValue().toText().length();
    }
    return length;
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

package io.siskin.server.write;

import io.siskin.server.collection.LogState;
import io.siskin.server.counters.WriteTotals;
import io.siskin.server.log.LogFailedException;
import io.siskin.server.log.WriteAheadLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which segments of a collection are built, has them built elsewhere, and commits them.
 *
 * <p>Frozen segments are sealed first, the oldest of them first. Beside that at most one merge is
 * under way. A build reads what was live when it began; what is deleted meanwhile is deleted in the
 * new segment when it is committed.
 *
 * <p>Used by the writer's thread. A build or a commit that fails is tried again later, and the
 * collection stays as it is. Whoever waits for it is told why it has failed.
 */
final class SegmentWorks {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentWorks.class);
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final SegmentBuilds builds;
  private final MergePolicy policy;
  private final WriteAheadLog log;
  private final WriteTotals totals;
  private final List<Waiter> sealWaiters = new ArrayList<>();
  private final List<Waiter> compactWaiters = new ArrayList<>();
  private Function<WriteTask.Step.Action, CompletableFuture<Void>> stepper =
      _ -> CompletableFuture.completedFuture(null);
  private Runnable onCommit = () -> {};
  private @Nullable CollectionParts parts;
  private @Nullable CollectionFiles files;
  private SegmentBuilds.@Nullable Build seal;
  private SegmentBuilds.@Nullable Build merge;

  /** The compactions that the merge under way is for. */
  private List<Waiter> compacting = List.of();

  private @Nullable Throwable failure;
  private String lastReport = "";
  private LogState reached = LogState.NONE;
  private boolean commitIsDue;
  private long notBeforeNanoTime = System.nanoTime();
  private long mergeNotBeforeNanoTime = System.nanoTime();

  /**
   * Someone who waits for what was written before he asked. What is written later does not concern
   * him: under steady writes there would be no end.
   *
   * @param position the position of the last write before
   * @param done completed when it is done
   */
  private record Waiter(long position, CompletableFuture<Void> done) {}

  /**
   * Makes the works of a collection.
   *
   * @param builds builds segments
   * @param policy chooses merges
   * @param log the collection's log, whose old files are removed
   * @param totals counts what is done
   */
  SegmentWorks(SegmentBuilds builds, MergePolicy policy, WriteAheadLog log, WriteTotals totals) {
    this.builds = builds;
    this.policy = policy;
    this.log = log;
    this.totals = totals;
  }

  /**
   * Connects the works with their collection.
   *
   * @param newStepper does a step on the writer's thread
   * @param newParts what the collection consists of
   * @param newFiles its files
   * @param newOnCommit publishes what the collection consists of, after each commit
   */
  void start(
      Function<WriteTask.Step.Action, CompletableFuture<Void>> newStepper,
      CollectionParts newParts,
      CollectionFiles newFiles,
      Runnable newOnCommit) {
    stepper = newStepper;
    onCommit = newOnCommit;
    parts = newParts;
    files = newFiles;
    reached = newFiles.manifest().log();
  }

  private CollectionParts parts() {
    if (parts == null) {
      throw new IllegalStateException("not started");
    }
    return parts;
  }

  private CollectionFiles files() {
    if (files == null) {
      throw new IllegalStateException("not started");
    }
    return files;
  }

  /** Returns whether nothing is being built and nobody waits for what is to be built. */
  boolean isIdle() {
    return seal == null
        && merge == null
        && !commitIsDue
        && sealWaiters.isEmpty()
        && compactWaiters.isEmpty();
  }

  /**
   * Returns why the last attempt to seal a segment or to commit has failed; null when it has not.
   */
  @Nullable Throwable failure() {
    return failure;
  }

  /**
   * Completes a future when everything up to a position is in sealed segments. What is in the
   * growing segment was frozen before.
   *
   * @param position the position of the last write
   * @param sealed the future
   */
  void whenSealed(long position, CompletableFuture<Void> sealed) {
    Waiter waiter = new Waiter(position, sealed);
    if (isSealed(waiter)) {
      sealed.complete(null);
    } else {
      sealWaiters.add(waiter);
    }
  }

  /**
   * Asks for one segment of all documents up to a position, without those that are deleted now.
   * What is in the growing segment was frozen before.
   *
   * @param position the position of the last write
   * @param compact completed when there is one
   */
  void compact(long position, CompletableFuture<Void> compact) {
    compactWaiters.add(new Waiter(position, compact));
  }

  private boolean isSealed(Waiter waiter) {
    List<GrowingPart> frozen = parts().frozen();
    return frozen.isEmpty() || frozen.getFirst().frozenPosition() > waiter.position;
  }

  /**
   * Begins what is to be built.
   *
   * @param idleNanos for how long nothing was written, in nanoseconds
   */
  void consider(long idleNanos) throws IOException {
    if (System.nanoTime() - notBeforeNanoTime < 0) {
      return;
    }
    if (commitIsDue) {
      tryCommit();
    }
    if (seal == null && !parts().frozen().isEmpty()) {
      GrowingPart oldest = parts().frozen().getFirst();
      seal = builds.seal(files(), oldest);
      whenBuilt(seal, () -> commitSeal(oldest));
    }
    if (merge == null && System.nanoTime() - mergeNotBeforeNanoTime >= 0) {
      considerMerge(idleNanos);
    }
  }

  private void considerMerge(long idleNanos) {
    List<SealedPart> sealed = parts().sealed();
    MergePolicy.Range range;
    if (compactWaiters.isEmpty()) {
      range =
          idleNanos >= IDLE_NANOS ? policy.chooseIdle(sizes(sealed)) : policy.choose(sizes(sealed));
    } else {
      range = considerCompaction(sealed);
    }
    if (range != null) {
      List<SealedPart> neighbours = sealed.subList(range.from(), range.to());
      merge = builds.merge(files(), neighbours);
      List<SealedPart> merged = List.copyOf(neighbours);
      whenBuilt(merge, () -> commitMerge(merged));
    }
  }

  private static List<MergePolicy.Size> sizes(List<SealedPart> parts) {
    return parts.stream()
        .map(part -> new MergePolicy.Size(part.documentCount(), part.live().size()))
        .toList();
  }

  /**
   * Returns what is to be merged for those who wait for a compaction and whose documents are all
   * sealed; null for nothing. Segments that came later are left alone.
   */
  private MergePolicy.@Nullable Range considerCompaction(List<SealedPart> sealed) {
    List<Waiter> ready = compactWaiters.stream().filter(this::isSealed).toList();
    if (ready.isEmpty()) {
      return null;
    }
    long last = ready.stream().mapToLong(Waiter::position).max().orElseThrow();
    List<SealedPart> older =
        sealed.stream().takeWhile(part -> part.firstPosition() <= last).toList();
    MergePolicy.Range range = policy.chooseAll(sizes(older));
    if (range == null) {
      complete(compactWaiters, ready);
    } else {
      compacting = ready;
    }
    return range;
  }

  /** Completes some of those who wait. */
  private static void complete(List<Waiter> waiters, List<Waiter> some) {
    waiters.removeAll(some);
    some.forEach(waiter -> waiter.done.complete(null));
  }

  private void whenBuilt(SegmentBuilds.Build build, WriteTask.Step.Action commit) {
    CompletableFuture<?> _ =
        build
            .done()
            .handle((_, failed) -> failed)
            .thenCompose(
                failed ->
                    stepper.apply(
                        () -> {
                          if (failed == null) {
                            commit.run();
                          } else {
                            failed(build, failed);
                          }
                        }));
  }

  private void failed(SegmentBuilds.Build build, Throwable failed) {
    if (build.equals(seal)) {
      seal = null;
      failure = failed;
      failed("a segment could not be built", failed);
      return;
    }
    // Seals go on: without merges there are more segments, but without seals writes would wait.
    merge = null;
    compacting = List.of();
    warn("segments could not be merged", failed);
    mergeNotBeforeNanoTime = System.nanoTime() + RETRY_NANOS;
    failWaiters(compactWaiters, failed);
  }

  private void failed(String what, Throwable failed) {
    warn(what, failed);
    notBeforeNanoTime = System.nanoTime() + RETRY_NANOS;
    failWaiters(failed);
  }

  private void failWaiters(Throwable failed) {
    failWaiters(sealWaiters, failed);
    failWaiters(compactWaiters, failed);
  }

  /** On a full disk it fails every other second, and the first report says everything. */
  private void warn(String what, Throwable failed) {
    String message = what + ": " + failed;
    if (!message.equals(lastReport)) {
      lastReport = message;
      LOG.warn(
          "collection {}: {}; it is tried again: {}",
          files().manifest().name(),
          what,
          failed.toString(),
          failed);
    }
  }

  private void failWaiters(List<Waiter> waiting, Throwable failed) {
    Throwable told = FullDisk.told(failed, files().directory());
    List<Waiter> waiters = List.copyOf(waiting);
    waiting.clear();
    waiters.forEach(waiter -> waiter.done.completeExceptionally(told));
  }

  private void commitSeal(GrowingPart source) throws IOException {
    SegmentBuilds.Build build = seal;
    if (build == null) {
      throw new IllegalStateException("nothing is sealed");
    }
    SealedPart replacement;
    try {
      replacement =
          NewSegment.open(files(), build, List.of(source.frozenLive()), List.of(source.live()));
    } catch (IOException failed) {
      failed(build, failed);
      return;
    }
    seal = null;
    parts().sealOldest(replacement);
    reached = new LogState(reached.epoch(), source.frozenSequence(), source.frozenPosition());
    if (tryCommit()) {
      complete(sealWaiters, sealWaiters.stream().filter(this::isSealed).toList());
    }
  }

  private void commitMerge(List<SealedPart> sources) throws IOException {
    SegmentBuilds.Build build = merge;
    if (build == null) {
      throw new IllegalStateException("nothing is merged");
    }
    SealedPart replacement;
    try {
      replacement =
          NewSegment.open(
              files(), build, build.livesBefore(), sources.stream().map(SealedPart::live).toList());
    } catch (IOException failed) {
      failed(build, failed);
      return;
    }
    merge = null;
    List<Waiter> compacted = compacting;
    compacting = List.of();
    parts().replace(sources, replacement);
    if (tryCommit()) {
      complete(compactWaiters, compacted);
    }
  }

  /**
   * Commits what was deleted since the last commit, when every document is in a sealed segment.
   *
   * @param sequence the last frame of the log that was applied
   * @param position the position of the last write
   * @throws IOException when it fails; it is tried again later
   */
  void commitAll(long sequence, long position) throws IOException {
    if (!parts().isSealed()) {
      throw new IllegalStateException("documents are in growing segments");
    }
    if (commitIsDue || sequence > reached.floor()) {
      reached = new LogState(reached.epoch(), sequence, position);
      commitIsDue = true;
      commit();
    }
  }

  /**
   * Makes all that was appended to the log durable, and counts how long that takes.
   *
   * @throws LogFailedException when the log has failed
   */
  void force() throws IOException {
    long start = System.nanoTime();
    if (log.force()) {
      totals.forced(System.nanoTime() - start);
    }
  }

  private void commit() throws IOException {
    // A deletion that is named by the new files must not be lost with its frame.
    force();
    files().commit(reached.withDurable(log.lastSequence()), parts().sealed());
    commitIsDue = false;
    failure = null;
    lastReport = "";
    log.truncateBefore(reached.floor());
    onCommit.run();
  }

  /** Commits; returns false when that has failed, for example because the disk is full. */
  private boolean tryCommit() throws IOException {
    commitIsDue = true;
    try {
      commit();
      return true;
    } catch (LogFailedException failed) {
      throw failed;
    } catch (IOException failed) {
      failure = failed;
      failed("a commit has failed", failed);
      return false;
    }
  }

  /** Stops what is being built and waits for it. */
  void close() {
    if (seal != null) {
      seal.cancel();
    }
    if (merge != null) {
      merge.cancel();
    }
    failWaiters(new IllegalStateException("the collection was closed meanwhile"));
  }
}

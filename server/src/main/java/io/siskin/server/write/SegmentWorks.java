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
  private final List<CompletableFuture<Void>> sealWaiters = new ArrayList<>();
  private final List<CompletableFuture<Void>> compactWaiters = new ArrayList<>();
  private Function<WriteTask.Step.Action, CompletableFuture<Void>> stepper =
      _ -> CompletableFuture.completedFuture(null);
  private Runnable onCommit = () -> {};
  private @Nullable CollectionParts parts;
  private @Nullable CollectionFiles files;
  private SegmentBuilds.@Nullable Build seal;
  private SegmentBuilds.@Nullable Build merge;
  private LogState reached = LogState.NONE;
  private boolean commitIsDue;
  private long notBeforeNanoTime = System.nanoTime();

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
   * Completes a future when all segments that are frozen now are sealed.
   *
   * @param sealed the future
   */
  void whenSealed(CompletableFuture<Void> sealed) {
    if (parts().frozen().isEmpty()) {
      sealed.complete(null);
    } else {
      sealWaiters.add(sealed);
    }
  }

  /**
   * Asks for one segment without deleted documents.
   *
   * @param compact completed when there is one
   */
  void compact(CompletableFuture<Void> compact) {
    compactWaiters.add(compact);
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
    if (merge == null) {
      considerMerge(idleNanos);
    }
  }

  private void considerMerge(long idleNanos) {
    List<SealedPart> sealed = parts().sealed();
    List<MergePolicy.Size> sizes =
        sealed.stream()
            .map(part -> new MergePolicy.Size(part.documentCount(), part.live().size()))
            .toList();
    MergePolicy.Range range;
    if (compactWaiters.isEmpty()) {
      range = idleNanos >= IDLE_NANOS ? policy.chooseIdle(sizes) : policy.choose(sizes);
    } else {
      range = policy.chooseAll(sizes);
      if (range == null && parts().frozen().isEmpty()) {
        compactWaiters.forEach(waiter -> waiter.complete(null));
        compactWaiters.clear();
      }
    }
    if (range != null) {
      List<SealedPart> neighbours = sealed.subList(range.from(), range.to());
      merge = builds.merge(files(), neighbours);
      List<SealedPart> merged = List.copyOf(neighbours);
      whenBuilt(merge, () -> commitMerge(merged));
    }
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
    } else {
      merge = null;
    }
    failed("a segment could not be built", failed);
  }

  private void failed(String what, Throwable failed) {
    LOG.warn(
        "collection {}: {}; it is tried again: {}",
        files().manifest().name(),
        what,
        failed.toString(),
        failed);
    notBeforeNanoTime = System.nanoTime() + RETRY_NANOS;
    failWaiters(failed);
  }

  private void failWaiters(Throwable failed) {
    List<CompletableFuture<Void>> waiters = new ArrayList<>(sealWaiters);
    waiters.addAll(compactWaiters);
    sealWaiters.clear();
    compactWaiters.clear();
    waiters.forEach(waiter -> waiter.completeExceptionally(failed));
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
    if (tryCommit() && parts().frozen().isEmpty()) {
      List<CompletableFuture<Void>> waiters = List.copyOf(sealWaiters);
      sealWaiters.clear();
      waiters.forEach(waiter -> waiter.complete(null));
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
    parts().replace(sources, replacement);
    tryCommit();
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
    files().commit(reached, parts().sealed());
    commitIsDue = false;
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

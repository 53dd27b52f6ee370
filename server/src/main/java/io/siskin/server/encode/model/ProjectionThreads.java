package io.siskin.server.encode.model;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a range in pieces, one per thread, the calling one among them.
 *
 * <p>Safe for concurrent use: several callers share the other threads.
 */
final class ProjectionThreads {
  private final int count;
  private final @Nullable ExecutorService others;

  /**
   * Starts threads.
   *
   * @param count how many, the calling one counted, 1 or more
   */
  ProjectionThreads(int count) {
    this.count = count;
    this.others =
        count == 1
            ? null
            : Executors.newFixedThreadPool(
                count - 1, Thread.ofPlatform().daemon().name("siskin-projection-", 0).factory());
  }

  /** A piece of work. */
  @FunctionalInterface
  interface Piece {
    void run(int first, int end);
  }

  /** Runs a piece of work over 0 to the end and returns when all of it is done. */
  void run(int end, Piece piece) {
    List<CompletableFuture<Void>> rest = new ArrayList<>();
    for (int i = 1; i < count && others != null; i++) {
      int first = bound(end, i);
      int last = bound(end, i + 1);
      try {
        rest.add(CompletableFuture.runAsync(() -> piece.run(first, last), others));
      } catch (RejectedExecutionException closing) {
        // The model is being closed, which waits for its last batch: this one.
        piece.run(first, last);
      }
    }
    piece.run(0, bound(end, 1));
    // Not interruptible: the pieces write to memory of the caller.
    rest.forEach(CompletableFuture::join);
  }

  private int bound(int end, int piece) {
    return (int) ((long) end * piece / count);
  }

  /** Ends the threads once their work is done. */
  void close() {
    if (others != null) {
      others.close();
    }
  }
}

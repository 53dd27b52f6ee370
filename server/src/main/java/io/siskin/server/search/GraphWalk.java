package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.segment.NeighbourGraph;
import io.siskin.index.segment.RowScorer;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks through a graph of neighbours as HNSW does (Malkov and Yashunin, IEEE TPAMI 2020): down the
 * levels to a good row, and then from the best row to its neighbours until none is better than the
 * worst of the candidates that are kept. Rows of documents that may not be found are walked through
 * and not kept.
 *
 * <p>It is scratch memory: one thread uses it at a time, and it fits its graph. Nothing is
 * allocated per row.
 */
final class GraphWalk {
  // A clock is read once in so many rows whose neighbours are scored: some tens of microseconds.
  private static final int ROWS_PER_CHECK = 32;

  private final NeighbourGraph graph;
  private final int rowCount;
  private final long[] visited;
  private final int[] neighbours;
  private final int[] batch;
  private final float[] scores;
  private final RowHeap kept = new RowHeap();

  // The complements of keys, so that the best row is on top.
  private final RowHeap open = new RowHeap();

  private long scored;

  GraphWalk(NeighbourGraph graph) {
    this.graph = graph;
    this.rowCount = graph.rowCount(0);
    this.visited = new long[(rowCount + Long.SIZE - 1) / Long.SIZE];
    this.neighbours = new int[graph.width(0)];
    this.batch = new int[graph.width(0)];
    this.scores = new float[graph.width(0)];
  }

  /** Returns the memory that it takes, in bytes, but for its heaps. */
  long heapBytes() {
    return (long) Long.BYTES * visited.length;
  }

  /** Returns how many rows the last walk scored. */
  long scored() {
    return scored;
  }

  /** Returns the rows that the last walk found. */
  RowHeap kept() {
    return kept;
  }

  /**
   * Looks for the nearest rows.
   *
   * @param scorer scores rows
   * @param accepted the documents that may be found; null for all
   * @param width how many candidates are kept, 1 or more
   * @param scoredMax after so many rows the walk gives up
   * @param isSpent whether the budget is spent
   */
  GraphSearch.Ending walk(
      RowScorer scorer,
      @Nullable DocumentSet accepted,
      int width,
      long scoredMax,
      BooleanSupplier isSpent) {
    Arrays.fill(visited, 0);
    kept.clear();
    open.clear();
    scored = 0;
    long nearest = descend(scorer);
    visit(RowHeap.row(nearest));
    offer(nearest, accepted, width);
    // All rows can be reached from the entry row.
    if (visit(graph.entryRow())) {
      batch[0] = graph.entryRow();
      score(scorer, 1, accepted, width);
    }
    int untilCheck = ROWS_PER_CHECK;
    while (open.size() > 0) {
      long best = ~open.removeLeast();
      if (kept.size() == width && best < kept.least()) {
        break;
      }
      if (--untilCheck == 0) {
        untilCheck = ROWS_PER_CHECK;
        if (isSpent.getAsBoolean()) {
          return GraphSearch.Ending.SPENT;
        }
        if (scored > scoredMax) {
          return GraphSearch.Ending.GAVE_UP;
        }
      }
      graph.neighbours(0, RowHeap.row(best), neighbours);
      int count = 0;
      for (int row : neighbours) {
        // The end of the neighbours is above all rows, as an unsigned number.
        if (Integer.compareUnsigned(row, rowCount) >= 0) {
          break;
        }
        if (visit(row)) {
          batch[count++] = row;
        }
      }
      score(scorer, count, accepted, width);
    }
    return GraphSearch.Ending.COMPLETE;
  }

  /** Goes down to level 0, in each level to a row that has no nearer neighbour. */
  private long descend(RowScorer scorer) {
    batch[0] = graph.entryRow();
    scorer.scores(batch, 1, scores);
    scored++;
    long best = RowHeap.key(scores[0], graph.entryRow());
    for (int level = graph.levelCount() - 1; level > 0; level--) {
      for (long from = best + 1; best != from; ) {
        from = best;
        best = nearer(scorer, level, best);
      }
    }
    return best;
  }

  /** Returns the best of a row and its neighbours. */
  private long nearer(RowScorer scorer, int level, long from) {
    int place = graph.place(level, RowHeap.row(from));
    if (place < 0) {
      return from;
    }
    graph.neighbours(level, place, neighbours);
    int count = 0;
    while (count < graph.width(level) && Integer.compareUnsigned(neighbours[count], rowCount) < 0) {
      count++;
    }
    scorer.scores(neighbours, count, scores);
    scored += count;
    long best = from;
    for (int i = 0; i < count; i++) {
      best = Math.max(best, RowHeap.key(scores[i], neighbours[i]));
    }
    return best;
  }

  /** Marks a row. Returns false if it was visited before. */
  private boolean visit(int row) {
    long bit = 1L << row;
    long word = visited[row >>> 6];
    visited[row >>> 6] = word | bit;
    return (word & bit) == 0;
  }

  private void score(RowScorer scorer, int count, @Nullable DocumentSet accepted, int width) {
    scorer.scores(batch, count, scores);
    scored += count;
    for (int i = 0; i < count; i++) {
      offer(RowHeap.key(scores[i], batch[i]), accepted, width);
    }
  }

  private void offer(long key, @Nullable DocumentSet accepted, int width) {
    if (kept.size() == width && key < kept.least()) {
      return;
    }
    open.add(~key);
    int document = graph.document(RowHeap.row(key));
    if (document < 0 || (accepted != null && !accepted.contains(document))) {
      return;
    }
    if (kept.size() < width) {
      kept.add(key);
    } else {
      kept.replaceLeast(key);
    }
  }
}

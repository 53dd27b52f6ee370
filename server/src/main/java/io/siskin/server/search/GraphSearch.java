package io.siskin.server.search;

import io.siskin.index.dense.DenseQuery;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.segment.NeighbourGraph;
import io.siskin.index.segment.RowScorer;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The search of the graph of neighbours of one dense field in one segment. It finds most of the
 * documents with the largest scores, and looks at few of the others. Scores are those of a scan.
 *
 * <p>Safe for concurrent use. Scratch memory is kept as long as the segment.
 */
public final class GraphSearch {
  // How many rows a walk scores, by the number of neighbours: once, and for each candidate that it
  // keeps. And how much longer a row takes than in a scan, whose rows follow one another. Measured,
  // see ADR 0050.
  private static final double ROWS_PER_NEIGHBOUR = 20;
  private static final double ROWS_PER_CANDIDATE_AND_NEIGHBOUR = 1.4;
  private static final double ROW_COST = 3;

  private final NeighbourGraph graph;
  private final ScratchPool<GraphWalk> idle = new ScratchPool<>();

  /**
   * Makes the search of a graph.
   *
   * @param graph the graph; whoever searches keeps its segment retained
   */
  GraphSearch(NeighbourGraph graph) {
    this.graph = graph;
  }

  /**
   * What a search found.
   *
   * @param documents the documents, each once
   * @param scores the score of each
   * @param scored how many rows were scored
   * @param ending how the search ended
   */
  public record Found(int[] documents, float[] scores, long scored, Ending ending) {}

  /** How a search ended. */
  public enum Ending {
    /** No document that is left is likely to be near enough. */
    COMPLETE,
    /** The budget was spent. What was found so far is returned. */
    SPENT,
    /**
     * The search took about as long as a scan would, since the documents that may be found are far
     * from the query. It gave up and found nothing.
     */
    GAVE_UP
  }

  /** Returns the graph. */
  public NeighbourGraph graph() {
    return graph;
  }

  /** Returns the number of documents of the segment. */
  public int documentCount() {
    return graph.documentCount();
  }

  /** Returns the scratch memory that is kept now, in bytes. */
  long scratchBytes() {
    return idle.sum(GraphWalk::heapBytes);
  }

  /**
   * Tells whether a search of the graph is expected to take less than a scan of the documents that
   * may be found. The fewer of the documents may be found, the more rows a search walks through for
   * each that it keeps, and the fewer a scan has to score.
   *
   * @param accepted the documents that may be found; null for all
   * @param width how many candidates are kept
   */
  public boolean isWorthwhile(@Nullable DocumentSet accepted, int width) {
    double share = share(accepted);
    double perNeighbour = ROWS_PER_NEIGHBOUR + ROWS_PER_CANDIDATE_AND_NEIGHBOUR * width;
    double walked = graph.neighbours() * perNeighbour / share;
    return walked * ROW_COST < graph.rowCount(0) * share;
  }

  private static double share(@Nullable DocumentSet accepted) {
    return accepted == null ? 1 : accepted.size() / (double) Math.max(1, accepted.documentCount());
  }

  /**
   * Searches.
   *
   * @param query a query of the field; used by this thread
   * @param accepted the documents that may be found; null for all
   * @param wanted how many documents are wanted at least, if there are so many
   * @param width how many candidates are kept, {@code wanted} or more. More are kept if they turn
   *     out to be vectors of too few documents
   * @param isSpent whether the budget is spent
   */
  public Found search(
      DenseQuery query,
      @Nullable DocumentSet accepted,
      int wanted,
      int width,
      BooleanSupplier isSpent) {
    GraphWalk taken = idle.take();
    GraphWalk walk = taken == null ? new GraphWalk(graph) : taken;
    Found found = search(walk, query, accepted, wanted, width, isSpent);
    idle.giveBack(walk);
    return found;
  }

  private Found search(
      GraphWalk walk,
      DenseQuery query,
      @Nullable DocumentSet accepted,
      int wanted,
      int width,
      BooleanSupplier isSpent) {
    RowScorer scorer = new RowScorer(graph.field(), query);
    long scanned =
        accepted == null ? Long.MAX_VALUE : (long) (graph.rowCount(0) * share(accepted) / ROW_COST);
    long scored = 0;
    for (int candidates = Math.min(width, graph.rowCount(0)); ; ) {
      Ending ending = walk.walk(scorer, accepted, candidates, scanned - scored, isSpent);
      scored += walk.scored();
      if (ending == Ending.GAVE_UP) {
        return new Found(new int[0], new float[0], scored, ending);
      }
      int[] documents = documents(walk.kept());
      boolean hasRoom = walk.kept().size() < candidates || candidates == graph.rowCount(0);
      if (ending == Ending.SPENT || hasRoom || documents.length >= wanted) {
        return scored(walk.kept(), documents, query, scored, ending);
      }
      candidates = (int) Math.min(graph.rowCount(0), 2L * candidates);
    }
  }

  /** Returns the documents of rows, each once, in ascending order. */
  private int[] documents(RowHeap rows) {
    int[] documents = new int[rows.size()];
    for (int i = 0; i < documents.length; i++) {
      documents[i] = graph.document(RowHeap.row(rows.key(i)));
    }
    if (!graph.hasDocuments()) {
      return documents;
    }
    Arrays.sort(documents);
    int count = 0;
    for (int i = 0; i < documents.length; i++) {
      if (i == 0 || documents[i] != documents[i - 1]) {
        documents[count++] = documents[i];
      }
    }
    return Arrays.copyOf(documents, count);
  }

  private Found scored(
      RowHeap rows, int[] documents, DenseQuery query, long before, Ending ending) {
    float[] scores = new float[documents.length];
    long scored = before;
    for (int i = 0; i < scores.length; i++) {
      if (graph.hasDocuments()) {
        // Vectors of the document that were not found may be nearer than the one that was.
        scores[i] = graph.field().score(query, documents[i]);
        scored += graph.field().vectorCount(documents[i]);
      } else {
        scores[i] = RowHeap.score(rows.key(i));
      }
    }
    return new Found(documents, scores, scored, ending);
  }
}

package io.siskin.index.neighbours;

import io.siskin.index.dense.DenseGraph;
import io.siskin.index.segment.MappedDenseField;
import io.siskin.index.segment.RowPairs;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphBuilder;
import org.apache.lucene.util.hnsw.OnHeapHnswGraph;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/**
 * Builds a graph of neighbours: HNSW (Malkov and Yashunin, "Efficient and Robust Approximate
 * Nearest Neighbor Search Using Hierarchical Navigable Small World Graphs", IEEE TPAMI 2020) by
 * Lucene, and then the links of {@link ReachableRows}.
 *
 * <p>One thread builds, in the order of the rows and with a fixed seed, and the inner products have
 * the same bits everywhere. So the same rows and parameters give the same graph. It takes about
 * {@code 20 × neighbours} bytes of heap per row.
 */
public final class GraphConstruction {
  private static final long SEED = 42;

  private GraphConstruction() {}

  /**
   * Builds a graph.
   *
   * @param field a field with at least one vector, which stores values. The caller keeps it mapped
   * @param options how many neighbours are looked for, and how widely
   * @param progress is told after each row how many rows are in the graph. What it throws ends the
   *     build
   */
  public static NeighbourLists build(
      MappedDenseField field, DenseGraph options, IntConsumer progress) throws IOException {
    int rowCount = field.vectorCount();
    HnswGraphBuilder builder =
        HnswGraphBuilder.create(
            new PairScorers(field), options.neighbours(), options.buildWidth(), SEED, rowCount);
    for (int row = 0; row < rowCount; row++) {
      builder.addGraphNode(row);
      progress.accept(row + 1);
    }
    OnHeapHnswGraph graph = builder.getCompletedGraph();
    int[][] levels = new int[graph.numLevels()][];
    for (int level = 1; level < levels.length; level++) {
      HnswGraph.NodesIterator nodes = graph.getNodesOnLevel(level);
      levels[level] = new int[nodes.size()];
      for (int i = 0; i < levels[level].length; i++) {
        levels[level][i] = nodes.nextInt();
      }
      Arrays.sort(levels[level]);
    }
    ReachableRows base =
        new ReachableRows(row -> neighbours(graph, 0, row), rowCount, 2 * options.neighbours());
    base.connect(graph.entryNode());
    return new NeighbourLists() {
      @Override
      public int levelCount() {
        return levels.length;
      }

      @Override
      public int entryRow() {
        return graph.entryNode();
      }

      @Override
      public int[] rows(int level) {
        return levels[level];
      }

      @Override
      public int[] neighbours(int level, int row) {
        return level == 0 ? base.neighbours(row) : GraphConstruction.neighbours(graph, level, row);
      }
    };
  }

  private static int[] neighbours(OnHeapHnswGraph graph, int level, int row) {
    org.apache.lucene.util.hnsw.NeighborArray found = graph.getNeighbors(level, row);
    int[] neighbours = Arrays.copyOf(found.nodes(), found.size());
    Arrays.sort(neighbours);
    return neighbours;
  }

  /** Makes the scorers of one field. */
  private record PairScorers(MappedDenseField field) implements RandomVectorScorerSupplier {
    @Override
    public UpdateableRandomVectorScorer scorer() {
      return new PairScorer(new RowPairs(field));
    }

    @Override
    public RandomVectorScorerSupplier copy() {
      return this;
    }
  }
}

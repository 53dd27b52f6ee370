package io.siskin.index.dense;

import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.FormatV2;

/**
 * How a segment gets a graph of neighbours of the vectors of a dense field, by which a search looks
 * at few of them.
 *
 * @param neighbours how many neighbours a vector gets in the levels above level 0, 2 to 64. In
 *     level 0 it gets up to twice as many
 * @param buildWidth how many candidates are kept while the neighbours of a vector are searched for,
 *     2 to 1,000. More take longer and find better neighbours
 * @param vectorsMin a segment with fewer vectors of the field gets no graph, since it is scanned
 *     quickly: 1 or more
 */
public record DenseGraph(int neighbours, int buildWidth, int vectorsMin) {
  /** The neighbours where nothing is said. */
  public static final int NEIGHBOURS = 16;

  /** The build width where nothing is said. */
  public static final int BUILD_WIDTH = 100;

  /** The vectors from which on a segment gets a graph, where nothing is said. */
  public static final int VECTORS_MIN = 10_000;

  /** What is used where nothing is said. */
  public static final DenseGraph DEFAULTS = new DenseGraph(NEIGHBOURS, BUILD_WIDTH, VECTORS_MIN);

  /** Checks the ranges. */
  public DenseGraph {
    Ranges.check(
        "neighbours", neighbours, FormatV2.GRAPH_NEIGHBOURS_MIN, FormatV2.GRAPH_NEIGHBOURS_MAX);
    Ranges.check(
        "build width", buildWidth, FormatV2.GRAPH_BUILD_WIDTH_MIN, FormatV2.GRAPH_BUILD_WIDTH_MAX);
    Ranges.check("fewest vectors of a graph", vectorsMin, 1, FormatV2.DENSE_VECTOR_COUNT_MAX);
  }
}

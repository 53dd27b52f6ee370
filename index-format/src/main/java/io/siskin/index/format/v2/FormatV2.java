package io.siskin.index.format.v2;

import io.siskin.index.format.v1.FormatV1;

/**
 * Version 2. It has all files of version 1 with the same layout, and files of its own. So a
 * structure that both versions have is described by its class in version 1.
 */
public final class FormatV2 {
  /** The version in the header. */
  public static final int VERSION = 2;

  /** The largest number of columns of a segment. */
  public static final int COLUMN_COUNT_MAX = 256;

  /** The largest number of texts in one column, with repetitions. Their places fit an int. */
  public static final int COLUMN_VALUE_COUNT_MAX = Integer.MAX_VALUE;

  /** The largest number of dense fields of a segment. */
  public static final int DENSE_FIELD_COUNT_MAX = 16;

  /** The largest number of dimensions of a dense vector. */
  public static final int DENSE_DIMENSIONS_MAX = 4_096;

  /** The largest number of vectors that a document has of one dense field. */
  public static final int DENSE_DOCUMENT_VECTOR_COUNT_MAX = 1_024;

  /** The largest number of vectors of one dense field in a segment. */
  public static final int DENSE_VECTOR_COUNT_MAX = Integer.MAX_VALUE;

  /** The most bytes that the dense vectors of one document take, all fields together. */
  public static final int DENSE_DOCUMENT_LENGTH_MAX = 16 << 20;

  /** The fewest neighbours that a graph is built with. */
  public static final int GRAPH_NEIGHBOURS_MIN = 2;

  /** The most neighbours that a graph is built with. Level 0 has twice as many. */
  public static final int GRAPH_NEIGHBOURS_MAX = 64;

  /** The least width of the searches that build a graph. Half of it must not be 0. */
  public static final int GRAPH_BUILD_WIDTH_MIN = 2;

  /** The largest width of the searches that build a graph. */
  public static final int GRAPH_BUILD_WIDTH_MAX = 1_000;

  /** The largest number of levels of a graph, with level 0. */
  public static final int GRAPH_LEVEL_COUNT_MAX = 64;

  /**
   * The largest position of a document. Above it is as much room as a segment has ordinals, so that
   * no sum of both is too large.
   */
  public static final long POSITION_MAX = Long.MAX_VALUE - FormatV1.DOCUMENT_COUNT_MAX;

  private FormatV2() {}
}

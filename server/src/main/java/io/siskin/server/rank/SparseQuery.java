package io.siskin.server.rank;

import io.siskin.index.vector.SparseVector;

/** What a sparse stage searches for. */
public sealed interface SparseQuery {
  /** The query of the request. */
  record OfRequest() implements SparseQuery {}

  /**
   * Text, to be encoded by the collection's query encoder.
   *
   * @param text at most 65,536 characters; may be empty, which finds nothing
   */
  record Text(String text) implements SparseQuery {}

  /**
   * A vector, searched as it is.
   *
   * @param vector keyed as the collection's vocabulary is
   */
  record Vector(SparseVector vector) implements SparseQuery {}
}

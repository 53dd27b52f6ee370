package io.siskin.server.rank;

import io.siskin.index.vector.SparseVector;
import java.util.Map;

/**
 * The vectors of all queries of a tree.
 *
 * @param sparse those of its sparse queries
 * @param dense those of its dense queries; vectors that the tree gives itself may be missing
 */
public record EncodedQueries(
    Map<SparseQuery, SparseVector> sparse, Map<DenseSearch, DenseVector> dense) {
  /**
   * Makes the queries of a tree whose dense queries are all vectors of its own.
   *
   * @param sparse the vectors of its sparse queries
   */
  static EncodedQueries ofSparse(Map<SparseQuery, SparseVector> sparse) {
    return new EncodedQueries(sparse, Map.of());
  }
}

package io.siskin.server.rank.scope;

import io.siskin.index.vector.SparseVector;
import io.siskin.server.rank.tree.DenseSearch;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.SparseQuery;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The vectors of all queries of a tree.
 *
 * @param sparse those of its sparse queries
 * @param dense those of its dense queries; vectors that the tree gives itself may be missing
 * @param tokens the token vectors of the request's text; none if no stage takes them
 */
public record EncodedQueries(
    Map<SparseQuery, SparseVector> sparse,
    Map<DenseSearch, DenseVector> dense,
    List<SparseVector> tokens) {
  /** Copies the list. */
  public EncodedQueries {
    tokens = List.copyOf(tokens);
  }

  /**
   * Returns the vector of a dense query.
   *
   * @param field the name of the dense field
   * @param target what is looked for, a vector or one of the dense queries of the tree
   */
  public DenseVector dense(String field, DenseTarget target) {
    return target instanceof DenseTarget.Vector(DenseVector given)
        ? given
        : Objects.requireNonNull(dense.get(new DenseSearch(field, target)));
  }

  /**
   * Makes the queries of a tree whose dense queries are all vectors of its own.
   *
   * @param sparse the vectors of its sparse queries
   */
  public static EncodedQueries ofSparse(Map<SparseQuery, SparseVector> sparse) {
    return new EncodedQueries(sparse, Map.of(), List.of());
  }
}

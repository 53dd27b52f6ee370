package io.siskin.server.rank.tree;

import io.siskin.index.vector.SparseVector;
import java.util.List;

/** The vectors of a query for late interaction. */
public sealed interface TokenQuery {
  /**
   * What the request has for the field: vectors ({@link RequestVectors}) or, for a field of terms
   * without any, the token vectors that the query encoder makes of the text of the request.
   */
  record OfRequest() implements TokenQuery {}

  /**
   * Vectors of numbers, for a field of values.
   *
   * @param vectors the vectors
   */
  record Values(List<DenseVector> vectors) implements TokenQuery {
    /** Copies the list. */
    public Values {
      vectors = List.copyOf(vectors);
    }
  }

  /**
   * Token vectors, for a field of terms.
   *
   * @param vectors the vectors
   */
  record Terms(List<SparseVector> vectors) implements TokenQuery {
    /** Copies the list. */
    public Terms {
      vectors = List.copyOf(vectors);
    }
  }
}

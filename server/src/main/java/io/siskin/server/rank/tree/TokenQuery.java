package io.siskin.server.rank.tree;

import io.siskin.index.vector.SparseVector;
import java.util.List;

/** The vectors of a query for late interaction. */
public sealed interface TokenQuery {
  /**
   * What the request has for the field: vectors ({@link RequestVectors}) or, without any, the token
   * vectors that an encoder makes of the text of the request.
   */
  record OfRequest() implements TokenQuery {}

  /**
   * Token vectors that an encoder makes of a text.
   *
   * @param text at most 65,536 characters; may be empty
   */
  record Text(String text) implements TokenQuery {}

  /**
   * A vector with a key.
   *
   * @param key the key, an unsigned number of 32 bits
   * @param vector the vector
   */
  record WithKey(int key, DenseVector vector) {}

  /**
   * Vectors with keys, for a field that stores keys.
   *
   * @param vectors the vectors
   */
  record Keyed(List<WithKey> vectors) implements TokenQuery {
    /** Copies the list. */
    public Keyed {
      vectors = List.copyOf(vectors);
    }
  }

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

package io.siskin.server.rank.scope;

import io.siskin.index.dense.DenseStorage;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.TokenQuery;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The dense fields of a snapshot, as stages use them.
 *
 * <p>Safe for concurrent use, while the snapshot is retained.
 */
public interface DenseFields {
  /** No fields. */
  DenseFields NONE =
      new DenseFields() {
        @Override
        public List<String> names() {
          return List.of();
        }

        @Override
        public @Nullable Field find(String name) {
          return null;
        }
      };

  /** Returns the names of the fields. */
  List<String> names();

  /**
   * Returns a field; null when there is none of the name.
   *
   * @param name the field's name
   */
  @Nullable Field find(String name);

  /** One dense field. */
  interface Field {
    /** Returns how many numbers its vectors have. */
    int dimensions();

    /** Returns whether texts of queries can be encoded for it. */
    default boolean encodesQueries() {
      return false;
    }

    /** Returns how its vectors are stored, which decides what queries it takes. */
    DenseStorage storage();

    /**
     * Prepares a query. The scorer is used by one thread.
     *
     * @param query as many finite numbers as there are dimensions
     * @throws io.siskin.index.error.InvalidInputException when a number is too large for the field,
     *     or when all are 0 and the score is a cosine
     */
    VectorScorer scorer(DenseVector query);

    /**
     * Returns the vectors of a document as they are stored: under the cosine, of length 1.
     *
     * @param segment the number of its segment in the snapshot
     * @param document its number in the segment
     * @return copies, in their order; empty if it has none
     */
    List<float[]> vectors(int segment, int document);

    /**
     * Prepares a query of a field of slices. The scorer is used by one thread.
     *
     * @param query a sparse vector
     * @throws io.siskin.index.error.InvalidInputException when a weight is too large for the field
     */
    Scorer scorer(SparseVector query);

    /**
     * Prepares a query for late interaction. The scorer is used by one thread. Its {@link
     * Scorer#score} is the sum of the largest inner products, and its {@link Scorer#scoreMax} is
     * infinite.
     *
     * @param query values of the field's dimensions, or token vectors for a field of terms
     * @throws io.siskin.index.error.InvalidInputException when a number is too large for the field,
     *     when all numbers of a vector are 0 and the score is a cosine, or when there are too many
     *     vectors or terms
     */
    Scorer scorer(TokenQuery query);
  }

  /** The scores of one query. */
  interface Scorer {
    /**
     * Tells whether a document has a vector.
     *
     * @param segment the number of its segment in the snapshot
     * @param document its number in the segment
     */
    boolean has(int segment, int document);

    /**
     * Returns the score of a document: the largest of its vectors' inner products with the query.
     *
     * @param segment the number of its segment in the snapshot
     * @param document its number in the segment; {@link #has} is true for it
     */
    double score(int segment, int document);

    /**
     * Returns a number that no {@link #score} is above, roundings included: the norm of the query
     * times the largest norm of a stored vector.
     */
    double scoreMax();
  }

  /** The scores of one dense vector, also with single vectors of documents. */
  interface VectorScorer extends Scorer {
    /** Returns the query as scores take it: divided by its length under the cosine. */
    DenseVector query();

    /**
     * Returns how many vectors a document has, 0 or more.
     *
     * @param segment the number of its segment in the snapshot
     * @param document its number in the segment
     */
    int vectorCount(int segment, int document);

    /**
     * Returns the inner product of one vector of a document with the query.
     *
     * @param segment the number of its segment in the snapshot
     * @param document its number in the segment
     * @param vector 0 to {@link #vectorCount} − 1
     */
    float score(int segment, int document, int vector);
  }
}

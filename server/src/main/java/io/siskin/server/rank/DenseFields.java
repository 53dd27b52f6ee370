package io.siskin.server.rank;

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

    /**
     * Prepares a query. The scorer is used by one thread.
     *
     * @param query as many finite numbers as there are dimensions
     * @throws io.siskin.index.error.InvalidInputException when a number is too large for the field,
     *     or when all are 0 and the score is a cosine
     */
    Scorer scorer(DenseVector query);

    /**
     * Returns the vectors of a document as they are stored: under the cosine, of length 1.
     *
     * @param segment the number of its segment in the snapshot
     * @param document its number in the segment
     * @return copies, in their order; empty if it has none
     */
    List<float[]> vectors(int segment, int document);
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
    float score(int segment, int document);

    /**
     * Returns a number that no {@link #score} is above, roundings included: the norm of the query
     * times the largest norm of a stored vector.
     */
    double scoreMax();

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

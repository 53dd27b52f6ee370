package io.siskin.index.dense;

/**
 * A dense field of one segment: the vectors of its documents, and their scores.
 *
 * <p>Safe for concurrent use while the segment is retained, as far as each thread has its own
 * {@link DenseQuery}.
 */
public interface DenseField {
  /** Returns the name of the field. */
  String name();

  /** Returns the number of values of a vector, 1 to 4,096. */
  int dimensions();

  /**
   * Returns how many vectors a document has.
   *
   * @param document its number in the segment
   * @return 0 or more; 0 says that the document has no score in this field
   */
  int vectorCount(int document);

  /**
   * Returns the largest score of the vectors of a document.
   *
   * @param query a query of this field
   * @param document its number in the segment
   * @return the score; negative infinity if the document has no vector
   */
  float score(DenseQuery query, int document);

  /**
   * Returns the score of one vector of a document.
   *
   * @param query a query of this field
   * @param document its number in the segment
   * @param vector 0 to {@link #vectorCount} − 1
   */
  float score(DenseQuery query, int document, int vector);

  /**
   * Finds the rows of a document, and adds them to a block. A document without a vector is added as
   * one that has none.
   *
   * @param document its number in the segment
   * @param block has room for one more
   */
  void locate(int document, RowBlock block);

  /**
   * Scores documents that follow one another, as {@link #score(DenseQuery, int)} does each of them.
   *
   * @param query a query of this field
   * @param first the number of the first document in the segment
   * @param count how many documents, 1 to {@link DenseQuery#RUN_LENGTH}
   * @param scores receives {@code count} scores; NaN for a document without a vector
   * @return how many of the documents have a vector
   */
  int scores(DenseQuery query, int first, int count, double[] scores);

  /**
   * Returns the sum, over the vectors of a query, of the largest score that each has with a vector
   * of a document.
   *
   * @param query a query of this field
   * @param document its number in the segment; it has at least one vector
   */
  double maxSim(MaxSimQuery query, int document);

  /**
   * Returns a number that the Euclidean length of no vector exceeds. In exact arithmetic, no score
   * is above its product with the length of the query.
   */
  float normMax();
}

package io.siskin.index.vector;

import io.siskin.index.error.InvalidInputException;

/**
 * An immutable set of terms, each with one finite weight above zero.
 *
 * <p>The same rules hold for documents and queries. A weight that is NaN, infinite or negative is
 * refused. A term with weight zero is left out, because it means the same as an absent term. (The
 * length of the input minus {@link #size} is the number of such terms.) A term that is given twice
 * is refused, because only the writer of the data can decide whether to add or to replace. A vector
 * may be empty. An empty document is stored and counted, but no search finds it. An empty query
 * finds nothing.
 */
public sealed interface SparseVector permits TokenVector, TermIdVector {
  /**
   * The heaviest weight that is accepted. With this limit, every score is finite in single
   * precision.
   */
  float WEIGHT_MAX = 1e30f;

  /** Returns the number of terms, 0 or more. */
  int size();

  /**
   * Returns a weight.
   *
   * @param index position of the term, 0 to {@link #size} − 1, in the vector's own order
   */
  float weight(int index);

  /**
   * Checks one weight against the rules above.
   *
   * @param term the term, for the message
   * @param weight the weight
   * @throws InvalidInputException if the weight is NaN, infinite, negative or above {@link
   *     #WEIGHT_MAX}
   */
  static void checkWeight(Object term, float weight) {
    if (!(weight >= 0 && weight <= WEIGHT_MAX)) {
      throw new InvalidInputException(
          "weight of term '" + term + "'", weight, "a finite number from 0 to 1e30");
    }
  }
}

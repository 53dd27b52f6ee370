package io.siskin.index.vector;

import io.siskin.index.error.InvalidInputException;

/**
 * An immutable set of terms, each with one finite weight above zero.
 *
 * <p>The rules, the same for documents and queries: a NaN, infinite or negative weight is refused;
 * a weight of zero says the same as an absent term, so the term is left out (the factory's input
 * length minus {@link #size} tells how many); a term that stands twice is refused, because whether
 * to add or to replace is for the writer of the data to say. A vector may be empty: an empty
 * document is stored and counted but never found, an empty query finds nothing.
 */
public sealed interface SparseVector permits TokenVector, TermIdVector {
  /** The heaviest weight that is accepted: keeps every score finite in single precision. */
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
   * @throws InvalidInputException when the weight is NaN, infinite, negative or above {@link
   *     #WEIGHT_MAX}
   */
  static void checkWeight(Object term, float weight) {
    if (!(weight >= 0 && weight <= WEIGHT_MAX)) {
      throw new InvalidInputException(
          "weight of term '" + term + "'", weight, "a finite number from 0 to 1e30");
    }
  }
}

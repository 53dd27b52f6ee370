package io.siskin.index.dense;

import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.nio.charset.StandardCharsets;

/**
 * The numbers by which dense fields know terms: no dictionary of a segment is asked, so vectors can
 * be copied from one segment to another. Pure functions.
 *
 * <p>The number of a term id is the id. The number of a token has the lower 32 bits of the hash of
 * its UTF-8. Two tokens of one number count as one term.
 */
public final class TermNumbers {
  private TermNumbers() {}

  /**
   * Returns the number of a term.
   *
   * @param vector the vector that has the term
   * @param index the place of the term in the vector
   * @return an unsigned number of 32 bits
   */
  public static int of(SparseVector vector, int index) {
    return switch (vector) {
      case TermIdVector ids -> ids.termId(index);
      case TokenVector tokens -> of(tokens.token(index));
    };
  }

  /**
   * Returns the number of a token.
   *
   * @param token the token
   * @return an unsigned number of 32 bits
   */
  public static int of(String token) {
    byte[] utf8 = token.getBytes(StandardCharsets.UTF_8);
    return (int) StringListLayout.hash(utf8, 0, utf8.length);
  }
}

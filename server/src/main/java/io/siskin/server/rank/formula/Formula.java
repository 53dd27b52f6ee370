package io.siskin.server.rank.formula;

import io.siskin.index.error.InvalidInputException;

/**
 * A score that is computed from scores and declared fields; {@code docs/ranking.md} has the
 * grammar.
 *
 * @param text the formula as it was written
 * @param root what it means
 */
public record Formula(String text, Expression root) {
  /** The longest formula, in characters. */
  public static final int LENGTH_MAX = 4_096;

  /**
   * Reads a formula.
   *
   * @param text the formula
   * @throws InvalidInputException when it is none; it names the place
   */
  public static Formula parse(String text) {
    if (text.isBlank() || text.length() > LENGTH_MAX) {
      throw new InvalidInputException(
          "expression", text.length() + " characters", "1 to " + LENGTH_MAX + " characters");
    }
    return new Formula(text, new FormulaParser(text).parse());
  }
}

package io.siskin.server.app.flags;

import io.siskin.index.error.InvalidInputException;

/** Checks of options. */
public final class Ranges {
  private Ranges() {}

  /**
   * Refuses a value out of its range.
   *
   * @param option the option's name
   * @param value its value
   * @param min the least that is allowed
   * @param max the most
   */
  public static void check(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidInputException(option, value, min + " to " + max);
    }
  }
}

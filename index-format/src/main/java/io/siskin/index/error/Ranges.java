package io.siskin.index.error;

/** The one check of whole numbers that have a documented range. */
public final class Ranges {
  private Ranges() {}

  /**
   * Refuses a value out of its range.
   *
   * @param field the name of the field or option, as the caller spells it
   * @param value its value
   * @param min the least that is allowed
   * @param max the most that is allowed; {@link Long#MAX_VALUE} for no limit
   * @return the value
   * @throws InvalidInputException when the value is below the least or above the most
   */
  public static long check(String field, long value, long min, long max) {
    if (value < min || value > max) {
      String allowed = max == Long.MAX_VALUE ? min + " or more" : min + " to " + max;
      throw new InvalidInputException(field, value, allowed);
    }
    return value;
  }

  /**
   * Refuses a value out of its range.
   *
   * @param field the name of the field or option, as the caller spells it
   * @param value its value
   * @param min the least that is allowed
   * @param max the most that is allowed; {@link Integer#MAX_VALUE} for no limit
   * @return the value
   * @throws InvalidInputException when the value is below the least or above the most
   */
  public static int check(String field, int value, int min, int max) {
    check(field, (long) value, min, max == Integer.MAX_VALUE ? Long.MAX_VALUE : max);
    return value;
  }
}

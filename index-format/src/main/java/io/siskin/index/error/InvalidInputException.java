package io.siskin.index.error;

import org.jspecify.annotations.Nullable;

/**
 * The caller's fault: a value outside its documented range, in a request, an option or an input
 * file.
 *
 * <p>The message always names the field, the value that was found and what is allowed; the place (a
 * file and line, a request field path) is added by the one who knows it, see {@link #at}.
 */
public final class InvalidInputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;
  private static final int VALUE_LENGTH_MAX = 120;

  private final String field;
  private final String value;
  private final String allowed;
  private final @Nullable String place;

  /**
   * Creates an error without a place.
   *
   * @param field the name of the field or option, as the caller spells it
   * @param value the value that was found; long values are shortened
   * @param allowed what would have been accepted, in words or as a range with its unit
   */
  public InvalidInputException(String field, @Nullable Object value, String allowed) {
    this(field, shorten(String.valueOf(value)), allowed, null, null);
  }

  /**
   * Creates an error whose value is the explanation of another one, which is not shortened.
   *
   * @param field what is wrong, as the caller knows it
   * @param explanation what is wrong with it: a whole message
   * @param allowed what would have been accepted
   * @param cause the other error
   */
  public static InvalidInputException explained(
      String field, String explanation, String allowed, Throwable cause) {
    return new InvalidInputException(field, explanation, allowed, null, cause);
  }

  private InvalidInputException(
      String field,
      String value,
      String allowed,
      @Nullable String place,
      @Nullable Throwable cause) {
    super(
        (place == null ? "" : place + ": ") + field + " is " + value + "; allowed: " + allowed,
        cause);
    this.field = field;
    this.value = value;
    this.allowed = allowed;
    this.place = place;
  }

  /**
   * Returns the same error with the place where the value was found.
   *
   * @param newPlace for example {@code corpus.jsonl:17} or {@code SearchRequest.vector}
   */
  public InvalidInputException at(String newPlace) {
    String joined = place == null ? newPlace : newPlace + ": " + place;
    return new InvalidInputException(field, value, allowed, joined, this);
  }

  /** Returns the name of the offending field. */
  public String field() {
    return field;
  }

  /** Returns the offending value as text, shortened to 120 characters, or an explanation. */
  public String value() {
    return value;
  }

  /** Returns what would have been accepted. */
  public String allowed() {
    return allowed;
  }

  /** Returns where the value was found, or null when only the caller knows. */
  public @Nullable String place() {
    return place;
  }

  private static String shorten(String text) {
    if (text.length() <= VALUE_LENGTH_MAX) {
      return text;
    }
    // Half a character would be shown as another one.
    boolean splitsPair =
        Character.isSurrogatePair(text.charAt(VALUE_LENGTH_MAX - 1), text.charAt(VALUE_LENGTH_MAX));
    return text.substring(0, splitsPair ? VALUE_LENGTH_MAX - 1 : VALUE_LENGTH_MAX) + "…";
  }
}

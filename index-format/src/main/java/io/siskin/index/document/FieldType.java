package io.siskin.index.document;

import io.siskin.index.error.InvalidInputException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the values of a declared field are. */
public enum FieldType {
  /** Text. */
  STRING("string"),
  /** Several texts. */
  STRING_LIST("strings"),
  /** Whole numbers of 64 bits. */
  INT64("int64"),
  /** Numbers of 64 bits, without NaN. */
  DOUBLE("double"),
  /** True or false. */
  BOOL("bool"),
  /** Instants, to the microsecond. */
  TIMESTAMP("timestamp");

  private final String word;

  FieldType(String word) {
    this.word = word;
  }

  /** Returns its name on the command line and in files. */
  public String word() {
    return word;
  }

  /** Returns whether its values are texts. */
  public boolean isText() {
    return this == STRING || this == STRING_LIST;
  }

  /**
   * Returns the type of a name.
   *
   * @param word {@link #word}, in any case
   * @throws InvalidInputException when no type has the name
   */
  public static FieldType ofWord(String word) {
    for (FieldType type : values()) {
      if (type.word.equals(word.toLowerCase(Locale.ROOT))) {
        return type;
      }
    }
    throw new InvalidInputException(
        "type of a field",
        "'" + word + "'",
        Arrays.stream(values()).map(FieldType::word).collect(Collectors.joining(", ")));
  }

  /**
   * Reads a value of this type from its text, as it stands in input files and in filters. A list is
   * read as a list of one text.
   *
   * @param field the field's name, for the message
   * @param text the value as text; an instant as {@code 2026-05-01}, {@code 2026-05-01T12:00:00Z}
   *     or with an offset
   * @throws InvalidInputException when the text is no value of this type
   */
  public FieldValue parse(String field, String text) {
    try {
      return switch (this) {
        case STRING -> new FieldValue.Text(text);
        case STRING_LIST -> new FieldValue.TextList(List.of(text));
        case INT64 -> new FieldValue.Whole(Long.parseLong(text.strip()));
        case DOUBLE -> new FieldValue.Real(Double.parseDouble(text.strip()));
        case BOOL -> new FieldValue.Flag(parseFlag(text.strip()));
        case TIMESTAMP -> FieldValue.Moment.of(parseInstant(text.strip()));
      };
    } catch (NumberFormatException | DateTimeException | ArithmeticException unreadable) {
      throw new InvalidInputException("field '" + field + "'", "'" + text + "'", allowed());
    }
  }

  /** Returns in words what a value of this type looks like. */
  public String allowed() {
    return switch (this) {
      case STRING -> "a text";
      case STRING_LIST -> "a list of texts";
      case INT64 -> "a whole number from -2^63 to 2^63 - 1";
      case DOUBLE -> "a number, not NaN";
      case BOOL -> "true or false";
      case TIMESTAMP -> "an instant such as 2026-05-01 or 2026-05-01T12:00:00Z";
    };
  }

  private static boolean parseFlag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new NumberFormatException(text);
    };
  }

  private static Instant parseInstant(String text) {
    return text.indexOf('T') < 0 && text.indexOf('t') < 0
        ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
        : OffsetDateTime.parse(text).toInstant();
  }
}

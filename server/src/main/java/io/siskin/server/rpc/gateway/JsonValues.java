package io.siskin.server.rpc.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads values that are not objects, see {@link MessageReader}. */
final class JsonValues {
  // An exponent of fewer digits fits an int.
  private static final int EXPONENT_DIGITS = 9;

  // As protobuf's reader: a number that was printed as a float may be a little beyond its range.
  private static final double FLOAT_MAX = Float.MAX_VALUE * (1 + 1e-6);

  // What a number in range has at most. Beyond it, an exact value could have millions of digits.
  private static final int DIGITS_MAX = 400;

  private static final BigInteger UINT64_MAX =
      BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
  private static final BigInteger UINT32_MAX =
      BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE);
  private static final Instant TIMESTAMP_MIN = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant TIMESTAMP_MAX = Instant.parse("9999-12-31T23:59:59.999999999Z");
  private static final Pattern DURATION = Pattern.compile("(-?)([0-9]{1,12})(?:\\.([0-9]{1,9}))?s");
  private static final long DURATION_SECONDS_MAX = 315_576_000_000L;
  private static final int NANO_DIGITS = 9;
  private static final int SHOWN_LENGTH_MAX = 100;

  private JsonValues() {}

  /**
   * Reads a number, a text, a truth value or an enum.
   *
   * @param parser stands on the value
   * @param token the value's kind
   * @param field the field, or the list of which the value is an element
   * @param path where it stands
   * @return the value as protobuf's reflection wants it
   */
  static Object read(JsonParser parser, JsonToken token, FieldDescriptor field, JsonPath path)
      throws IOException {
    return switch (field.getType()) {
      case STRING -> {
        if (token != JsonToken.VALUE_STRING) {
          throw mismatch(parser, path, "a text in quotation marks");
        }
        yield wellFormed(parser.getText(), path);
      }
      case BOOL ->
          switch (token) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw mismatch(parser, path, "true or false");
          };
      case FLOAT ->
          (float) real(parser, token, path, FLOAT_MAX, "a number in the range of a float");
      case DOUBLE ->
          real(parser, token, path, Double.MAX_VALUE, "a number in the range of a double");
      case UINT32, FIXED32 -> whole(parser, token, path, BigInteger.ZERO, UINT32_MAX).intValue();
      case UINT64, FIXED64 -> whole(parser, token, path, BigInteger.ZERO, UINT64_MAX).longValue();
      case INT32, SINT32, SFIXED32 ->
          whole(parser, token, path, min(Integer.MIN_VALUE), min(Integer.MAX_VALUE)).intValue();
      case INT64, SINT64, SFIXED64 ->
          whole(parser, token, path, min(Long.MIN_VALUE), min(Long.MAX_VALUE)).longValue();
      case ENUM -> enumValue(parser, token, field, path);
      case BYTES, MESSAGE, GROUP ->
          throw new IllegalStateException("no request has a field like " + field.getFullName());
    };
  }

  private static BigInteger min(long value) {
    return BigInteger.valueOf(value);
  }

  /**
   * Refuses a text that UTF-8 has no bytes for.
   *
   * @param text a text
   * @param path where it stands
   * @return the text
   */
  static String wellFormed(String text, JsonPath path) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (Character.isSurrogate(unit)) {
        if (Character.isLowSurrogate(unit)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw at(path, "half of a character, at position " + i, "a text of whole characters");
        }
        i++;
      }
    }
    return text;
  }

  private static double real(
      JsonParser parser, JsonToken token, JsonPath path, double max, String allowed)
      throws IOException {
    String text = parser.getText();
    if (token == JsonToken.VALUE_STRING) {
      switch (text) {
        case "NaN" -> {
          return Double.NaN;
        }
        case "Infinity" -> {
          return Double.POSITIVE_INFINITY;
        }
        case "-Infinity" -> {
          return Double.NEGATIVE_INFINITY;
        }
        default -> {
          if (!isNumber(text)) {
            throw mismatch(parser, path, allowed);
          }
        }
      }
    } else if (!token.isNumeric()) {
      throw mismatch(parser, path, allowed);
    }
    double value = Double.parseDouble(text);
    if (Math.abs(value) > max || (value == 0 && hasHugeExponent(text))) {
      throw at(path, shown(text), allowed);
    }
    return value;
  }

  /** Tells whether a number has an exponent that is beyond those of every reader of numbers. */
  private static boolean hasHugeExponent(String text) {
    if (text.length() <= EXPONENT_DIGITS) {
      return false;
    }
    try {
      var _ = new BigDecimal(text);
      return false;
    } catch (NumberFormatException huge) {
      return true;
    }
  }

  private static BigInteger whole(
      JsonParser parser, JsonToken token, JsonPath path, BigInteger min, BigInteger max)
      throws IOException {
    String allowed = "a whole number from " + min + " to " + max;
    String text = parser.getText();
    boolean isNumber = token.isNumeric() || (token == JsonToken.VALUE_STRING && isNumber(text));
    if (!isNumber) {
      throw mismatch(parser, path, allowed);
    }
    BigInteger value = exact(text);
    if (value == null || value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw at(path, shown(text), allowed);
    }
    return value;
  }

  /** Returns a whole number; null for a fraction, and for what is far beyond all ranges. */
  private static @Nullable BigInteger exact(String text) {
    try {
      BigDecimal decimal = new BigDecimal(text);
      return Math.abs((long) decimal.scale()) <= DIGITS_MAX ? decimal.toBigIntegerExact() : null;
    } catch (NumberFormatException hugeExponent) {
      return null;
    } catch (ArithmeticException fraction) {
      return null;
    }
  }

  /** Tells whether a text is a number as JSON has it, and a short one. */
  private static boolean isNumber(String text) {
    return text.length() <= MessageReader.NUMBER_LENGTH_MAX
        && text.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  }

  private static EnumValueDescriptor enumValue(
      JsonParser parser, JsonToken token, FieldDescriptor field, JsonPath path) throws IOException {
    EnumValueDescriptor found = null;
    if (token == JsonToken.VALUE_STRING) {
      found = field.getEnumType().findValueByName(parser.getText());
    } else if (token == JsonToken.VALUE_NUMBER_INT
        && parser.getText().length() < SHOWN_LENGTH_MAX) {
      BigInteger number = parser.getBigIntegerValue();
      found =
          number.bitLength() < Integer.SIZE
              ? field.getEnumType().findValueByNumber(number.intValue())
              : null;
    }
    if (found == null) {
      throw mismatch(
          parser,
          path,
          field.getEnumType().getValues().stream()
              .map(EnumValueDescriptor::getName)
              .collect(Collectors.joining(", ")));
    }
    return found;
  }

  /** Reads an instant, see {@link #read}. */
  static Timestamp timestamp(JsonParser parser, @Nullable JsonToken token, JsonPath path)
      throws IOException {
    String allowed = "a text like 2026-01-31T23:59:59Z, from the years 1 to 9999";
    if (token != JsonToken.VALUE_STRING || parser.getTextLength() > SHOWN_LENGTH_MAX) {
      throw mismatch(parser, path, allowed);
    }
    Instant instant;
    try {
      instant = OffsetDateTime.parse(parser.getText()).toInstant();
    } catch (DateTimeParseException malformed) {
      throw mismatch(parser, path, allowed);
    }
    if (instant.isBefore(TIMESTAMP_MIN) || instant.isAfter(TIMESTAMP_MAX)) {
      throw mismatch(parser, path, allowed);
    }
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  /** Reads a length of time, see {@link #read}. */
  static Duration duration(JsonParser parser, @Nullable JsonToken token, JsonPath path)
      throws IOException {
    String allowed = "a text like 1.5s, of at most 315576000000 seconds and 9 decimals";
    if (token != JsonToken.VALUE_STRING || parser.getTextLength() > SHOWN_LENGTH_MAX) {
      throw mismatch(parser, path, allowed);
    }
    Matcher parts = DURATION.matcher(parser.getText());
    if (!parts.matches() || Long.parseLong(parts.group(2)) > DURATION_SECONDS_MAX) {
      throw mismatch(parser, path, allowed);
    }
    String decimals = parts.group(3) == null ? "" : parts.group(3);
    int nanos = Integer.parseInt(decimals + "0".repeat(NANO_DIGITS - decimals.length()));
    int sign = parts.group(1).isEmpty() ? 1 : -1;
    return Duration.newBuilder()
        .setSeconds(sign * Long.parseLong(parts.group(2)))
        .setNanos(sign * nanos)
        .build();
  }

  /**
   * Makes the error for a value of the wrong kind.
   *
   * @param parser stands on the value
   * @param path where it stands
   * @param allowed what would be accepted
   */
  static InvalidInputException mismatch(JsonParser parser, JsonPath path, String allowed)
      throws IOException {
    JsonToken token = parser.currentToken();
    String is =
        switch (token) {
          case null -> "empty";
          case START_OBJECT -> "an object";
          case START_ARRAY -> "a list";
          case VALUE_STRING -> '"' + shown(parser.getText()) + '"';
          default -> shown(parser.getText());
        };
    return at(path, is, allowed);
  }

  private static String shown(String text) {
    return text.length() <= SHOWN_LENGTH_MAX ? text : text.substring(0, SHOWN_LENGTH_MAX) + "…";
  }

  private static InvalidInputException at(JsonPath path, String is, String allowed) {
    return path.isRoot()
        ? new InvalidInputException("the body", is, allowed)
        : new InvalidInputException("the value", is, allowed).at(path.toString());
  }
}

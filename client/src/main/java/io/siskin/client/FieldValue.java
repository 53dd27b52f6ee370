package io.siskin.client;

import java.time.Instant;
import java.util.List;

/** The value of one field of a document. Immutable; made by one of the {@code of} methods. */
public sealed interface FieldValue {
  /**
   * Text.
   *
   * @param value the text; as the value of a declared field at most 32,766 bytes of UTF-8
   */
  record Text(String value) implements FieldValue {}

  /**
   * Several texts; a filter matches when any of them does.
   *
   * @param values 0 to 1,000 texts. The server does not keep their order, and keeps equal ones once
   */
  record TextList(List<String> values) implements FieldValue {
    /** Copies the list. */
    public TextList {
      values = List.copyOf(values);
    }
  }

  /**
   * A whole number.
   *
   * @param value the number
   */
  record Whole(long value) implements FieldValue {}

  /**
   * A number.
   *
   * @param value the number, not NaN
   */
  record Real(double value) implements FieldValue {}

  /**
   * True or false.
   *
   * @param value which of them
   */
  record Flag(boolean value) implements FieldValue {}

  /**
   * An instant. The server keeps it to the microsecond.
   *
   * @param value the instant
   */
  record Moment(Instant value) implements FieldValue {}

  /**
   * Makes a text.
   *
   * @param value the text
   */
  static FieldValue of(String value) {
    return new Text(value);
  }

  /**
   * Makes a list of texts.
   *
   * @param values 0 to 1,000 texts
   */
  static FieldValue of(List<String> values) {
    return new TextList(values);
  }

  /**
   * Makes a whole number.
   *
   * @param value the number
   */
  static FieldValue of(long value) {
    return new Whole(value);
  }

  /**
   * Makes a number.
   *
   * @param value the number, not NaN
   */
  static FieldValue of(double value) {
    return new Real(value);
  }

  /**
   * Makes a flag.
   *
   * @param value true or false
   */
  static FieldValue of(boolean value) {
    return new Flag(value);
  }

  /**
   * Makes an instant.
   *
   * @param value the instant
   */
  static FieldValue of(Instant value) {
    return new Moment(value);
  }
}

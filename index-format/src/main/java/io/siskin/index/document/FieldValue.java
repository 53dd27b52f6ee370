package io.siskin.index.document;

import io.siskin.index.error.InvalidInputException;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;

/**
 * The value of one declared field of one document.
 *
 * <p>Values that are not texts have an {@linkplain Keyed#key order key}: a whole number of 64 bits
 * whose order is that of the values. Columns store the key. Texts are ordered by their bytes of
 * UTF-8, which is the order of their code points.
 */
public sealed interface FieldValue {
  /** The longest text of a declared field, in bytes of UTF-8. */
  int TEXT_LENGTH_BYTES_MAX = 32_766;

  /** The most texts of one list. */
  int LIST_SIZE_MAX = 1_000;

  /** Returns the type of the field that has such a value. */
  FieldType type();

  /** Returns the value as text, in the form in which {@link FieldType#parse} reads it. */
  String toText();

  /** A value that has an order key. */
  sealed interface Keyed extends FieldValue {
    /** Returns the key: of two values of one type the smaller one has the smaller key. */
    long key();
  }

  /**
   * Text.
   *
   * @param value the text; its length is checked by {@link Schema#check}
   */
  record Text(String value) implements FieldValue {
    @Override
    public FieldType type() {
      return FieldType.STRING;
    }

    @Override
    public String toText() {
      return value;
    }
  }

  /**
   * Several texts.
   *
   * @param values the texts, each once, in ascending order of their UTF-16 code units
   */
  record TextList(List<String> values) implements FieldValue {
    /** Sorts the texts and drops repeated ones. */
    public TextList {
      values = List.copyOf(new TreeSet<>(values));
    }

    @Override
    public FieldType type() {
      return FieldType.STRING_LIST;
    }

    @Override
    public String toText() {
      return String.join(", ", values);
    }
  }

  /**
   * A whole number.
   *
   * @param value the number
   */
  record Whole(long value) implements Keyed {
    @Override
    public FieldType type() {
      return FieldType.INT64;
    }

    @Override
    public long key() {
      return value;
    }

    @Override
    public String toText() {
      return Long.toString(value);
    }
  }

  /**
   * A number.
   *
   * @param value the number, not NaN; −0 becomes 0
   */
  record Real(double value) implements Keyed {
    /** Checks that it is a number. */
    public Real {
      if (Double.isNaN(value)) {
        throw new InvalidInputException("value of a field", value, FieldType.DOUBLE.allowed());
      }
      value += 0.0;
    }

    @Override
    public FieldType type() {
      return FieldType.DOUBLE;
    }

    /** Returns the bits of the number, with those below the sign turned round if it is negative. */
    @Override
    public long key() {
      long bits = Double.doubleToRawLongBits(value);
      return bits ^ ((bits >> (Long.SIZE - 1)) & Long.MAX_VALUE);
    }

    /**
     * Returns the number of a key.
     *
     * @param key see {@link #key}
     */
    public static Real ofKey(long key) {
      return new Real(Double.longBitsToDouble(key ^ ((key >> (Long.SIZE - 1)) & Long.MAX_VALUE)));
    }

    @Override
    public String toText() {
      return Double.toString(value);
    }
  }

  /**
   * True or false.
   *
   * @param value which of them
   */
  record Flag(boolean value) implements Keyed {
    @Override
    public FieldType type() {
      return FieldType.BOOL;
    }

    @Override
    public long key() {
      return value ? 1 : 0;
    }

    @Override
    public String toText() {
      return Boolean.toString(value);
    }
  }

  /**
   * An instant.
   *
   * @param epochMicros microseconds since 1970-01-01T00:00:00Z, negative before
   */
  record Moment(long epochMicros) implements Keyed {
    private static final long MICROS_PER_SECOND = 1_000_000;

    /**
     * Returns an instant without its digits below the microsecond.
     *
     * @param instant the instant
     * @throws ArithmeticException when it is more than 292,000 years away
     */
    public static Moment of(Instant instant) {
      long seconds = instant.getEpochSecond();
      long micros = instant.getNano() / 1_000;
      // Counted from the next second before 1970: the first second does not fit as a whole.
      return new Moment(
          seconds < 0
              ? Math.addExact(
                  Math.multiplyExact(seconds + 1, MICROS_PER_SECOND), micros - MICROS_PER_SECOND)
              : Math.addExact(Math.multiplyExact(seconds, MICROS_PER_SECOND), micros));
    }

    /** Returns the instant. */
    public Instant instant() {
      return Instant.ofEpochSecond(
          Math.floorDiv(epochMicros, MICROS_PER_SECOND),
          Math.floorMod(epochMicros, MICROS_PER_SECOND) * 1_000);
    }

    @Override
    public FieldType type() {
      return FieldType.TIMESTAMP;
    }

    @Override
    public long key() {
      return epochMicros;
    }

    @Override
    public String toText() {
      return instant().toString();
    }
  }

  /**
   * Returns the value of a key.
   *
   * @param type the type, none of texts
   * @param key see {@link Keyed#key}
   */
  static FieldValue ofKey(FieldType type, long key) {
    return switch (type) {
      case INT64 -> new Whole(key);
      case DOUBLE -> Real.ofKey(key);
      case BOOL -> new Flag(key != 0);
      case TIMESTAMP -> new Moment(key);
      case STRING, STRING_LIST -> throw new IllegalArgumentException(type + " has no keys");
    };
  }
}

package io.siskin.server.app.terminal;

import java.util.Locale;

/** Numbers as people read them: three significant figures and a unit. */
public final class Units {
  private static final String[] BYTES = {"B", "kB", "MB", "GB", "TB", "PB"};
  private static final double STEP = 1000;

  private Units() {}

  /** Returns a length, for example {@code 18.2 MB}; a kilobyte has 1000 bytes. */
  public static String bytes(long count) {
    int unit = 0;
    double value = (double) count;
    while (value >= STEP - 0.5 && unit < BYTES.length - 1) {
      value /= STEP;
      unit++;
    }
    return (unit == 0 ? format("%.0f", value) : digits(value)) + " " + BYTES[unit];
  }

  /** Returns a whole number with its thousands apart, for example {@code 117,659}. */
  public static String count(long value) {
    return format("%,d", value);
  }

  /**
   * Returns "1 document" or "2 documents".
   *
   * @param value how many
   * @param noun of what, in the singular
   */
  public static String count(long value, String noun) {
    return count(value) + " " + noun + (value == 1 ? "" : "s");
  }

  /** Returns a duration, for example {@code 27.4 µs}. */
  public static String nanos(long value) {
    if (value < 1_000) {
      return value + " ns";
    }
    if (value < 1_000_000) {
      return digits(value / 1e3) + " µs";
    }
    return value < 1_000_000_000 ? digits(value / 1e6) + " ms" : digits(value / 1e9) + " s";
  }

  /** Returns a duration in seconds, for example {@code 12.3 s}. */
  public static String seconds(double value) {
    return digits(value) + " s";
  }

  private static String digits(double value) {
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return format("%." + decimals + "f", value);
  }

  @SuppressWarnings("AnnotateFormatMethod") // The formats are all above.
  private static String format(String format, Object value) {
    return String.format(Locale.ROOT, format, value);
  }
}

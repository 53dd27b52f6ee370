package io.siskin.loadtest.load.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * A histogram of latencies. It keeps three significant digits: a percentile is at most 0.1 % above
 * the true one, and never below it. Times from 1 nanosecond to hours fit. Used by one thread.
 */
public final class Latencies {
  /** How many significant digits of a time are kept. */
  public static final int DIGITS = 3;

  /** The percentiles of the report by their names. */
  static final Map<String, Double> PERCENTILES = percentiles();

  private static final double NANOS_PER_MILLI = 1e6;
  private static final int TICKS_PER_HALF_DISTANCE = 4;

  private final Histogram nanos = new Histogram(DIGITS);

  private static Map<String, Double> percentiles() {
    Map<String, Double> all = new LinkedHashMap<>();
    all.put("p50", 50.0);
    all.put("p90", 90.0);
    all.put("p99", 99.0);
    all.put("p99.9", 99.9);
    all.put("max", 100.0);
    return all;
  }

  /**
   * Adds a time.
   *
   * @param time in nanoseconds, 0 or more
   */
  public void add(long time) {
    nanos.recordValue(time);
  }

  /**
   * Adds all times of another histogram; the result is as if each had been added.
   *
   * @param other the other one, which stays as it is
   */
  public void add(Latencies other) {
    nanos.add(other.nanos);
  }

  /** Returns how many times there are. */
  public long count() {
    return nanos.getTotalCount();
  }

  /**
   * Returns the time that a share of the calls did not exceed.
   *
   * @param percentile 0 to 100
   * @return nanoseconds; 0 when there are no times
   */
  public long nanosAt(double percentile) {
    return nanos.getValueAtPercentile(percentile);
  }

  /** Returns the percentiles of {@link #PERCENTILES} in milliseconds, by their names. */
  ObjectNode percentilesMillis() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    PERCENTILES.forEach((name, value) -> node.put(name, millis(nanosAt(value))));
    return node;
  }

  /**
   * Returns the whole distribution: pairs of a percentile and the time in milliseconds, closer to
   * each other towards 100.
   */
  ArrayNode curve() {
    ArrayNode curve = JsonNodeFactory.instance.arrayNode();
    if (count() > 0) {
      for (HistogramIterationValue step : nanos.percentiles(TICKS_PER_HALF_DISTANCE)) {
        curve
            .addArray()
            .add(rounded(step.getPercentileLevelIteratedTo(), 5))
            .add(millis(step.getValueIteratedTo()));
      }
    }
    return curve;
  }

  /** Returns a time in milliseconds, rounded to microseconds. */
  static BigDecimal millis(long nanos) {
    return rounded(nanos / NANOS_PER_MILLI, 3);
  }

  /**
   * Returns a number with some digits after the point, and none that say nothing.
   *
   * @param value a finite number
   * @param digits how many digits
   */
  static BigDecimal rounded(double value, int digits) {
    BigDecimal exact = BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
    BigDecimal brief = exact.stripTrailingZeros();
    return brief.scale() < 0 ? brief.setScale(0) : brief;
  }
}

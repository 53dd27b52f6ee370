package io.siskin.loadtest.overload;

import io.grpc.Status;
import io.siskin.proto.v1.StageTimings;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * What became of the calls of one load. Times are counted from the moment at which a call was due,
 * so that a client that falls behind its own rate shows it. Safe for concurrent use.
 */
final class LoadOutcome {
  private static final int DIGITS = 3;

  private final long deadlineNanos;
  private final LongAdder sent = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder answeredLate = new LongAdder();
  private final Map<String, LongAdder> failed = new ConcurrentHashMap<>();
  private final Histogram answerMicros = new ConcurrentHistogram(DIGITS);
  private final Histogram refusalMicros = new ConcurrentHistogram(DIGITS);
  private final Histogram serverMicros = new ConcurrentHistogram(DIGITS);
  private final Histogram sendLagMicros = new ConcurrentHistogram(DIGITS);

  /**
   * Starts at zero.
   *
   * @param deadlineNanos until when after its due time an answer counts as in time
   */
  LoadOutcome(long deadlineNanos) {
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Counts a call that is sent now.
   *
   * @param dueNanoTime when it was due, on the clock of {@link System#nanoTime}
   */
  void sent(long dueNanoTime) {
    sent.increment();
    record(sendLagMicros, System.nanoTime() - dueNanoTime);
  }

  /**
   * Counts an answer.
   *
   * @param dueNanoTime when its call was due
   * @param timings what the server measured of it
   */
  void answered(long dueNanoTime, StageTimings timings) {
    long nanos = System.nanoTime() - dueNanoTime;
    if (nanos > deadlineNanos) {
      answeredLate.increment();
      return;
    }
    answered.increment();
    record(answerMicros, nanos);
    record(serverMicros, timings.getTotalNanos());
  }

  /**
   * Counts a call that has ended without an answer.
   *
   * @param dueNanoTime when it was due
   * @param code its status
   */
  void failed(long dueNanoTime, Status.Code code) {
    failed.computeIfAbsent(code.name(), name -> new LongAdder()).increment();
    if (code == Status.Code.RESOURCE_EXHAUSTED) {
      record(refusalMicros, System.nanoTime() - dueNanoTime);
    }
  }

  /**
   * Returns the counts and times by name, for JSON. Times are in microseconds.
   *
   * @param seconds how long the load was sent
   */
  Map<String, Object> summary(double seconds) {
    Map<String, Object> summary = new TreeMap<>();
    summary.put("seconds", seconds);
    summary.put("sent", sent.sum());
    summary.put("answered", answered.sum());
    summary.put("answered_late", answeredLate.sum());
    Map<String, Long> failures = new TreeMap<>();
    failed.forEach((code, count) -> failures.put(code, count.sum()));
    summary.put("failed", failures);
    summary.put("answer_micros", quantiles(answerMicros));
    summary.put("refusal_micros", quantiles(refusalMicros));
    summary.put("server_micros", quantiles(serverMicros));
    summary.put("send_lag_micros", quantiles(sendLagMicros));
    return summary;
  }

  private static Map<String, Long> quantiles(Histogram times) {
    Map<String, Long> quantiles = new TreeMap<>();
    quantiles.put("p50", times.getValueAtPercentile(50));
    quantiles.put("p99", times.getValueAtPercentile(99));
    quantiles.put("max", times.getMaxValue());
    return quantiles;
  }

  private static void record(Histogram times, long nanos) {
    times.recordValue(Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos)));
  }
}

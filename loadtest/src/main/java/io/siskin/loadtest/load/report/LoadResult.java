package io.siskin.loadtest.load.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.Status;
import io.siskin.loadtest.load.schedule.CallLog;
import io.siskin.loadtest.load.schedule.RateProfile;
import io.siskin.loadtest.load.schedule.RateStage;
import io.siskin.loadtest.load.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * Sums up what became of the calls of a load. {@code docs/load-tests.md} says what each name in the
 * result means.
 */
public final class LoadResult {
  /** From when on a call counts as sent late, in nanoseconds after it was due. */
  public static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final double LATE_SHARE_MAX = 0.01;
  private static final double MISSED_SHARE_MAX = 0.01;
  private static final double SENDER_CPU_SHARE_MAX = 0.9;

  private final CallLog log;
  private final Schedule schedule;
  private final RateProfile profile;
  private final List<String> operations;
  private final long deadlineNanos;

  /**
   * Takes the calls of a load that is over.
   *
   * @param log what became of them
   * @param profile the rate over time that was asked for, with its warm-up
   * @param operations their names, in the order of their numbers
   * @param deadlineMillis until when after it was due an answer counts as in time
   */
  public LoadResult(CallLog log, RateProfile profile, List<String> operations, int deadlineMillis) {
    this.log = log;
    this.schedule = log.schedule();
    this.profile = profile;
    this.operations = List.copyOf(operations);
    this.deadlineNanos = TimeUnit.MILLISECONDS.toNanos(deadlineMillis);
  }

  /**
   * Returns one entry for each stage and operation, and then one for each operation over all
   * measured stages, if there are several.
   */
  public ArrayNode steps() {
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    int measured = 0;
    for (int stage = 0; stage < profile.stages().size(); stage++) {
      if (profile.stages().get(stage).isMeasured()) {
        measured++;
        addRows(rows, profile.stages().get(stage).name(), stage, stage + 1);
      }
    }
    if (measured > 1) {
      addRows(rows, "all", firstMeasured(), profile.stages().size());
    }
    return rows;
  }

  private void addRows(ArrayNode rows, String name, int fromStage, int toStage) {
    double from = profile.startSecond(fromStage);
    double to = profile.startSecond(toStage);
    for (int operation = 0; operation < operations.size(); operation++) {
      ObjectNode row = rows.addObject();
      row.put("step", name);
      row.put("operation", operations.get(operation));
      row.put("seconds", Latencies.rounded(to - from, 3));
      new Part(schedule.firstAt(from), schedule.firstAt(to), operation).describe(row, to - from);
    }
  }

  /** Returns the first stage that counts: a warm-up comes before all others. */
  private int firstMeasured() {
    int stage = 0;
    while (stage < profile.stages().size() && !profile.stages().get(stage).isMeasured()) {
      stage++;
    }
    return stage;
  }

  /** Some of the calls of one operation. */
  private final class Part {
    private final int from;
    private final int to;
    private final int operation;

    Part(int from, int to, int operation) {
      this.from = from;
      this.to = to;
      this.operation = operation;
    }

    int count(IntPredicate which) {
      int count = 0;
      for (int call = from; call < to; call++) {
        count += schedule.operation(call) == operation && which.test(call) ? 1 : 0;
      }
      return count;
    }

    Latencies latencies(IntPredicate which, TimeOf time) {
      Latencies latencies = new Latencies();
      for (int call = from; call < to; call++) {
        if (schedule.operation(call) == operation && which.test(call)) {
          latencies.add(time.nanos(call));
        }
      }
      return latencies;
    }

    void describe(ObjectNode row, double seconds) {
      int asked = count(call -> true);
      int sent = count(log::isSent);
      int inTime = count(LoadResult.this::isInTime);
      row.put("asked", asked);
      row.put("sent", sent);
      row.put("unsent", count(call -> log.outcome(call) == CallLog.UNSENT));
      row.put("sent_late", count(LoadResult.this::isSentLate));
      row.put("answered", count(log::isOk));
      row.put("in_time", inTime);
      row.put("asked_per_second", Latencies.rounded(asked / seconds, 2));
      row.put("sent_per_second", Latencies.rounded(sentWithin() / seconds, 2));
      row.put("in_time_per_second", Latencies.rounded(inTime / seconds, 2));
      row.set("statuses", statuses());
      Latencies answered = latencies(log::isOk, log::latencyNanos);
      row.set("latency_millis", answered.percentilesMillis());
      row.set(
          "since_sent_millis",
          latencies(log::isOk, call -> log.latencyNanos(call) - log.sendLagNanos(call))
              .percentilesMillis());
      row.set(
          "server_millis",
          latencies(call -> log.isOk(call) && log.serverNanos(call) > 0, log::serverNanos)
              .percentilesMillis());
      row.set(
          "failed_millis",
          latencies(call -> log.hasEnded(call) && !log.isOk(call), log::latencyNanos)
              .percentilesMillis());
      row.set("send_lag_millis", latencies(log::isSent, log::sendLagNanos).percentilesMillis());
      row.set("latency_curve", answered.curve());
    }

    /**
     * How many calls were sent before the part was over: a generator that falls behind has less.
     */
    private int sentWithin() {
      if (from >= to) {
        return 0;
      }
      // The next part begins when its first call is due.
      long end =
          to < schedule.size()
              ? schedule.dueNanos(to)
              : TimeUnit.MILLISECONDS.toNanos(Math.round(schedule.seconds() * 1_000));
      return count(
          call -> log.isSent(call) && schedule.dueNanos(call) + log.sendLagNanos(call) <= end);
    }

    private ObjectNode statuses() {
      TreeMap<String, Integer> counts = new TreeMap<>();
      for (int call = from; call < to; call++) {
        if (schedule.operation(call) == operation) {
          String name = status(call);
          counts.merge(name, 1, Integer::sum);
        }
      }
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      counts.forEach(node::put);
      return node;
    }
  }

  /** A time of a call. */
  private interface TimeOf {
    long nanos(int call);
  }

  private String status(int call) {
    int outcome = log.outcome(call);
    return switch (outcome) {
      case CallLog.PLANNED -> "PLANNED";
      case CallLog.SENT -> "NOT_ENDED";
      case CallLog.UNSENT -> "UNSENT";
      default -> Status.fromCodeValue(outcome - CallLog.ENDED).getCode().name();
    };
  }

  private boolean isInTime(int call) {
    return log.isOk(call) && log.latencyNanos(call) <= deadlineNanos;
  }

  private boolean isSentLate(int call) {
    return log.isSent(call) && log.sendLagNanos(call) > LATE_NANOS;
  }

  /**
   * Returns for each operation what happened in each second, the warm-up included. Calls that were
   * asked for, and latencies, belong to the second in which a call was due; the others to the
   * second in which it happened.
   */
  public ArrayNode series() {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (int operation = 0; operation < operations.size(); operation++) {
      ObjectNode node = all.addObject();
      node.put("operation", operations.get(operation));
      node.set("seconds", new Seconds(operation).describe());
    }
    return all;
  }

  /** Counts by seconds. */
  private final class Seconds {
    private final int[] asked;
    private final int[] sent;
    private final int[] inTime;
    private final int[] failed;
    private final Latencies[] latencies;

    Seconds(int operation) {
      int count = (int) Math.ceil(schedule.seconds()) + 1;
      asked = new int[count];
      sent = new int[count];
      inTime = new int[count];
      failed = new int[count];
      latencies = new Latencies[count];
      for (int i = 0; i < count; i++) {
        latencies[i] = new Latencies();
      }
      for (int call = 0; call < schedule.size(); call++) {
        if (schedule.operation(call) == operation) {
          add(call);
        }
      }
    }

    private void add(int call) {
      long due = schedule.dueNanos(call);
      asked[second(due)]++;
      if (log.isSent(call)) {
        sent[second(due + log.sendLagNanos(call))]++;
      }
      if (log.hasEnded(call)) {
        int end = second(due + log.latencyNanos(call));
        inTime[end] += isInTime(call) ? 1 : 0;
        failed[end] += log.isOk(call) ? 0 : 1;
      }
      if (log.isOk(call)) {
        latencies[second(due)].add(log.latencyNanos(call));
      }
    }

    /** The last element has all that happened after the end of the load. */
    private int second(long nanos) {
      return (int) Math.min(asked.length - 1L, TimeUnit.NANOSECONDS.toSeconds(nanos));
    }

    ArrayNode describe() {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      for (int second = 0; second < asked.length; second++) {
        ObjectNode node = all.addObject();
        node.put("second", second);
        node.put("asked", asked[second]);
        node.put("sent", sent[second]);
        node.put("in_time", inTime[second]);
        node.put("failed", failed[second]);
        node.set("latency_millis", latencies[second].percentilesMillis());
      }
      return all;
    }
  }

  /**
   * Tells in whole sentences how the generator itself held the load back, if it did.
   *
   * @param senderCpuShare how much of the time the thread that sends had a processor, 0 to 1
   * @return the sentences; none when the load was sent as it was asked for
   */
  public List<String> faults(double senderCpuShare) {
    int from = schedule.firstAt(profile.startSecond(firstMeasured()));
    int calls = Math.max(1, schedule.size() - from);
    int late = 0;
    int unsent = 0;
    Latencies lag = new Latencies();
    for (int call = from; call < schedule.size(); call++) {
      late += isSentLate(call) ? 1 : 0;
      unsent += log.outcome(call) == CallLog.UNSENT ? 1 : 0;
      if (log.isSent(call)) {
        lag.add(log.sendLagNanos(call));
      }
    }
    List<String> faults = new ArrayList<>();
    if ((double) late / calls > LATE_SHARE_MAX) {
      faults.add(
          "%.1f %% of the calls were sent more than 1 ms late (p99 %.1f ms). Their latencies count from the moment when they were due, so they include this time."
              .formatted(100.0 * late / calls, lag.nanosAt(99) / 1e6));
    }
    if ((double) unsent / calls > 0) {
      faults.add(
          "%d calls were not sent, because too many others had no answer yet (in_flight_max)."
              .formatted(unsent));
    }
    double end = Math.max(schedule.seconds(), 1e-3);
    int sentInTime = 0;
    for (int call = from; call < schedule.size(); call++) {
      boolean isBefore = schedule.dueNanos(call) + log.sendLagNanos(call) <= end * 1e9;
      sentInTime += log.isSent(call) && isBefore ? 1 : 0;
    }
    if ((double) (calls - sentInTime) / calls > MISSED_SHARE_MAX) {
      faults.add(
          "Only %.1f %% of the calls were sent before the load was over."
              .formatted(100.0 * sentInTime / calls));
    }
    if (senderCpuShare > SENDER_CPU_SHARE_MAX) {
      faults.add(
          "The thread that sends was busy for %.0f %% of the time: it can hardly send more."
              .formatted(100 * senderCpuShare));
    }
    return faults;
  }

  /** Returns the stages with their times, for the report. */
  public ArrayNode stages() {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (int stage = 0; stage < profile.stages().size(); stage++) {
      RateStage one = profile.stages().get(stage);
      ObjectNode node = all.addObject();
      node.put("step", one.name());
      node.put("from_second", Latencies.rounded(profile.startSecond(stage), 3));
      node.put("to_second", Latencies.rounded(profile.startSecond(stage + 1), 3));
      node.put("from_per_second", Latencies.rounded(one.fromPerSecond(), 3));
      node.put("to_per_second", Latencies.rounded(one.toPerSecond(), 3));
      node.put("is_measured", one.isMeasured());
    }
    return all;
  }
}

package io.siskin.loadtest.load.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.siskin.index.testing.Seeds;
import io.siskin.loadtest.load.schedule.Arrivals;
import io.siskin.loadtest.load.schedule.CallLog;
import io.siskin.loadtest.load.schedule.RateProfile;
import io.siskin.loadtest.load.schedule.RateStage;
import io.siskin.loadtest.load.schedule.Schedule;
import io.siskin.loadtest.load.schedule.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Checks the sums against plain counting of the same calls. */
final class LoadResultTest {
  private static final int DEADLINE_MILLIS = 100;
  private static final List<String> NAMES = List.of("reads", "writes");
  private static final int[] STATUSES = {0, 0, 0, 4, 8};

  private static final RateProfile PROFILE =
      new RateProfile(
          List.of(
              new RateStage(50, 50, 1, false),
              RateStage.constant(100, 2),
              new RateStage(100, 300, 2, true)));

  /** Calls of which each ended somehow, a second ago: times are what the log says of them. */
  private static CallLog randomLog(SplittableRandom random) {
    Schedule schedule =
        Schedule.plan(
            PROFILE,
            Arrivals.POISSON,
            List.of(new Share.Weight(1), new Share.Beside(20)),
            random.nextLong());
    CallLog log = new CallLog(schedule);
    log.start(System.nanoTime() - Math.round(random.nextDouble(5, 6) * 1e9));
    for (int call = 0; call < schedule.size(); call++) {
      if (random.nextInt(20) == 0) {
        log.unsent(call);
      } else {
        log.sent(call);
        log.ended(call, STATUSES[random.nextInt(STATUSES.length)], random.nextInt(0, 2_000_000));
      }
    }
    return log;
  }

  @Test
  void sumsAreThoseOfPlainCounting() {
    SplittableRandom random = new SplittableRandom(Seeds.next());
    CallLog log = randomLog(random);
    ArrayNode steps = new LoadResult(log, PROFILE, NAMES, DEADLINE_MILLIS).steps();
    assertThat(steps.findValuesAsText("step"))
        .containsExactly("100/s", "100/s", "100..300/s", "100..300/s", "all", "all");
    double[] from = {1, 1, 3, 3, 1, 1};
    double[] to = {3, 3, 5, 5, 5, 5};
    for (int i = 0; i < steps.size(); i++) {
      check(log, steps.get(i), from[i], to[i], i % 2);
    }
  }

  private static void check(CallLog log, JsonNode step, double from, double to, int operation) {
    int asked = 0;
    int inTime = 0;
    Map<String, Integer> statuses = new TreeMap<>();
    List<Long> answered = new ArrayList<>();
    for (int call = 0; call < log.schedule().size(); call++) {
      double due = log.schedule().dueNanos(call) / 1e9;
      if (due < from || due >= to || log.schedule().operation(call) != operation) {
        continue;
      }
      asked++;
      String status =
          switch (log.outcome(call) - CallLog.ENDED) {
            case 0 -> "OK";
            case 4 -> "DEADLINE_EXCEEDED";
            case 8 -> "RESOURCE_EXHAUSTED";
            default -> "UNSENT";
          };
      statuses.merge(status, 1, Integer::sum);
      if (status.equals("OK")) {
        answered.add(log.latencyNanos(call));
        inTime += log.latencyNanos(call) <= DEADLINE_MILLIS * 1_000_000L ? 1 : 0;
      }
    }
    assertThat(step.path("asked").asInt()).isEqualTo(asked);
    assertThat(step.path("in_time").asInt()).isEqualTo(inTime);
    assertThat(step.path("answered").asInt()).isEqualTo(answered.size());
    assertThat(step.path("asked_per_second").decimalValue())
        .isEqualByComparingTo(Latencies.rounded(asked / (to - from), 2));
    Map<String, Integer> counted = new TreeMap<>();
    step.path("statuses")
        .properties()
        .forEach(one -> counted.put(one.getKey(), one.getValue().asInt()));
    assertThat(counted).isEqualTo(statuses);
    answered.sort(null);
    double exact = answered.get((int) Math.ceil(0.99 * answered.size()) - 1) / 1e6;
    assertThat(step.path("latency_millis").path("p99").asDouble())
        .isBetween(exact - 0.001, exact * 1.001 + 0.001);
  }

  @Test
  void noCallIsLostBetweenSeconds() {
    CallLog log = randomLog(new SplittableRandom(Seeds.next()));
    ArrayNode series = new LoadResult(log, PROFILE, NAMES, DEADLINE_MILLIS).series();
    int asked = 0;
    int sent = 0;
    int failed = 0;
    for (JsonNode operation : series) {
      for (JsonNode second : operation.path("seconds")) {
        asked += second.path("asked").asInt();
        sent += second.path("sent").asInt();
        failed += second.path("failed").asInt();
      }
    }
    int wasSent = 0;
    int hasFailed = 0;
    for (int call = 0; call < log.schedule().size(); call++) {
      wasSent += log.isSent(call) ? 1 : 0;
      hasFailed += log.hasEnded(call) && !log.isOk(call) ? 1 : 0;
    }
    assertThat(asked).isEqualTo(log.schedule().size());
    assertThat(sent).isEqualTo(wasSent);
    assertThat(failed).isEqualTo(hasFailed);
  }

  @Test
  void aGeneratorThatIsLateSaysSo() {
    Schedule schedule = Schedule.fixed(100, 1);
    RateProfile profile = new RateProfile(List.of(RateStage.constant(100, 1)));
    CallLog log = new CallLog(schedule);
    // All calls are sent ten seconds after the load began, when it had long been over.
    log.start(System.nanoTime() - 10_000_000_000L);
    for (int call = 0; call < schedule.size(); call++) {
      if (call == 7) {
        log.unsent(call);
      } else {
        log.sent(call);
        log.ended(call, 0, 0);
      }
    }
    LoadResult result = new LoadResult(log, profile, List.of("reads"), DEADLINE_MILLIS);
    assertThat(result.faults(0.95))
        .hasSize(4)
        .anySatisfy(fault -> assertThat(fault).startsWith("99.0 % of the calls were sent more"))
        .anySatisfy(fault -> assertThat(fault).startsWith("1 calls were not sent"))
        .anySatisfy(fault -> assertThat(fault).startsWith("Only 0.0 % of the calls were sent"))
        .anySatisfy(fault -> assertThat(fault).contains("busy for 95 % of the time"));
    assertThat(result.steps().get(0).path("sent_per_second").asDouble()).isZero();
    assertThat(result.steps().get(0).path("in_time").asInt()).isZero();
  }

  @Test
  void aGeneratorThatIsInTimeHasNoFaults() {
    Schedule schedule = Schedule.fixed(10, 1);
    CallLog log = new CallLog(schedule);
    // The load is in the future, so nothing is late.
    log.start(System.nanoTime() + 3_600_000_000_000L);
    for (int call = 0; call < schedule.size(); call++) {
      log.sent(call);
      log.ended(call, 0, 0);
    }
    RateProfile profile = new RateProfile(List.of(RateStage.constant(10, 1)));
    LoadResult result = new LoadResult(log, profile, List.of("reads"), DEADLINE_MILLIS);
    assertThat(result.faults(0.5)).isEmpty();
    assertThat(result.steps().get(0).path("sent_per_second").asInt()).isEqualTo(10);
  }
}

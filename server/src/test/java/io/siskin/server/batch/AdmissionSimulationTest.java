package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.batch.Admission.Verdict;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.search.Cancellation;
import io.siskin.server.testing.Seeded;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Bursts in simulated time: nothing here depends on how fast the machine is. Texts of 5 to 40
 * tokens arrive at random at ten times the rate of one inference thread, which encodes them in the
 * batches of {@link LengthBuckets}, in a time that is noisy and has stalls, and on a processor of
 * which every call takes a share, refused or not.
 */
final class AdmissionSimulationTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  /** What is asked of each burst. */
  private static final double LATE_SHARE_MAX = 0.01;

  private static final double UTILISATION_MIN = 0.85;

  /** Some bursts are short of luck: a stall in the worst moment makes a batch late. */
  private static final double LATE_SHARE_MAX_OF_ONE = 0.15;

  private static final int ROUNDS = 20;

  /** One server and its bursts. */
  private interface Burst {
    Simulation of(Random random);
  }

  @Test
  void aWarmServerKeepsItsPromises() {
    rounds(
        random -> {
          Simulation simulation = new Simulation(random, deadlineNanos(random));
          simulation.quiet(2 * SECOND);
          simulation.burst(10 * SECOND);
          return simulation;
        });
  }

  @Test
  void aServerThatHasMeasuredNothingKeepsThem() {
    rounds(
        random -> {
          Simulation simulation = new Simulation(random, deadlineNanos(random));
          simulation.coldBatches = 50;
          simulation.burst(10 * SECOND);
          return simulation;
        });
  }

  @Test
  void aServerOnWhichOthersBeginToWorkKeepsThem() {
    rounds(
        random -> {
          Simulation simulation = new Simulation(random, 500 * MILLI);
          simulation.burst(5 * SECOND);
          simulation.slowness = 1.7;
          simulation.burst(5 * SECOND);
          simulation.slowness = 1;
          simulation.burst(5 * SECOND);
          return simulation;
        });
  }

  @Test
  void aDeviceThatTakesAsLongForOneTextAsForManyKeepsThem() {
    rounds(
        random -> {
          Simulation simulation = new Simulation(random, deadlineNanos(random));
          simulation.batchNanos = 5 * MILLI;
          simulation.tokenNanos = 20_000;
          simulation.quiet(SECOND);
          simulation.burst(10 * SECOND);
          return simulation;
        });
  }

  private static void rounds(Burst burst) {
    Seeded.run(
        random -> {
          double lateShares = 0;
          for (int round = 0; round < ROUNDS; round++) {
            lateShares += burst.of(random).check();
          }
          assertThat(lateShares / ROUNDS).isLessThanOrEqualTo(LATE_SHARE_MAX);
        });
  }

  private static long deadlineNanos(Random random) {
    return (200 + random.nextInt(1_300)) * MILLI;
  }

  /** One server in simulated time. */
  private static final class Simulation {
    private static final double NOISE = 0.25;
    private static final double STALL_SHARE = 0.01;
    private static final long STALL_NANOS = 40 * MILLI;
    private static final long CALL_NANOS = 20_000;
    private static final double TOKENS_MEAN = 22.5;

    private final Random random;
    private final long deadlineNanos;
    private final Admission admission = new Admission(BatchingOptions.DEFAULTS, 512);
    private final LengthBuckets waiting = new LengthBuckets();
    private final Map<Work, Waiter.Terms> terms = new HashMap<>();

    long batchNanos = 100_000;
    long tokenNanos = 80_000;
    double slowness = 1;
    int coldBatches;

    private long now;
    private long sequence;
    private long waitingTokens;
    private @Nullable Batch inFlight;
    private long inFlightEnds;

    private long admitted;
    private long late;
    private long refused;
    private double usefulNanos;
    private double burstNanos;

    Simulation(Random random, long deadlineNanos) {
      this.random = random;
      this.deadlineNanos = deadlineNanos;
    }

    /** Texts one after another. */
    void quiet(long nanos) {
      long end = now + nanos;
      while (now < end) {
        arrive();
        finishBatch();
      }
      admitted = 0;
      late = 0;
      refused = 0;
      usefulNanos = 0;
    }

    /** Ten times what can be done. */
    void burst(long nanos) {
      double perSecond = SECOND / (TOKENS_MEAN * tokenNanos);
      long start = now;
      long arrival = now;
      while (now < start + nanos) {
        arrival += (long) (-Math.log(1 - random.nextDouble()) * SECOND / (10 * perSecond));
        while (inFlight != null && inFlightEnds <= arrival) {
          finishBatch();
        }
        now = Math.max(now, arrival);
        inFlightEnds += CALL_NANOS;
        arrive();
      }
      burstNanos += now - start;
    }

    /** Checks one burst; returns the share of the admitted that was late. */
    double check() {
      while (inFlight != null) {
        finishBatch();
      }
      String what =
          "late %d of %d, refused %d, deadline %d ms, busy with what was in time %.3f"
              .formatted(late, admitted, refused, deadlineNanos / MILLI, usefulNanos / burstNanos);
      assertThat((double) late).as(what).isLessThanOrEqualTo(admitted * LATE_SHARE_MAX_OF_ONE);
      assertThat(usefulNanos).as(what).isGreaterThan(UTILISATION_MIN * burstNanos);
      assertThat(refused).as(what).isGreaterThan(5 * admitted);
      return (double) late / admitted;
    }

    private void arrive() {
      int tokens = 5 + random.nextInt(36);
      Admission.Load load =
          new Admission.Load(
              waitingTokens, 0, waiting.size() + (inFlight == null ? 0 : inFlight.works().size()));
      switch (admission.judge(tokens, Priority.INTERACTIVE, deadlineNanos, load, now)) {
        case Verdict.Refused _ -> refused++;
        case Verdict.Admitted(double expectedNanos) -> {
          admitted++;
          Work work = new Work(new EncoderInput("", Side.QUERY), Priority.BULK, sequence++, tokens);
          terms.put(
              work,
              new Waiter.Terms(
                  Priority.INTERACTIVE,
                  Cancellation.NEVER,
                  now,
                  expectedNanos,
                  deadlineNanos,
                  null));
          waiting.add(work);
          waitingTokens += tokens;
          startBatch();
        }
      }
    }

    private void startBatch() {
      if (inFlight != null || waiting.isEmpty()) {
        return;
      }
      boolean othersWait = waiting.size() > 1;
      LengthBuckets.Choice choice =
          waiting.choose(
              oldest -> admission.limits(remainingNanos(oldest)),
              work ->
                  remainingNanos(work) <= 0
                      || (othersWait
                          && remainingNanos(work) < admission.encodingNanos(work.lengthTokens)));
      for (Work dead : choice.dead()) {
        leave(dead);
        late++;
        admission.gaveUp(termsOf(dead), now);
      }
      choice.works().forEach(this::leave);
      if (choice.works().isEmpty()) {
        return;
      }
      long padded = Batch.paddedTokens(choice.works());
      inFlight = new Batch(choice.works(), List.of(), now, (long) admission.encodingNanos(padded));
      admission.began(inFlight);
      double nanos = (batchNanos + tokenNanos * padded) * slowness;
      nanos *= Math.exp(NOISE * random.nextGaussian() - NOISE * NOISE / 2);
      nanos *= coldBatches > 0 ? 1 + coldBatches-- / 5.0 : 1;
      nanos += random.nextDouble() < STALL_SHARE ? STALL_NANOS : 0;
      inFlightEnds = now + (long) nanos;
    }

    private void finishBatch() {
      Batch batch = inFlight;
      if (batch == null) {
        return;
      }
      now = Math.max(now, inFlightEnds);
      inFlight = null;
      int inTime = 0;
      for (Work work : batch.works()) {
        inTime += remainingNanos(work) >= 0 ? 1 : 0;
        admission.answered(termsOf(work), now);
      }
      late += batch.works().size() - inTime;
      long took = now - batch.startNanoTime();
      usefulNanos += (double) took * inTime / batch.works().size();
      admission.ended(batch, took);
      startBatch();
    }

    private void leave(Work work) {
      waiting.remove(work);
      waitingTokens -= work.lengthTokens;
    }

    private long remainingNanos(Work work) {
      return termsOf(work).submitNanoTime() + deadlineNanos - now;
    }

    private Waiter.Terms termsOf(Work work) {
      Waiter.Terms found = terms.get(work);
      assertThat(found).isNotNull();
      return found;
    }
  }
}

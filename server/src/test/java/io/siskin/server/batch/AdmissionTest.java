package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.siskin.server.batch.Admission.Load;
import io.siskin.server.batch.Admission.Verdict;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AdmissionTest {
  private static final long MILLI = 1_000_000;
  private static final Load NOTHING = new Load(0, 0, 0);

  private Admission admission = new Admission(BatchingOptions.DEFAULTS, 64);
  private long now;

  /** A batch of one text, a millisecond a token unless said otherwise. */
  private Batch begin(int tokens) {
    Work work = new Work(new EncoderInput("", Side.QUERY), Priority.BULK, 0, tokens);
    Batch batch = new Batch(List.of(work), List.of(), now, (long) admission.encodingNanos(tokens));
    admission.began(batch);
    return batch;
  }

  private void measure() {
    for (int i = 0; i < 20; i++) {
      Batch batch = begin(10);
      now += 10 * MILLI;
      admission.ended(batch, 10 * MILLI);
    }
  }

  private Verdict judge(long tokens, long remainingMillis, Load load) {
    return admission.judge(tokens, Priority.INTERACTIVE, remainingMillis * MILLI, load, now);
  }

  private static double expectedMillis(Verdict verdict) {
    return verdict instanceof Verdict.Admitted(double nanos) ? nanos / MILLI : Double.NaN;
  }

  @Test
  void aModelIsTakenForASlowOneUntilItIsMeasured() {
    assertThat(judge(10, 1, new Load(0, 0, 7))).isEqualTo(new Verdict.Admitted(0));
    assertThat(judge(10, 1, new Load(0, 0, 8)))
        .isEqualTo(new Verdict.Refused(Duration.ofMillis(50)));
    assertThat(judge(10, 500, new Load(200, 0, 19))).isEqualTo(new Verdict.Admitted(0));
    assertThat(judge(10, 500, new Load(200, 0, 20))).isInstanceOf(Verdict.Refused.class);
    assertThat(judge(10, 20_000, new Load(200, 0, 799))).isEqualTo(new Verdict.Admitted(0));
    assertThat(admission.tokensPerSecond()).isZero();
    assertThat(admission.retryAfterHalf(NOTHING, now)).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void aPromiseIsAForecastWithAMargin() {
    measure();
    assertThat(admission.tokensPerSecond()).isCloseTo(1_000, within(1.0));
    Load load = new Load(90, 0, 9);
    assertThat(expectedMillis(judge(10, 300, load))).isCloseTo(100, within(1.0));
    // 90 ms are ahead, which may become 225, and 10 more.
    assertThat(judge(10, 236, load)).isInstanceOf(Verdict.Admitted.class);
    assertThat(judge(10, 234, load)).isInstanceOf(Verdict.Refused.class);
    Verdict.Refused far = (Verdict.Refused) judge(10, 35, load);
    assertThat(far.retryAfter().toMillis()).isBetween(195L, 205L);
  }

  @Test
  void nobodyIsRefusedWhereNothingIsAhead() {
    measure();
    assertThat(expectedMillis(judge(10, 1, NOTHING))).isCloseTo(10, within(0.1));
    assertThat(judge(0, 1, new Load(1_000, 0, 100)))
        .as("joins others")
        .isEqualTo(new Verdict.Admitted(0));
  }

  @Test
  void aBatchInFlightIsAheadForWhatIsLeftOfIt() {
    measure();
    begin(50);
    Load load = new Load(0, 0, 1);
    assertThat(expectedMillis(judge(10, 1_000, load))).isCloseTo(60, within(0.5));
    now += 30 * MILLI;
    assertThat(expectedMillis(judge(10, 1_000, load))).isCloseTo(30, within(0.5));
  }

  @Test
  void aBatchThatTakesTooLongCountsBeforeItIsDone() {
    measure();
    begin(50);
    now += 150 * MILLI;
    assertThat(expectedMillis(judge(10, 2_000, new Load(100, 0, 11))))
        .as("three times as long as expected, and so will be the rest")
        .isCloseTo(310, within(2.0));
    now += 100_000 * MILLI;
    assertThat(expectedMillis(judge(10, 1_000_000, new Load(100, 0, 11))))
        .as("bounded")
        .isCloseTo(810, within(8.0));
  }

  @Test
  void whatOthersEncodeIsNotAheadWhileAThreadIsFree() {
    admission = new Admission(BatchingOptions.DEFAULTS.withInferenceThreads(2), 64);
    measure();
    begin(50);
    assertThat(expectedMillis(judge(10, 1_000, new Load(0, 0, 1)))).isCloseTo(10, within(0.1));
    begin(50);
    assertThat(expectedMillis(judge(10, 1_000, new Load(0, 0, 2)))).isCloseTo(60, within(0.5));
  }

  @Test
  void bulkTextsAreAheadOfInteractiveOnesForABatchAndThenOneInEight() {
    measure();
    assertThat(expectedMillis(judge(10, 10_000, new Load(80, 1_000, 100))))
        .isCloseTo(80 + 100 + 10 + 10, within(1.0));
    assertThat(
            expectedMillis(
                admission.judge(10, Priority.BULK, 10_000 * MILLI, new Load(80, 1_000, 100), now)))
        .isCloseTo(1_090, within(2.0));
  }

  @Test
  void aBatchMayTakeHalfOfTheTimeThatItsOldestTextHas() {
    assertThat(admission.limits(1).tokensMax()).isEqualTo(1_024);
    measure();
    assertThat(admission.limits(Long.MAX_VALUE).tokensMax()).isBetween(99, 101);
    assertThat(admission.limits(60 * MILLI).tokensMax()).isBetween(29, 31);
    assertThat(admission.limits(-1).tokensMax()).isZero();
  }

  @Test
  void theMarginRisesAtOnceAndFallsSlowly() {
    Margin margin = new Margin();
    for (int i = 0; i < 10; i++) {
      margin.answered(100, 350, 400);
    }
    double risen = margin.factor();
    assertThat(risen).isBetween(3.3, 3.5);
    margin.answered(1, 40, 400);
    assertThat(margin.factor()).as("a small share of its time").isEqualTo(risen);
    margin.answered(100, 100, 400);
    assertThat(margin.factor()).isBetween(risen - 0.001, risen);
    margin.gaveUp(100, 120, 400);
    assertThat(margin.factor()).as("tells nothing").isBetween(risen - 0.001, risen);
    for (int i = 0; i < 10; i++) {
      margin.gaveUp(10, 10_000, 400);
    }
    assertThat(margin.factor()).isEqualTo(Margin.MAX);
    for (int i = 0; i < 100_000; i++) {
      margin.answered(100, 100, 400);
    }
    assertThat(margin.factor()).isBetween(Margin.MIN, Margin.MIN + 0.001);
  }
}

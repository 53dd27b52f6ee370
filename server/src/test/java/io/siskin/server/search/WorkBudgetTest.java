package io.siskin.server.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What does not depend on how quick this machine is. */
final class WorkBudgetTest {
  private final WorkBudget budget = new WorkBudget();

  @Test
  void withoutALimitEverythingFits() {
    budget.begin(0);
    assertThat(budget.postings()).isZero();
    assertThat(budget.isSpent()).isFalse();
    assertThat(budget.candidates(64)).isEqualTo(64);
  }

  @Test
  void nothingFitsATimeThatIsOver() {
    budget.begin(1);
    assertThat(budget.postings()).isEqualTo(1);
    assertThat(budget.isSpent()).isTrue();
    assertThat(budget.candidates(64)).isZero();
  }

  @Test
  void candidatesAreScoredAsLongAsThereIsTime() {
    budget.begin(TimeUnit.HOURS.toNanos(1));
    assertThat(budget.candidates(64)).isEqualTo(64);
    assertThat(budget.candidates(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
  }

  /** Measured, ten stalled candidates would cost 600,000 ns each from then on. */
  @Test
  void aStallIsNotTakenForTheCostOfACandidate() throws InterruptedException {
    for (int round = 0; round < 10; round++) {
      budget.begin(TimeUnit.HOURS.toNanos(1));
      assertThat(budget.candidates(1)).isEqualTo(1);
      Thread.sleep(1);
      budget.candidatesScored(1);
    }
    budget.begin(TimeUnit.SECONDS.toNanos(1));
    assertThat(budget.candidates(Integer.MAX_VALUE)).isGreaterThan(500_000);
  }
}

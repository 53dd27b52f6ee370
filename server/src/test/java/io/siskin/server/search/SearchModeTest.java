package io.siskin.server.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SearchModeTest {
  @Test
  void theEndsOfEveryRangeAreAccepted() {
    assertThat(new SearchMode.Clustered(1, 1, true).queryCut()).isEqualTo(1);
    assertThat(new SearchMode.Clustered(4096, Float.MIN_VALUE, true).queryCut()).isEqualTo(4096);
    assertThat(new SearchMode.ScoreAtATime(0, 0, 0, 0).budgetMicros()).isZero();
    assertThat(new SearchMode.ScoreAtATime(1, 1, Integer.MAX_VALUE, 10).postingFloor()).isOne();
    assertThat(new SearchMode.ScoreAtATime(1, 1, 1, 1_000_000).candidateFloor()).isOne();
  }

  @Test
  void whatIsOutsideIsNamedAsInTheApi() {
    assertRefused("query_cut", () -> new SearchMode.Clustered(0, 1, true));
    assertRefused("heap_factor", () -> new SearchMode.Clustered(1, 0, true));
    assertRefused("posting_floor", () -> new SearchMode.ScoreAtATime(Float.NaN, 0, 0, 0));
    assertRefused("posting_floor", () -> new SearchMode.ScoreAtATime(1.01f, 0, 0, 0));
    assertRefused("candidate_floor", () -> new SearchMode.ScoreAtATime(0, -0.01f, 0, 0));
    assertRefused("candidates_max", () -> new SearchMode.ScoreAtATime(0, 0, -1, 0));
    assertRefused("budget_micros", () -> new SearchMode.ScoreAtATime(0, 0, 0, 9));
    assertRefused("budget_micros", () -> new SearchMode.ScoreAtATime(0, 0, 0, 1_000_001));
    assertRefused("budget_micros", () -> SearchMode.ScoreAtATime.DEFAULTS.withBudgetMicros(-1));
  }

  @Test
  void anotherBudgetChangesNothingElse() {
    assertThat(new SearchMode.ScoreAtATime(0.5f, 0.25f, 3, 0).withBudgetMicros(70))
        .isEqualTo(new SearchMode.ScoreAtATime(0.5f, 0.25f, 3, 70));
  }

  private static void assertRefused(String name, Supplier<SearchMode> mode) {
    assertThatThrownBy(mode::get)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(name);
  }
}

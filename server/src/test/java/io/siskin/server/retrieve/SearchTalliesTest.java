package io.siskin.server.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.counters.SearchTotals;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SearchTalliesTest {
  private final List<String> names = new ArrayList<>();
  private final SearchTallies tallies = new SearchTallies(() -> List.copyOf(names));

  /** Nobody may ever read the counts: then those of dropped collections must go all the same. */
  @Test
  void countsOfCollectionsThatAreGoneDoNotPileUp() {
    names.add("stays");
    SearchTotals stays = tallies.of("stays");
    for (int number = 0; number < 100 * SearchTallies.COUNT_MIN; number++) {
      String name = "churn-" + number;
      names.add(name);
      SearchTotals counted = tallies.of(name);
      assertThat(tallies.of(name)).isSameAs(counted);
      names.remove(name);
      assertThat(tallies.size()).isLessThanOrEqualTo(SearchTallies.COUNT_MIN);
    }
    assertThat(tallies.of("stays")).isSameAs(stays);
    assertThat(tallies.counts()).containsOnlyKeys("stays");
  }

  @Test
  void countsOfManyCollectionsAreKept() {
    List<SearchTotals> all = new ArrayList<>();
    for (int number = 0; number < 5 * SearchTallies.COUNT_MIN; number++) {
      names.add("c-" + number);
      all.add(tallies.of("c-" + number));
    }
    for (int number = 0; number < all.size(); number++) {
      assertThat(tallies.of("c-" + number)).isSameAs(all.get(number));
    }
    assertThat(tallies.counts()).hasSize(all.size());
  }

  @Test
  void collectionsThatWereNeverSearchedHaveZeros() {
    names.add("new");
    assertThat(tallies.counts()).containsOnlyKeys("new");
    assertThat(tallies.counts().get("new").exact()).isZero();
  }
}

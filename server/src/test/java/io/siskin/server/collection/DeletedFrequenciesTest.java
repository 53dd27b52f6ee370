package io.siskin.server.collection;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Counts by term against a plain array; earlier tables stay as they were. */
final class DeletedFrequenciesTest {
  private static final int TERMS = 2_000;

  @Test
  void agreesWithAnArrayAndNeverChanges() {
    Random random = new Random(Seeds.next());
    int[] counts = new int[TERMS];
    DeletedFrequencies table = DeletedFrequencies.NONE;
    List<DeletedFrequencies> tables = new ArrayList<>();
    List<int[]> expected = new ArrayList<>();
    DeletedFrequencies.Builder builder = table.toBuilder();
    for (int round = 0; round < 50; round++) {
      if (random.nextBoolean()) {
        builder = table.toBuilder();
      }
      for (int i = random.nextInt(40); i > 0; i--) {
        int term = random.nextInt(1 + random.nextInt(TERMS));
        builder.add(term);
        counts[term]++;
      }
      table = builder.build();
      tables.add(table);
      expected.add(counts.clone());
    }
    for (int i = 0; i < tables.size(); i++) {
      for (int term = 0; term < TERMS; term++) {
        assertThat(tables.get(i).of(term)).isEqualTo(expected.get(i)[term]);
      }
    }
    assertThat(DeletedFrequencies.NONE.of(5)).isZero();
  }
}

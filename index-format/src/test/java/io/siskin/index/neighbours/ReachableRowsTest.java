package io.siskin.index.neighbours;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/** Whatever neighbours rows have, every row is reached afterwards, and no row has too many. */
final class ReachableRowsTest {
  @RepeatedTest(200)
  void everyRowIsReached() {
    Random random = new Random(Seeds.next());
    int rowCount = 1 + random.nextInt(40);
    int neighboursMax = 2 + random.nextInt(4);
    int groups = 1 + random.nextInt(4);
    boolean full = random.nextBoolean();
    int[][] given = new int[rowCount][];
    for (int row = 0; row < rowCount; row++) {
      int own = row;
      int count = full ? neighboursMax : random.nextInt(neighboursMax + 1);
      // Neighbours within a group only, so that groups are apart.
      given[row] =
          random
              .ints(20L * count, 0, rowCount)
              .filter(other -> other != own && other % groups == own % groups)
              .distinct()
              .limit(count)
              .sorted()
              .toArray();
    }
    ReachableRows rows = new ReachableRows(row -> given[row], rowCount, neighboursMax);
    int entry = random.nextInt(rowCount);
    rows.connect(entry);
    for (int row = 0; row < rowCount; row++) {
      int[] neighbours = rows.neighbours(row);
      assertThat(neighbours).as("of " + row).hasSizeLessThanOrEqualTo(neighboursMax);
      assertThat(neighbours).as("of " + row).isSorted().doesNotHaveDuplicates().doesNotContain(row);
      if (reached(given, entry) == rowCount) {
        assertThat(neighbours).as("of " + row).containsExactly(given[row]);
      }
    }
    int[][] after = new int[rowCount][];
    Arrays.setAll(after, rows::neighbours);
    assertThat(reached(after, entry)).isEqualTo(rowCount);
  }

  private static int reached(int[][] neighbours, int entry) {
    BitSet reached = new BitSet();
    BitSet open = new BitSet();
    open.set(entry);
    while (!open.isEmpty()) {
      int row = open.nextSetBit(0);
      open.clear(row);
      reached.set(row);
      for (int neighbour : neighbours[row]) {
        if (!reached.get(neighbour)) {
          open.set(neighbour);
        }
      }
    }
    return reached.cardinality();
  }
}

package io.siskin.index.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class VectorPruningTest {
  private static final TermIdVector VECTOR =
      TermIdVector.of(new int[] {3, 5, 7, 9}, new float[] {1, 4, 2, 3});

  @Test
  void theHeaviestTermsStay() {
    assertThat(new VectorPruning(2, 1).prune(VECTOR))
        .isEqualTo(TermIdVector.of(new int[] {5, 9}, new float[] {4, 3}));
  }

  @Test
  void termsStayUntilTheyHaveTheShare() {
    // A weight of 4 is below half of the sum 10. The weights 4 and 3 together are above it.
    assertThat(new VectorPruning(Integer.MAX_VALUE, 0.5).prune(VECTOR))
        .isEqualTo(TermIdVector.of(new int[] {5, 9}, new float[] {4, 3}));
    assertThat(new VectorPruning(1, 0.5).prune(VECTOR))
        .isEqualTo(TermIdVector.of(new int[] {5}, new float[] {4}));
  }

  @Test
  void whatLosesNothingIsTheSameObject() {
    assertThat(VectorPruning.NONE.prune(VECTOR)).isSameAs(VECTOR);
    assertThat(new VectorPruning(4, 1).prune(VECTOR)).isSameAs(VECTOR);
    assertThat(new VectorPruning(1, 0.1).prune(TermIdVector.EMPTY)).isSameAs(TermIdVector.EMPTY);
  }

  @Test
  void tokensArePrunedLikeTermIds() {
    assertThat(new VectorPruning(1, 1).prune(TokenVector.of(Map.of("a", 1f, "b", 2f))))
        .isEqualTo(TokenVector.of(Map.of("b", 2f)));
  }

  @Test
  void agreesWithSortingAndCounting() {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 500; round++) {
      Map<Integer, Float> given = new TreeMap<>();
      int size = random.nextInt(40);
      for (int i = 0; i < size; i++) {
        given.put(random.nextInt(1000), 1f + random.nextInt(6));
      }
      VectorPruning pruning =
          new VectorPruning(1 + random.nextInt(50), 0.05 + 0.95 * random.nextDouble());
      assertThat(pruning.prune(vector(given))).isEqualTo(vector(naive(given, pruning)));
    }
  }

  @Test
  void rangesAreChecked() {
    assertThatThrownBy(() -> new VectorPruning(0, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("document_terms_max");
    for (double share : new double[] {0, -1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> new VectorPruning(1, share))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("document_weight_share");
    }
  }

  private static TermIdVector vector(Map<Integer, Float> weights) {
    int[] ids = new int[weights.size()];
    float[] values = new float[weights.size()];
    int at = 0;
    for (Map.Entry<Integer, Float> entry : weights.entrySet()) {
      ids[at] = entry.getKey();
      values[at++] = entry.getValue();
    }
    return TermIdVector.of(ids, values);
  }

  private static Map<Integer, Float> naive(Map<Integer, Float> given, VectorPruning pruning) {
    double all = given.values().stream().mapToDouble(Float::doubleValue).sum();
    List<Map.Entry<Integer, Float>> order = new ArrayList<>(given.entrySet());
    order.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
    Map<Integer, Float> kept = new TreeMap<>();
    double sum = 0;
    for (Map.Entry<Integer, Float> entry : order) {
      if (kept.size() == pruning.termsMax() || sum >= pruning.weightShare() * all) {
        break;
      }
      kept.put(entry.getKey(), entry.getValue());
      sum += entry.getValue();
    }
    return kept;
  }
}

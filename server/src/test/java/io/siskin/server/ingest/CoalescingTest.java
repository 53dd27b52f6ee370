package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Coalescing against a twin that keeps the vectors of each mean and adds them up again. */
final class CoalescingTest {
  private static final int DIMENSIONS = 3;

  private final Random random = new Random(Seeds.next());

  private List<float[]> draw() {
    List<float[]> vectors = new ArrayList<>();
    for (int count = random.nextInt(12); count > 0; count--) {
      float[] vector = new float[DIMENSIONS];
      for (int i = 0; i < DIMENSIONS; i++) {
        vector[i] = random.nextInt(5) - 2;
      }
      vectors.add(vector);
    }
    return vectors;
  }

  private static float[] mean(List<float[]> vectors) {
    float[] mean = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      double sum = 0;
      for (float[] vector : vectors) {
        sum += vector[i];
      }
      mean[i] = (float) (sum / vectors.size());
    }
    return mean;
  }

  private static double distance(float[] left, float[] right) {
    double product = 0;
    double leftSquares = 0;
    double rightSquares = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      product += (double) left[i] * right[i];
      leftSquares += (double) left[i] * left[i];
      rightSquares += (double) right[i] * right[i];
    }
    return leftSquares == 0 || rightSquares == 0
        ? 1
        : 1 - product / Math.sqrt(leftSquares * rightSquares);
  }

  private static List<float[]> slowly(List<float[]> vectors, double delta) {
    List<List<float[]>> groups = new ArrayList<>();
    for (float[] vector : vectors) {
      if (groups.isEmpty() || distance(mean(groups.getLast()), vector) >= delta) {
        groups.add(new ArrayList<>());
      }
      groups.getLast().add(vector);
    }
    return groups.stream().map(CoalescingTest::mean).toList();
  }

  @Test
  void agreesWithItsTwin() {
    int fewer = 0;
    for (int round = 0; round < 2_000; round++) {
      List<float[]> vectors = draw();
      // No distance of such vectors is as near to these as roundings are.
      double delta = List.of(0.0312, 0.2345, 0.7654, 1.2345).get(random.nextInt(4));
      List<float[]> found = Coalescing.coalesce(vectors, delta);
      List<float[]> expected = slowly(vectors, delta);
      assertThat(found).hasSameSizeAs(expected);
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.get(i)).containsExactly(expected.get(i), offset(1e-6f));
      }
      fewer += found.size() < vectors.size() ? 1 : 0;
    }
    assertThat(fewer).isGreaterThan(500);
  }

  @Test
  void theSmallestDeltaKeepsAll() {
    List<float[]> vectors = List.of(new float[] {1, 0, 0}, new float[] {1, 1, 0}, new float[3]);
    assertThat(Coalescing.coalesce(vectors, 0)).hasSize(3);
    assertThat(Coalescing.coalesce(List.of(), 1)).isEmpty();
  }
}

package io.siskin.server.rank.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.rank.FakeDenseFields;
import io.siskin.server.rank.RankedCollection;
import io.siskin.server.rank.tree.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Mixes of turns against sums that are taken number by number. */
final class TurnMixTest {
  private static final double TOLERANCE = 1e-6;

  private final Random random = new Random(Seeds.next());

  private List<Turn> turns() {
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(Turn.COUNT_MAX); i++) {
      turns.add(new Turn("turn " + i, random.nextInt(5) / 2.0));
    }
    return turns;
  }

  @Test
  void aSparseMixHasTheSumOfEachTerm() {
    for (int round = 0; round < 300; round++) {
      List<Turn> turns = turns();
      List<SparseVector> vectors = new ArrayList<>();
      Map<String, Float> expected = new TreeMap<>();
      turns.forEach(_ -> vectors.add(RankedCollection.vector(random)));
      for (int word = 0; word < 50; word++) {
        double sum = 0;
        for (int i = 0; i < vectors.size(); i++) {
          TokenVector vector = (TokenVector) vectors.get(i);
          for (int term = 0; term < vector.size(); term++) {
            if (vector.token(term).equals("w" + word)) {
              sum += turns.get(i).weight() * vector.weight(term);
            }
          }
        }
        if (sum > 0) {
          expected.put("w" + word, (float) sum);
        }
      }
      assertThat(TurnMix.sparse(turns, vectors)).isEqualTo(TokenVector.of(expected));
    }
  }

  @Test
  void aSparseMixStaysInTheRangeOfWeights() {
    TokenVector large = TokenVector.of(Map.of("a", SparseVector.WEIGHT_MAX, "b", Float.MIN_VALUE));
    SparseVector mixed =
        TurnMix.sparse(
            List.of(new Turn("x", 1_000), new Turn("y", 0.25)),
            List.of(large, TokenVector.of(Map.of("c", Float.MIN_VALUE))));
    assertThat(mixed)
        .isEqualTo(
            TokenVector.of(Map.of("a", SparseVector.WEIGHT_MAX, "b", 1_000 * Float.MIN_VALUE)));
  }

  @Test
  void aDenseMixIsTheSumOfVectorsOrOfTheirDirections() {
    for (int round = 0; round < 300; round++) {
      List<Turn> turns = turns();
      List<float[]> vectors = new ArrayList<>();
      turns.forEach(_ -> vectors.add(FakeDenseFields.draw(random)));
      float[] plain = TurnMix.dense(turns, vectors, false).toArray();
      float[] directions = TurnMix.dense(turns, vectors, true).toArray();
      for (int j = 0; j < FakeDenseFields.DIMENSIONS; j++) {
        double sum = 0;
        double sumOfDirections = 0;
        for (int i = 0; i < vectors.size(); i++) {
          double squares = 0;
          for (float value : vectors.get(i)) {
            squares += value * value;
          }
          double part = turns.get(i).weight() * vectors.get(i)[j];
          sum += part;
          sumOfDirections += squares == 0 ? part : part / Math.sqrt(squares);
        }
        assertThat(plain[j]).isEqualTo((float) sum);
        assertThat((double) directions[j]).isCloseTo(sumOfDirections, within(TOLERANCE));
      }
    }
  }
}

package io.siskin.index.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TokenVectorTest {
  /**
   * The first characters of tokens. They are few, so that many tokens have the same beginning. Some
   * of them are ordered above surrogates.
   */
  private static final String[] CHARACTERS = {"a", "b", "\u0000", "é", "\uFFFD", "😀", "#"};

  @Test
  void tokensComeInTheOrderOfStringsWhateverTheirBeginnings() {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 500; round++) {
      TreeMap<String, Float> expected = new TreeMap<>();
      int characters = random.nextInt(1, CHARACTERS.length + 1);
      for (int i = random.nextInt(400); i > 0; i--) {
        StringBuilder token = new StringBuilder();
        for (int length = random.nextInt(1, 7); length > 0; length--) {
          token.append(CHARACTERS[random.nextInt(characters)]);
        }
        expected.put(token.toString(), 0.5f + random.nextFloat());
      }
      List<String> shuffled = new ArrayList<>(expected.keySet());
      Collections.shuffle(shuffled, random);
      float[] weights = new float[shuffled.size()];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = expected.get(shuffled.get(i));
      }
      TokenVector vector = TokenVector.of(shuffled.toArray(String[]::new), weights);
      assertThat(vector.size()).isEqualTo(expected.size());
      int at = 0;
      for (Map.Entry<String, Float> entry : expected.entrySet()) {
        assertThat(vector.token(at)).isEqualTo(entry.getKey());
        assertThat(vector.weight(at++)).isEqualTo(entry.getValue());
      }
    }
  }

  @Test
  void aTokenThatStandsTwiceIsFoundWhereverItStands() {
    for (int size : new int[] {2, 3, 60, 64, 65, 200}) {
      for (int twin = 1; twin < size; twin++) {
        String[] tokens = new String[size];
        for (int i = 0; i < size; i++) {
          tokens[i] = "##" + i;
        }
        tokens[twin] = tokens[0];
        assertThatThrownBy(() -> TokenVector.of(tokens, new float[tokens.length]))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("##0");
      }
    }
  }
}

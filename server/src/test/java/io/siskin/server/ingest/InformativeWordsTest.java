package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which words of a text are kept, against a twin that takes away the least informative one. */
final class InformativeWordsTest {
  private final Random random = new Random(Seeds.next());

  @Test
  void wordsOfFewTextsAreKeptInTheirOrder() {
    InformativeWords words = new InformativeWords();
    for (String text : List.of("the moth", "The lamp and the moth", "the wing", "THE lamp-post")) {
      words.add(text);
    }
    assertThat(words.select("The wing of the moth, the lamp!", 0.5)).isEqualTo("wing of moth lamp");
    assertThat(words.select("The wing of the moth, the lamp!", 0.01)).isEqualTo("of");
    assertThat(words.select("The wing, of", 1)).isEqualTo("The wing, of");
    assertThat(words.select(" ... ", 0.5)).isEmpty();
    assertThat(words.select("Müller 𝔞𝔟 x2", 0.9)).isEqualTo("Müller 𝔞𝔟 x2");
  }

  @Test
  void agreesWithItsTwin() {
    for (int round = 0; round < 300; round++) {
      List<List<String>> texts = new ArrayList<>();
      InformativeWords words = new InformativeWords();
      for (int i = 0; i < 10; i++) {
        List<String> text = new ArrayList<>();
        for (int length = random.nextInt(12); length > 0; length--) {
          text.add("w" + (int) (12 * Math.pow(random.nextDouble(), 2)));
        }
        texts.add(text);
        words.add(String.join(" - ", text));
      }
      double share = (1 + random.nextInt(9)) / 10.0;
      for (List<String> text : texts) {
        List<String> kept = new ArrayList<>(text);
        while (kept.size() > Math.ceil(share * text.size())) {
          // Of equally frequent ones, the last.
          int worst = 0;
          for (int i = 1; i < kept.size(); i++) {
            worst = frequency(kept.get(i), texts) >= frequency(kept.get(worst), texts) ? i : worst;
          }
          kept.remove(worst);
        }
        assertThat(Arrays.asList(words.select(String.join(", ", text), share).split(" ")))
            .isEqualTo(kept.isEmpty() ? List.of("") : kept);
      }
    }
  }

  private static int frequency(String word, List<List<String>> texts) {
    return Collections.frequency(
        texts.stream().map(text -> new HashSet<>(text).contains(word)).toList(), true);
  }
}

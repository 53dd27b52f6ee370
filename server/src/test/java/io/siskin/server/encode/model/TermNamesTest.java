package io.siskin.server.encode.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.encode.vocabulary.Vocabulary;
import io.siskin.server.testing.Seeded;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TermNamesTest {
  private static final String LETTERS = "abAB\u0120\u2581";

  /** A dictionary of phrases asks for each of its terms whether the vocabulary has it. */
  @Test
  void termsAreFoundAsByLookingAtEach() {
    Seeded.run(
        random -> {
          for (Reading.Fold fold : Reading.Fold.values()) {
            List<String> terms = new ArrayList<>(List.of("[CLS]"));
            for (int i = 0; i < 200; i++) {
              terms.add(word(random.nextInt(LETTERS.length()), random.nextInt(500)));
            }
            TermNames names =
                TermNames.of(
                    new Reading.Vocabulary(null, fold, 3),
                    Vocabulary.ofTerms(terms),
                    random.nextBoolean());
            for (int i = 0; i < 400; i++) {
              String asked = word(random.nextInt(LETTERS.length()), random.nextInt(500));
              assertThat(names.has(asked)).as(asked).isEqualTo(hasSlowly(names, asked));
            }
            assertThat(names.has("[CLS]")).isEqualTo(hasSlowly(names, "[CLS]"));
            assertThat(names.size()).isEqualTo(terms.size() + 3);
          }
        });
  }

  private static String word(int letter, int number) {
    return LETTERS.charAt(letter) + Integer.toString(number);
  }

  private static boolean hasSlowly(TermNames names, String term) {
    for (int i = 0; i < names.size(); i++) {
      if (term.equals(names.term(i))) {
        return true;
      }
    }
    return false;
  }
}

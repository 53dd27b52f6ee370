package io.siskin.server.encode.phrase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TokenVector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PhraseDictionaryTest {
  private static final PhraseDictionary CITIES =
      read(
          """
          {"term": "Q60", "phrases": ["New York City", "NYC"], "weight": 1.5}
          {"term": "Q1384", "phrases": ["new york"], "weight": 1}

          {"term": "Q64", "phrases": ["Straße von Berlin"], "weight": 2}
          {"term": "Q1384", "phrases": ["Empire State"], "weight": 1}
          {"term": "Q1490", "phrases": ["東京", "東京タワー", "กรุงเทพ"], "weight": 1}
          """);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a flat in NEW YORK CITY | Q60",
        "new-york, city | Q60",
        "new york cities | Q1384",
        "new york city and new york | Q60 Q1384",
        "nyc nyc NYC | Q60",
        "anyc | ''",
        "new yorkcity | ''",
        "new new york | Q1384",
        "STRASSE von berlin | Q64",
        "'\uFF2E\uFF39\uFF23' | Q60",
        "the empire state of new york | Q1384",
        "私は東京に住む | Q1490",
        "NYC東京NYC | Q60 Q1490",
        "東 京タワー | Q1490",
        "ไปกรุงเทพแล้ว | Q1490",
        "京東 | ''",
        "'' | ''"
      })
  void phrasesAreFoundByTheirWords(String text, String terms) {
    assertThat(String.join(" ", CITIES.find(text).keySet())).isEqualTo(terms);
  }

  @Test
  void termsAreAddedToTheVector() {
    TokenVector vector = TokenVector.of(Map.of("flat", 1f));
    assertThat(CITIES.addTo("flat in nyc, new york", vector))
        .isEqualTo(TokenVector.of(Map.of("flat", 1f, "Q60", 1.5f, "Q1384", 1f)));
    assertThat(CITIES.addTo("flat", vector)).isSameAs(vector);
    assertThatThrownBy(() -> CITIES.addTo("nyc", TokenVector.of(Map.of("Q60", 1f))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Q60")
        .hasMessageContaining("vocabulary");
  }

  @Test
  void phrasesAreCountedAmongFrequencies() {
    TokenVector vector = TokenVector.of(Map.of("flat", 2f));
    assertThat(CITIES.countIn("flat, flat: nyc, New York City, new york", vector))
        .isEqualTo(TokenVector.of(Map.of("flat", 2f, "Q60", 2f, "Q1384", 1f)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | a JSON object",
        "{\"term\": \"a\" | JSON",
        "{\"term\": \"a\", \"phrases\": [\"x\"]} | weight of 'a'",
        "{\"term\": \"a\", \"phrases\": [\"x\"], \"weight\": 0} | above 0",
        "{\"term\": \"a\", \"phrases\": [\"x\"], \"weight\": 1e39} | a",
        "{\"term\": \"a\", \"phrases\": [], \"weight\": 1} | a list of texts",
        "{\"term\": \"a\", \"phrases\": [\"!\"], \"weight\": 1} | 1 to 64 words",
        "{\"term\": \"\", \"phrases\": [\"x\"], \"weight\": 1} | term",
        "{\"term\": \"a\", \"phrases\": [\"x\"], \"weight\": 1, \"idf\": 2} | idf",
        "{\"term\": \"a\", \"phrases\": [\"Known\"], \"weight\": 1} | it is of 'known' too",
        "{\"term\": \"known\", \"phrases\": [\"x\"], \"weight\": 2} | as it was given before",
      })
  void malformedLinesAreNamed(String line, String expected) {
    String file = "{\"term\": \"known\", \"phrases\": [\"known\"], \"weight\": 1}\n" + line;
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("phrases.jsonl:2: ")
        .hasMessageContaining(expected);
  }

  @Test
  void anEmptyFileIsRefused() {
    assertThatThrownBy(() -> read("\n")).isInstanceOf(InvalidInputException.class);
  }

  /** The twin looks at every phrase at every word. */
  @Test
  void theTreeFindsWhatASlowSearchFinds() {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 200; round++) {
      Map<List<String>, String> terms = new LinkedHashMap<>();
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 1 + random.nextInt(20); i++) {
        List<String> phrase = words(1 + random.nextInt(4), random);
        if (terms.putIfAbsent(phrase, "T" + i) == null) {
          lines.append(
              "{\"term\": \"T%d\", \"phrases\": [\"%s\"], \"weight\": 1}\n"
                  .formatted(i, String.join(" ", phrase)));
        }
      }
      PhraseDictionary dictionary = read(lines.toString());
      List<String> text = words(random.nextInt(40), random);
      assertThat(dictionary.find(String.join(" ", text)).keySet())
          .containsExactlyElementsOf(slow(terms, text));
    }
  }

  @Test
  void aMarkOfByteOrderIsLeftOutAndOtherEncodingsAreRefused() {
    String line = "{\"term\": \"Q1\", \"phrases\": [\"m\u00F6we\"], \"weight\": 1}\n";
    assertThat(read("\uFEFF" + line).terms()).containsExactly("Q1");
    byte[] latin = ("\n" + line).getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> PhraseDictionary.read("phrases.jsonl", latin))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("phrases.jsonl:2: byte 30 of the line is 0xF6");
  }

  private static List<String> slow(Map<List<String>, String> terms, List<String> text) {
    List<String> found = new ArrayList<>();
    int at = 0;
    while (at < text.size()) {
      int longest = 0;
      for (List<String> phrase : terms.keySet()) {
        if (phrase.size() > longest
            && at + phrase.size() <= text.size()
            && text.subList(at, at + phrase.size()).equals(phrase)) {
          longest = phrase.size();
        }
      }
      if (longest > 0) {
        String term = terms.get(text.subList(at, at + longest));
        if (!found.contains(term)) {
          found.add(term);
        }
      }
      at += Math.max(1, longest);
    }
    return found;
  }

  private static List<String> words(int count, Random random) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(String.valueOf((char) ('a' + random.nextInt(3))));
    }
    return words;
  }

  private static PhraseDictionary read(String lines) {
    return PhraseDictionary.read("phrases.jsonl", lines.getBytes(StandardCharsets.UTF_8));
  }
}

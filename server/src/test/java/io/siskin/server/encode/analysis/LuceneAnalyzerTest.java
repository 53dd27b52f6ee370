package io.siskin.server.encode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.analysis.LuceneAnalyzer.LongTokens;
import io.siskin.server.encode.analysis.LuceneAnalyzer.Words;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LuceneAnalyzerTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A person who STUDIES insects | person who studi insect",
        "running runs ran easily      | run run ran easili",
        "to be or not to be           |",
        "state-of-the-art X-rays      | state art x ray",
        "3.14 and 1,000 e.g. U.S.A.   | 3.14 1,000 e.g u.s.a",
        "naïve Straße ÉCLAIR          | naïv straße éclair",
        "中文 and ไทย                   | 中 文 ไทย",
        "👍🏽 thumbs                    | 👍🏽 thumb",
      })
  void english(String text, String tokens) {
    assertTokens(english(), text, tokens);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The Insects' studies, e.g. | the insects studies e.g",
        "to be or not to be         | to be or not to be",
      })
  void standard(String text, String tokens) {
    assertTokens(LuceneAnalyzer.standard(Words.WHOLE, LongTokens.WHOLE), text, tokens);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`The  Insects'\tstudies,`  | The Insects' studies,",
        "`##ing [MASK] <a>`         | ##ing [MASK] <a>",
      })
  void whitespace(String text, String tokens) {
    assertTokens(LuceneAnalyzer.whitespace(LongTokens.WHOLE), text, tokens);
  }

  /** Words in parts: cut at marks inside a word and before capitals, and nowhere else. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "self.stream.write(f.read)   | self stream write f read",
        "snake_case __init__ camelCase | snake case init camel case",
        "3.14 and 1,000 x86 1st      | 3 14 and 1 000 x86 1st",
        "getXMLHttpRequest PhD mRNA  | get xmlhttp request ph d m rna",
        "state-of-the-art            | state of the art",
        "the Insects' moth's         | the insects moth",
        "naïve Straße हिन्दी 中文       | naïve straße हिन्दी 中 文",
        "foo.Bar_baz/qux@1.2.3       | foo bar baz qux 1 2 3",
      })
  void wordsInParts(String text, String tokens) {
    assertTokens(LuceneAnalyzer.standard(Words.IN_PARTS, LongTokens.WHOLE), text, tokens);
  }

  @Test
  void englishTakesPartsBeforeStopWordsAndStems() {
    assertTokens(
        LuceneAnalyzer.english(Words.IN_PARTS, LongTokens.WHOLE),
        "self.streams.writing the_moths",
        "self stream write moth");
  }

  private static List<LuceneAnalyzer> all(LongTokens longTokens) {
    List<LuceneAnalyzer> all = new ArrayList<>(List.of(LuceneAnalyzer.whitespace(longTokens)));
    for (Words words : Words.values()) {
      all.add(LuceneAnalyzer.english(words, longTokens));
      all.add(LuceneAnalyzer.standard(words, longTokens));
    }
    return all;
  }

  /** What collections of earlier versions hold. */
  @Test
  void tokensAreCutIntoPiecesWhereTheCollectionSaysSo() {
    String word = "x".repeat(600);
    List<String> pieces = List.of("x".repeat(255), "x".repeat(255), "x".repeat(90));
    for (LuceneAnalyzer analyzer : all(LongTokens.CUT)) {
      try (analyzer) {
        assertThat(tokens(analyzer, word)).isEqualTo(pieces);
        assertThat(tokens(analyzer, "x".repeat(255))).containsExactly("x".repeat(255));
      }
    }
  }

  @Test
  void longTokensStayWholeUpToTheLimitOfSegments() {
    String longest = "x".repeat(TokenVector.TOKEN_LENGTH_MAX);
    for (LuceneAnalyzer analyzer : all(LongTokens.WHOLE)) {
      try (analyzer) {
        assertThat(tokens(analyzer, "x".repeat(600))).containsExactly("x".repeat(600));
        assertThat(tokens(analyzer, longest)).containsExactly(longest);
        assertThat(analyzer.hashedCount()).isZero();
      }
    }
  }

  @Test
  void aHashStandsForWhatIsLongerStill() {
    String word = "x".repeat(LuceneAnalyzer.WHOLE_LENGTH_MAX);
    for (LuceneAnalyzer analyzer : all(LongTokens.WHOLE)) {
      try (analyzer) {
        List<String> found = tokens(analyzer, word + " moth " + word);
        assertThat(found).hasSize(3).element(1).isEqualTo("moth");
        assertThat(found.get(0))
            .startsWith("x".repeat(64) + "\u2026")
            .hasSize(64 + 1 + 64)
            .isEqualTo(found.get(2));
        assertThat(tokens(analyzer, word.substring(1)))
            .as("another token has another hash")
            .hasSize(1)
            .doesNotContain(found.get(0));
        assertThat(analyzer.hashedCount()).isEqualTo(3);
        assertThat(tokens(analyzer, word + "yy")).as("pieces of the limit").hasSize(2);
      }
    }
  }

  @Test
  void aHashedTokenCutsNoCharacterInTwo() {
    String word = "x" + "\uD835\uDD38".repeat(3_000);
    try (LuceneAnalyzer analyzer = LuceneAnalyzer.whitespace(LongTokens.WHOLE)) {
      assertThat(tokens(analyzer, word).getFirst())
          .startsWith("x" + "\uD835\uDD38".repeat(31) + "\u2026");
    }
  }

  private static LuceneAnalyzer english() {
    return LuceneAnalyzer.english(Words.WHOLE, LongTokens.WHOLE);
  }

  @Test
  void analyzerIsUsableAfterItsConsumerFailed() {
    try (LuceneAnalyzer analyzer = english()) {
      assertThatThrownBy(
              () ->
                  analyzer.analyze(
                      "moth wasp",
                      _ -> {
                        throw new IllegalStateException("no more");
                      }))
          .hasMessage("no more");
      assertThat(tokens(analyzer, "hornets")).containsExactly("hornet");
    }
  }

  private static void assertTokens(LuceneAnalyzer analyzer, String text, String expected) {
    try (analyzer) {
      List<String> tokens = expected == null ? List.of() : List.of(expected.split(" "));
      // Twice: the second text goes through the token stream that the first one left.
      assertThat(tokens(analyzer, text)).isEqualTo(tokens);
      assertThat(tokens(analyzer, text)).isEqualTo(tokens);
    }
  }

  private static List<String> tokens(LuceneAnalyzer analyzer, String text) {
    List<String> tokens = new ArrayList<>();
    analyzer.analyze(text, tokens::add);
    return tokens;
  }
}

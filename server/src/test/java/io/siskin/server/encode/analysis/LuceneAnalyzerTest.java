package io.siskin.server.encode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    assertTokens(LuceneAnalyzer.english(), text, tokens);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The Insects' studies, e.g. | the insects studies e.g",
        "to be or not to be         | to be or not to be",
      })
  void standard(String text, String tokens) {
    assertTokens(LuceneAnalyzer.standard(), text, tokens);
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
    assertTokens(LuceneAnalyzer.whitespace(), text, tokens);
  }

  @Test
  void tokensAboveTheLimitAreCutIntoPieces() {
    String word = "x".repeat(600);
    List<String> pieces = List.of("x".repeat(255), "x".repeat(255), "x".repeat(90));
    for (LuceneAnalyzer analyzer :
        List.of(LuceneAnalyzer.english(), LuceneAnalyzer.standard(), LuceneAnalyzer.whitespace())) {
      try (analyzer) {
        assertThat(tokens(analyzer, word)).isEqualTo(pieces);
        assertThat(tokens(analyzer, "x".repeat(255))).containsExactly("x".repeat(255));
      }
    }
  }

  @Test
  void analyzerIsUsableAfterItsConsumerFailed() {
    try (LuceneAnalyzer analyzer = LuceneAnalyzer.english()) {
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

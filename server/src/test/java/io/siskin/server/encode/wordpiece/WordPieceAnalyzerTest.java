package io.siskin.server.encode.wordpiece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.testing.Seeded;
import io.siskin.server.testing.SharedFiles;
import io.siskin.server.testing.TinyModels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WordPieceAnalyzerTest {
  /** The tokenizer in the test resources; its own truncation, to 4, must not be obeyed. */
  private static final String SMALL = "small-tokenizer.json";

  private static final int NO_CUT = 1 << 20;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Moths, WASPS.        | moth ##s , wasp ##s .",
        "abcde abbc           | abc ##d ##e ab ##bc",
        "a moth z wasp        | a moth wasp", // z is unknown to the vocabulary: no token
        "[CLS] moth [SEP]     | moth", // the text spells special tokens
        "[MASK][UNK]          |",
        "``                   |",
        "a b c d e f g h a    | a b c d e f g h a",
        "möth 😀 wasp         | moth wasp", // accents stripped
      })
  void piecesWithoutSpecialTokens(String text, String expected) throws IOException {
    try (WordPieceAnalyzer analyzer = small(NO_CUT)) {
      assertThat(tokens(analyzer, text))
          .isEqualTo(expected == null ? List.of() : List.of(expected.split(" ")));
    }
  }

  @Test
  void textIsCutAfterTheGivenNumberOfTokensUnknownOnesCounted() throws IOException {
    try (WordPieceAnalyzer analyzer = small(3)) {
      assertThat(tokens(analyzer, "moth z wasps moth")).containsExactly("moth", "wasp");
      assertThat(tokens(analyzer, "moth wasp a")).containsExactly("moth", "wasp", "a");
    }
  }

  @Test
  void textOfAMegabyteIsTokenisedWhole() throws IOException {
    try (WordPieceAnalyzer analyzer = small(NO_CUT)) {
      assertThat(tokens(analyzer, "moth ".repeat(1 << 18))).hasSize(1 << 18);
    }
  }

  @Test
  void smallTokenizerAgreesWithTheSlowTwin() throws IOException {
    SlowWordPiece twin = new SlowWordPiece(smallJson());
    try (WordPieceAnalyzer analyzer = small(NO_CUT)) {
      Seeded.run(
          random -> {
            for (int round = 0; round < 500; round++) {
              StringBuilder text = new StringBuilder();
              for (int length = random.nextInt(80); length > 0; length--) {
                text.append("abcdefghABCz ,. ".charAt(random.nextInt(16)));
              }
              assertThat(tokens(analyzer, text.toString())).isEqualTo(twin.tokens(text.toString()));
            }
          });
    }
  }

  @Test
  void publishedTokenizerAgreesWithTheSlowTwin() throws IOException {
    byte[] json = Files.readAllBytes(SharedFiles.require("models/splade-tiny/tokenizer.json"));
    Path texts = SharedFiles.require("models/splade-tiny/reference-vectors.jsonl");
    SlowWordPiece twin = new SlowWordPiece(json);
    int compared = 0;
    try (WordPieceAnalyzer analyzer = WordPieceAnalyzer.open("splade-tiny", json, NO_CUT)) {
      for (String line : Files.readAllLines(texts)) {
        String text = new ObjectMapper().readTree(line).get("text").asText();
        if (StandardCharsets.US_ASCII.newEncoder().canEncode(text)) { // the twin knows no more
          assertThat(tokens(analyzer, text)).as(text).isEqualTo(twin.tokens(text));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(30);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "[]", "{}", "{\"model\": {}}", "{\"model\": {\"type\": \"Odd\"}}"})
  void fileThatIsNoTokenizerIsRefusedByName(String json) {
    assertThatThrownBy(
            () -> WordPieceAnalyzer.open("t.json", json.getBytes(StandardCharsets.UTF_8), NO_CUT))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("t.json: tokenizer is ");
  }

  /** A token for unknown words that the vocabulary lacks fails for the first unknown word. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"moth":0}} | WordPiece error: Missing [UNK] token from the vocabulary
          {"type":"WordLevel","unk_token":"[UNK]","vocab":{"moth":0}} | WordLevel error: Missing [UNK] token from the vocabulary
          {"type":"Unigram","unk_id":null,"vocab":[["moth",-1.0]]} | unk_id is missing
          {"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,"vocab":{"m":0},"merges":[]} | <unk> not found in the vocabulary
          """)
  void tokenizerWithoutATokenForUnknownWordsIsRefused(String model, String cause) {
    for (String normalizer :
        List.of(
            "null",
            "{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,"
                + "\"strip_accents\":null,\"lowercase\":true}")) {
      byte[] json = tokenizerJson(model, normalizer);
      for (ThrowingCallable open :
          List.<ThrowingCallable>of(
              () -> WordPieceAnalyzer.open("t.json", json, NO_CUT),
              () -> ModelTokenizer.open("t.json", json, 16))) {
        assertThatThrownBy(open)
            .isInstanceOf(InvalidInputException.class)
            .hasMessageStartingWith("t.json: tokenizer is one that fails for some texts; allowed: ")
            .hasMessageContaining("model.unk_token")
            .satisfies(
                refused ->
                    assertThat(refused.getMessage().replace("`", "")).endsWith(cause.strip()));
      }
    }
  }

  @Test
  void tokenizerThatKnowsNoUnknownTokenButNeedsNoneIsTaken() {
    String bytes =
        "{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":null,\"continuing_subword_prefix\":null,"
            + "\"end_of_word_suffix\":null,\"fuse_unk\":false,\"vocab\":{\"m\":0},\"merges\":[]}";
    try (WordPieceAnalyzer analyzer =
        WordPieceAnalyzer.open("t.json", tokenizerJson(bytes, "null"), NO_CUT)) {
      assertThat(tokens(analyzer, "mxm")).containsExactly("m", "m");
    }
  }

  @Test
  void tokensAroundATextMustLeaveRoomForIt() {
    String around =
        TinyModels.tokenizerJson()
            .replace(
                "{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":0}}",
                "{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":0}}"
                    + ",{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":0}}".repeat(2));
    byte[] json = around.getBytes(StandardCharsets.UTF_8);
    ModelTokenizer.open("t.json", json, 5).close();
    assertThatThrownBy(() -> ModelTokenizer.open("t.json", json, 3))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "t.json: max_length is 3; allowed: more than the 4 tokens that the tokenizer puts"
                + " around a text");
  }

  /** What no trial finds is the fault of the text. */
  @Test
  void textThatTheTokenizerCannotCutIsAnInputError() {
    byte[] json =
        tokenizerJson(
            "{\"type\":\"WordLevel\",\"unk_token\":\"[UNK]\",\"vocab\":{\"a\":0}}",
            "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"[^abc]\"},\"content\":\"\"}");
    try (WordPieceAnalyzer analyzer = WordPieceAnalyzer.open("t.json", json, NO_CUT)) {
      assertThat(tokens(analyzer, "a")).containsExactly("a");
      assertThatThrownBy(() -> tokens(analyzer, "abc"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "text is abc; allowed: a text that the model's tokenizer can cut. The tokenizer says:"
                  + " WordLevel error: Missing [UNK] token from the vocabulary");
      assertThat(tokens(analyzer, "a")).containsExactly("a");
    }
  }

  @Test
  void whatTheLibraryRefusesIsSaidInFull() {
    String odd = "{\"type\":\"Unigram\",\"unk_id\":7,\"vocab\":[[\"moth\",-1.0]]}";
    assertThatThrownBy(() -> WordPieceAnalyzer.open("t.json", tokenizerJson(odd, "null"), NO_CUT))
        .hasMessageStartingWith("t.json: tokenizer is one that the tokenizers library refuses;")
        .hasMessageContaining("UnkIdNotInVocabulary");
  }

  private static byte[] tokenizerJson(String model, String normalizer) {
    return ("{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[],"
            + "\"normalizer\":"
            + normalizer
            + ",\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"post_processor\":null,"
            + "\"decoder\":null,\"model\":"
            + model
            + "}")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void closingWhileOthersTokeniseEndsThemWithAnException() throws Exception {
    WordPieceAnalyzer analyzer = small(NO_CUT);
    List<Thread> threads = new ArrayList<>();
    CountDownLatch running = new CountDownLatch(3);
    CountDownLatch refused = new CountDownLatch(3);
    for (int i = 0; i < 3; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    tokens(analyzer, "moth");
                    running.countDown();
                    try {
                      while (true) {
                        tokens(analyzer, "moths and wasps ".repeat(20));
                      }
                    } catch (IllegalStateException closed) {
                      refused.countDown();
                    }
                  }));
    }
    assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
    analyzer.close();
    analyzer.close();
    assertThat(refused.await(30, TimeUnit.SECONDS)).isTrue();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static WordPieceAnalyzer small(int maxTokens) throws IOException {
    return WordPieceAnalyzer.open(SMALL, smallJson(), maxTokens);
  }

  static byte[] smallJson() throws IOException {
    try (InputStream json = WordPieceAnalyzerTest.class.getResourceAsStream(SMALL)) {
      return json.readAllBytes();
    }
  }

  private static List<String> tokens(WordPieceAnalyzer analyzer, String text) {
    List<String> tokens = new ArrayList<>();
    analyzer.analyze(text, tokens::add);
    return tokens;
  }

  /**
   * WordPiece for ASCII text, by its definition: the longest piece of the vocabulary, again and
   * again.
   */
  private static final class SlowWordPiece {
    private static final Pattern WORD_OR_MARK = Pattern.compile("[^\\s\\p{Punct}]+|\\p{Punct}");
    private final Set<String> vocabulary = new HashSet<>();

    SlowWordPiece(byte[] tokenizerJson) throws IOException {
      JsonNode vocab = new ObjectMapper().readTree(tokenizerJson).at("/model/vocab");
      vocab.fieldNames().forEachRemaining(vocabulary::add);
    }

    List<String> tokens(String text) {
      List<String> tokens = new ArrayList<>();
      Matcher words = WORD_OR_MARK.matcher(text.toLowerCase(Locale.ROOT));
      while (words.find()) {
        tokens.addAll(pieces(words.group()));
      }
      return tokens;
    }

    /** The word's pieces, none when a part of it is in no piece: then the whole word is unknown. */
    private List<String> pieces(String word) {
      List<String> pieces = new ArrayList<>();
      int from = 0;
      while (from < word.length()) {
        String prefix = from == 0 ? "" : "##";
        int to = word.length();
        while (to > from && !vocabulary.contains(prefix + word.substring(from, to))) {
          to--;
        }
        if (to == from) {
          return List.of();
        }
        pieces.add(prefix + word.substring(from, to));
        from = to;
      }
      return pieces;
    }
  }
}

package io.siskin.server.encode.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.testing.TinyModels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One rule for each source of a vocabulary. */
final class VocabularyTest {
  @Test
  void allFormsAreRead() {
    assertThat(terms(read("a\nb\n"))).containsExactly("a", "b");
    assertThat(terms(read("a\r\nb"))).containsExactly("a", "b");
    assertThat(terms(read("{\"b\":1,\"a\":0}"))).containsExactly("a", "b");
    assertThat(terms(read("{\"model\":{\"vocab\":{\"x\":0}}}"))).containsExactly("x");
    assertThat(terms(read("{\"model\":{\"vocab\":[[\"x\",-1],[\"y\",-2]]}}")))
        .containsExactly("x", "y");
    assertThat(terms(read("{\"model\":{\"vocab\":{\"x\":2}}}")))
        .as("a tokenizer may leave numbers out")
        .containsExactly(null, null, "x");
    assertThat(read("{\"model\":{\"vocab\":{\"x\":0}}}").isTokenizer()).isTrue();
    assertThat(read("x").isTokenizer()).isFalse();
  }

  @Test
  void specialTokensAreSpecialInEachForm() {
    for (String form :
        List.of(
            "[CLS]\nmoth\n[SEP]\n</s>\n[cls]",
            "{\"[CLS]\":0,\"moth\":1,\"[SEP]\":2,\"</s>\":3,\"[cls]\":4}",
            "\uFEFF[CLS]\r\nmoth\r\n[SEP]\r\n</s>\r\n[cls]\r\n",
            "{\"model\":{\"vocab\":{\"[CLS]\":0,\"moth\":1,\"[SEP]\":2,\"</s>\":3,\"[cls]\":4}},"
                + "\"added_tokens\":[{\"id\":0,\"content\":\"[CLS]\",\"special\":true},"
                + "{\"id\":2,\"content\":\"[SEP]\",\"special\":true},"
                + "{\"id\":3,\"content\":\"</s>\",\"special\":true},"
                + "{\"id\":4,\"content\":\"[cls]\",\"special\":false}]}")) {
      Vocabulary found = read(form);
      assertThat(found.terms()).as(form).containsExactlyInAnyOrder("moth", "[cls]");
      assertThat(found.isSpecial(0)).isTrue();
      assertThat(found.isSpecial(1)).isFalse();
      assertThat(found.isSpecial(-1)).isFalse();
      assertThat(found.isSpecial(1L << 40)).isFalse();
      assertThat(found.identity()).containsExactly("[CLS]", "moth", "[SEP]", "</s>", "[cls]");
    }
  }

  /** Not every tokenizer.json marks the token for unknown words, nor those around a text. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"model":{"unk_token":"u","vocab":{"m":0,"u":1}}}
          {"model":{"unk_id":1,"vocab":[["m",-1],["u",-2]]}}
          {"model":{"vocab":{"m":0,"u":1}},"post_processor":{"special_tokens":{"u":{"ids":[1]}}}}
          {"model":{"vocab":{"m":0,"u":1}},"post_processor":{"type":"BertProcessing","sep":["u",1]}}
          {"model":{"vocab":{"m":0,"u":1}},"post_processor":{"processors":[{"cls":["u",1]}]}}
          """)
  void whatATokenizerPutsInIsSpecial(String json) {
    assertThat(read(json).terms()).containsExactly("m");
  }

  @Test
  void aFileOfTermsHasTheSpecialTokensOfTheTokenizerToo() {
    String tokenizer =
        "{\"model\":{\"vocab\":{\"<start>\":0,\"moth\":1}},\"added_tokens\":"
            + "[{\"id\":0,\"content\":\"<start>\",\"special\":true}]}";
    Vocabulary file = read("moth\n<start>\n");
    assertThat(file.terms()).containsExactlyInAnyOrder("moth", "<start>");
    assertThat(file.withSpecialOf(read(tokenizer)).terms()).containsExactly("moth");
  }

  @Test
  void theVocabularyOfAWordPieceTokenizerIsWhole() {
    Vocabulary found = read(TinyModels.tokenizerJson());
    assertThat(terms(found)).isEqualTo(TinyModels.VOCABULARY);
    assertThat(found.terms()).hasSize(TinyModels.SIZE - 5).doesNotContain("[CLS]", "[UNK]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                    | v.txt: vocabulary is empty; allowed: one term per line
          `a,,b`                | v.txt:2: line is empty; allowed: a term
          `a,b,`                | v.txt:3: line is empty; allowed: a term
          `a,b,a`               | v.txt:3: term is a; allowed: each term once, but line 1 has it
          {"a":1}               | v.txt: number of term 'a' is 1; allowed: each from 0 to 0 once
          {"a":0,"b":0}         | v.txt: number of term 'b' is 0; allowed: each from 0 to 1 once
          {"a":0,"a":1}         | v.txt: vocabulary is JSON with member 'a' twice
          {"a":0.5}             | v.txt: number of term 'a' is 0.5; allowed
          {"a":"0"}             | v.txt: number of term 'a' is "0"; allowed
          {"":0}                | v.txt: term 0 is empty; allowed: a text
          {}                    | v.txt: vocabulary is empty; allowed: one term per line
          {"a"                  | v.txt: vocabulary is JSON that ends too early
          {"model":{"vocab":{}}} | v.txt: tokenizer is JSON without a vocabulary
          {"model":{"vocab":{"a":-1}}} | v.txt: id of token 'a' is -1; allowed: 0 to 65600
          """)
  void whatIsWrongIsNamedWithFileAndLine(String content, String message) {
    String lines = content.startsWith("{") ? content : content.replace(",", "\n") + "\n";
    assertThatThrownBy(() -> read(content.isEmpty() ? "" : lines))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void bytesOfAnotherEncodingAreRefused() {
    byte[] latin = "moth\nm\u00F6th".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> Vocabulary.read("v.txt", latin))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("v.txt:2: byte 2 of the line is 0xF6; allowed: text in UTF-8");
  }

  private static Vocabulary read(String content) {
    return Vocabulary.read("v.txt", content.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> terms(Vocabulary vocabulary) {
    List<String> terms = new ArrayList<>();
    for (int number = 0; number < vocabulary.size(); number++) {
      terms.add(vocabulary.term(number));
    }
    return terms;
  }

  /** A number takes memory, so that a short file must not have a large one. */
  @Test
  void theNumbersOfATokenizerAreInProportionToItsTokens() {
    String right = "{\"model\": {\"vocab\": {\"a\": 0, \"b\": 65000}}}";
    assertThat(Vocabulary.read("t.json", right.getBytes(StandardCharsets.UTF_8)).size())
        .isEqualTo(65_001);
    for (String wrong :
        List.of(
            "{\"model\": {\"vocab\": {\"a\": 0, \"b\": 16777216}}}",
            "{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [{\"id\": 9000000, \"content\":"
                + " \"b\"}]}")) {
      assertThatThrownBy(() -> Vocabulary.read("t.json", wrong.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("id of token 'b'");
    }
  }

  /** Numbers of special tokens that no token has would only make the set of them long. */
  @Test
  void specialNumbersWithoutATokenTakeNoMemory() throws Exception {
    var root =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .readTree(
                """
                {"model": {"vocab": {"a": 0, "b": 1}, "unk_id": 2147483647},
                 "post_processor": {"cls": ["b", 2147483646], "special_tokens":
                   {"c": {"ids": [1, 2147483645]}}}}
                """);
    TokenizerVocabulary read = TokenizerVocabulary.read(root);
    assertThat(read.special().size()).isLessThan(1_024);
    assertThat(read.special().stream()).containsExactly(1);
  }
}

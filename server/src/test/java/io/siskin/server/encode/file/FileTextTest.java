package io.siskin.server.encode.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FileTextTest {
  @Test
  void aMarkOfByteOrderIsLeftOutAtTheStartOnly() {
    assertThat(FileText.of("f", utf8("\uFEFFa\uFEFFb"))).isEqualTo("a\uFEFFb");
    assertThat(FileText.of("f", utf8("\uFEFF"))).isEmpty();
    assertThat(FileText.of("f", utf8("möth \uD83E\uDD8B"))).isEqualTo("möth \uD83E\uDD8B");
  }

  @Test
  void bytesThatAreNotUtf8AreNamedWithTheirLine() {
    byte[] latin = "moth\nm\u00F6th\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> FileText.of("v.txt", latin))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("v.txt:2: byte 2 of the line is 0xF6; allowed: text in UTF-8");
    assertThatThrownBy(() -> FileText.of("v.txt", new byte[] {'a', (byte) 0xC3}))
        .as("cut off in a character")
        .hasMessage("v.txt:1: byte 2 of the line is 0xC3; allowed: text in UTF-8");
    assertThatThrownBy(() -> FileText.of("v.txt", new byte[] {(byte) 0xFF, (byte) 0xFE, 'a', 0}))
        .as("UTF-16")
        .hasMessageStartingWith("v.txt:1: byte 1 of the line is 0xFF");
  }

  @Test
  void linesEndAtLineFeedsOnly() {
    assertThat(FileText.lines("")).isEmpty();
    assertThat(FileText.lines("a")).isEqualTo(List.of("a"));
    assertThat(FileText.lines("a\nb\n")).isEqualTo(List.of("a", "b"));
    assertThat(FileText.lines("a\r\n\r\nb\rc\u2028d\r"))
        .isEqualTo(List.of("a", "", "b\rc\u2028d\r"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                | x is empty; allowed: y
          {"a": 1           | x is JSON that ends too early, at line 1, column 8; allowed: y
          {"a": 1, "a": 2}  | x is JSON with member 'a' twice, at line 1, column 13; allowed: y
          {"a": NaN}        | x is not JSON, at line 1, column 10; allowed: y
          {"a": 1} 2        | x is not JSON, at line 1, column 10; allowed: y
          """)
  void whatIsNotJsonIsDescribedInOurWords(String text, String message) {
    assertThatThrownBy(() -> JsonFile.tree(text, "x", "y"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(message);
  }

  @Test
  void deepJsonIsSaidToBeDeep() {
    String deep = "[".repeat(2_000) + "]".repeat(2_000);
    assertThatThrownBy(() -> JsonFile.tree(deep, "x", "y"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("JSON beyond the limits (values inside one another: ")
        .hasMessageNotContaining("getMax");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.siskin.server.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a terminal would obey is escaped, and nothing else is. */
final class PrintableTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"", "finch", "Grünfink", "\ud83d\udc26 birch", "鳥", "a\u200db", "x = 1.5 × 2"})
  void ordinaryTextStaysAsItIs(String text) {
    assertThat(PrintableText.of(text)).isSameAs(text);
  }

  @ParameterizedTest
  @CsvSource({
    "1b, \\u001b", // escape: colours and the cursor
    "0a, \\u000a", // line feed: forged lines
    "0d, \\u000d",
    "07, \\u0007",
    "08, \\u0008",
    "00, \\u0000",
    "7f, \\u007f",
    "9b, \\u009b", // control sequence introducer in one character
    "202e, \\u202e", // right-to-left override
    "2066, \\u2066",
    "2028, \\u2028",
    "feff, \\ufeff",
    "d83d, \\ud83d" // half of a pair
  })
  void whatATerminalObeysIsEscaped(String hex, String escaped) {
    String text = "a" + (char) Integer.parseInt(hex, 16) + "b";
    assertThat(PrintableText.of(text)).isEqualTo("a" + escaped + "b");
  }

  @Test
  void noControlCharacterIsLeftOfAnyCharacter() {
    for (int character = 0; character <= Character.MAX_VALUE; character++) {
      String text = PrintableText.of("" + (char) character);
      assertThat(text.chars().anyMatch(Character::isISOControl)).isFalse();
    }
  }
}

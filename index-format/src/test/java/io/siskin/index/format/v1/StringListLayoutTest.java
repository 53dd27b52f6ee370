package io.siskin.index.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class StringListLayoutTest {
  @RepeatedTest(20)
  void asciiIsHashedAsItsBytesAre() {
    Random random = new Random(Seeds.next());
    String text =
        random
            .ints(random.nextInt(40), 0, 0x80)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    assertThat(StringListLayout.isAscii(text)).isTrue();
    assertThat(StringListLayout.hashOfAscii(text))
        .isEqualTo(StringListLayout.hash(utf8, 0, utf8.length));
  }

  @Test
  void whatIsNotAsciiIsToldSo() {
    assertThat(StringListLayout.isAscii("")).isTrue();
    assertThat(StringListLayout.isAscii("\u007F")).isTrue();
    assertThat(StringListLayout.isAscii("\u0080")).isFalse();
    assertThat(StringListLayout.isAscii("na\u00EFve")).isFalse();
    assertThat(StringListLayout.isAscii("\uD83D\uDC26")).isFalse();
  }
}

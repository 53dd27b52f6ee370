package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The strict checks against the platform's decoder, which is their slow twin. */
class Utf8Test {
  /** Bytes at and around every border of the table of well-formed sequences. */
  private static final int[] BORDERS = {
    0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
    0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
  };

  @Test
  void everySequenceOfBorderBytesIsJudgedAsTheDecoderDoes() {
    byte[] bytes = new byte[4];
    for (int first : BORDERS) {
      for (int second : BORDERS) {
        for (int third : BORDERS) {
          for (int fourth : BORDERS) {
            bytes[0] = (byte) first;
            bytes[1] = (byte) second;
            bytes[2] = (byte) third;
            bytes[3] = (byte) fourth;
            assertThat(Utf8.firstInvalid(bytes, 0, 4))
                .as("%02X %02X %02X %02X", first, second, third, fourth)
                .isEqualTo(firstInvalidByDecoder(bytes, 0, 4));
          }
        }
      }
    }
  }

  @Test
  void randomRangesAreJudgedAsTheDecoderDoes() {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = text(random).getBytes(StandardCharsets.UTF_8);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      int start = random.nextInt(bytes.length + 1);
      int end = start + random.nextInt(bytes.length - start + 1);
      assertThat(Utf8.firstInvalid(bytes, start, end))
          .isEqualTo(firstInvalidByDecoder(bytes, start, end));
    }
  }

  @Test
  void findsAByteAtEveryPositionOfEveryLength() {
    for (int length = 0; length < 40; length++) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) ('\\' ^ 0x80));
      assertThat(Utf8.contains(bytes, 0, length, (byte) '\\')).isFalse();
      for (int at = 0; at < length; at++) {
        byte before = bytes[at];
        bytes[at] = '\\';
        assertThat(Utf8.contains(bytes, 0, length, (byte) '\\')).isTrue();
        assertThat(Utf8.contains(bytes, 0, at, (byte) '\\')).isFalse();
        assertThat(Utf8.contains(bytes, at + 1, length, (byte) '\\')).isFalse();
        bytes[at] = before;
      }
    }
  }

  @Test
  void textIsWellFormedWhenTheEncoderSaysSo() {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(text(random));
      if (!text.isEmpty() && random.nextBoolean()) {
        text.setCharAt(random.nextInt(text.length()), (char) (0xD800 + random.nextInt(0x800)));
      }
      assertThat(Utf8.isWellFormed(text.toString()))
          .isEqualTo(StandardCharsets.UTF_8.newEncoder().canEncode(text));
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i > 0; i--) {
      int point = random.nextInt(1 << random.nextInt(1, 21));
      text.appendCodePoint(
          Character.isValidCodePoint(point) && (point < 0xD800 || point > 0xDFFF) ? point : 'x');
    }
    return text.toString();
  }

  private static int firstInvalidByDecoder(byte[] bytes, int start, int end) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes, start, end - start);
    return decoder.decode(in, CharBuffer.allocate(2 * bytes.length + 2), true).isError()
        ? in.position()
        : -1;
  }
}

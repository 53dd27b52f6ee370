package io.siskin.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.testing.Seeded;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyTextTest {
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  @Test
  void aKeyIsReadAgain() {
    KeyText key = KeyText.create(new SecureRandom());

    assertThat(key.reveal()).matches("siskin_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}");
    KeyText read = KeyText.parse(key.reveal());
    assertThat(read).isNotNull();
    assertThat(read.id()).isEqualTo(key.id());
    assertThat(read.reveal()).isEqualTo(key.reveal());
  }

  @Test
  void noTwoKeysAreTheSame() {
    SecureRandom random = new SecureRandom();
    Set<String> ids = new HashSet<>();
    Set<String> texts = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      KeyText key = KeyText.create(random);
      ids.add(key.id());
      texts.add(key.reveal());
    }
    assertThat(ids).hasSize(1_000);
    assertThat(texts).hasSize(1_000);
  }

  /** A CRC finds every change of one character. */
  @Test
  void aChangedCharacterMakesItNoKey() {
    Seeded.run(KeyTextTest::changeEveryCharacter);
  }

  private static void changeEveryCharacter(Random random) {
    String text = KeyText.create(new SecureRandom()).reveal();
    for (int place = 0; place < text.length(); place++) {
      char other = DIGITS.charAt(random.nextInt(DIGITS.length()));
      if (other != text.charAt(place)) {
        String changed = text.substring(0, place) + other + text.substring(place + 1);
        assertThat(KeyText.parse(changed)).as(changed).isNull();
      }
    }
  }

  @Test
  void otherTextsAreNoKeys() {
    String text = KeyText.create(new SecureRandom()).reveal();
    for (String other :
        new String[] {"", "siskin_", text + "x", text.substring(1), " " + text, text + "\n"}) {
      assertThat(KeyText.parse(other)).isNull();
    }
  }

  @Test
  void itDoesNotShowItsSecret() {
    KeyText key = KeyText.create(new SecureRandom());
    assertThat(key.toString()).contains(key.id()).doesNotContain(key.reveal().substring(18));
  }
}

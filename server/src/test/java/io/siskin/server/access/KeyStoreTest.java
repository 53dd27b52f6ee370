package io.siskin.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyStoreTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

  @TempDir private Path folder;
  private Instant now = NOON;

  private KeyStore open(Path file) throws IOException {
    return KeyStore.open(file, () -> now);
  }

  private Path file() {
    return folder.resolve("keys");
  }

  private static Refusal refusal(KeyStore store, String text) {
    try {
      store.authenticate(text);
    } catch (UnauthenticatedException refused) {
      return refused.reason();
    }
    throw new AssertionError("it was taken");
  }

  @Test
  void aKeyIsFoundByItsTextAlone() throws IOException {
    KeyText text = KeyText.create(new SecureRandom());
    KeyFileTest.add(file(), KeyFileTest.key(text, null));
    try (KeyStore store = open(file())) {
      assertThat(store.authenticate(text.reveal()).id()).isEqualTo(text.id());
      assertThat(refusal(store, "x")).isEqualTo(Refusal.MALFORMED);
      assertThat(refusal(store, KeyText.create(new SecureRandom()).reveal()))
          .isEqualTo(Refusal.UNKNOWN);
    }
  }

  /** The right id with the secret of another key, which is a key in form. */
  @Test
  void anIdIsNotEnough() throws IOException {
    KeyText text = KeyText.create(new SecureRandom());
    KeyText other = KeyText.create(new SecureRandom());
    ApiKey stored = KeyFileTest.key(text, null);
    ApiKey mixed =
        new ApiKey(other.id(), stored.secretSha256(), "", stored.grants(), stored.created(), null);
    KeyFileTest.add(file(), mixed);
    try (KeyStore store = open(file())) {
      assertThat(refusal(store, other.reveal())).isEqualTo(Refusal.UNKNOWN);
    }
  }

  @Test
  void aKeyExpiresAtItsTime() throws IOException {
    KeyText text = KeyText.create(new SecureRandom());
    KeyFileTest.add(file(), KeyFileTest.key(text, NOON.plusSeconds(1)));
    try (KeyStore store = open(file())) {
      ApiKey key = store.authenticate(text.reveal());
      now = NOON.plusSeconds(1);
      assertThat(refusal(store, text.reveal())).isEqualTo(Refusal.EXPIRED);
      assertThatThrownBy(() -> store.refresh(key)).isInstanceOf(UnauthenticatedException.class);
    }
  }

  @Test
  void whatIsCreatedOrRevokedCountsWithoutARestart() throws IOException {
    KeyText first = KeyText.create(new SecureRandom());
    KeyText second = KeyText.create(new SecureRandom());
    KeyFileTest.add(file(), KeyFileTest.key(first, null));
    List<String> changes = new ArrayList<>();
    try (KeyStore store = open(file())) {
      store.onChange((change, id) -> changes.add(change + " " + id));
      ApiKey open = store.authenticate(first.reveal());
      KeyFileTest.add(file(), KeyFileTest.key(second, null));
      store.look();
      assertThat(store.authenticate(second.reveal()).id()).isEqualTo(second.id());
      assertThat(store.refresh(open)).isEqualTo(open);
      KeyFile.change(file(), _ -> Map.of());
      store.look();
      assertThat(refusal(store, first.reveal())).isEqualTo(Refusal.UNKNOWN);
      assertThatThrownBy(() -> store.refresh(open)).isInstanceOf(UnauthenticatedException.class);
      assertThat(changes)
          .containsExactlyInAnyOrder(
              "created " + second.id(), "revoked " + first.id(), "revoked " + second.id());
    }
  }

  @Test
  void aBrokenFileLeavesTheOldKeysInForce() throws IOException {
    KeyText text = KeyText.create(new SecureRandom());
    KeyFileTest.add(file(), KeyFileTest.key(text, null));
    byte[] right = Files.readAllBytes(file());
    try (KeyStore store = open(file())) {
      Files.writeString(file(), "{");
      store.look();
      assertThat(store.authenticate(text.reveal())).isNotNull();
      assertThat(store.problem()).contains("content");
      Files.delete(file());
      store.look();
      assertThat(store.authenticate(text.reveal())).isNotNull();
      assertThat(store.problem()).isNotNull();
      Files.write(file(), right);
      store.look();
      assertThat(store.problem()).isNull();
    }
  }

  @Test
  void theFileIsFollowedByItself() throws Exception {
    KeyFileTest.add(file(), KeyFileTest.key(KeyText.create(new SecureRandom()), null));
    try (KeyStore store = open(file())) {
      KeyFile.change(file(), _ -> Map.of());
      while (store.count() > 0) {
        Thread.sleep(10);
      }
    }
  }

  @Test
  void aMissingFileIsNoFileWithoutKeys() {
    assertThatThrownBy(() -> open(file())).isInstanceOf(NoSuchFileException.class);
  }
}

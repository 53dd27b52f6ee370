package io.siskin.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyFileTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve(KeyFile.NAME);
  }

  static ApiKey key(KeyText text, @Nullable Instant expires) {
    return ApiKey.of(
        text,
        "a label with \"quotes\"",
        List.of(
            new Grant(Role.READ, List.of("books", "tenant-*")),
            new Grant(Role.ADMIN, List.of("scratch"))),
        NOON,
        expires);
  }

  static void add(Path file, ApiKey key) throws IOException {
    KeyFile.change(
        file,
        keys -> {
          keys.put(key.id(), key);
          return keys;
        });
  }

  @Test
  void keysAreReadAgainAndOnlyTheirOwnerCanReadThem() throws IOException {
    ApiKey first = key(KeyText.create(new SecureRandom()), null);
    ApiKey second = key(KeyText.create(new SecureRandom()), NOON.plusSeconds(60));
    add(file, first);
    add(file, second);

    assertThat(KeyFile.read(file))
        .containsExactly(Map.entry(first.id(), first), Map.entry(second.id(), second));
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void noSecretIsInTheFile() throws IOException {
    KeyText text = KeyText.create(new SecureRandom());
    add(file, key(text, null));

    String secret = text.reveal().substring("siskin_".length() + text.id().length() + 1);
    assertThat(Files.readString(file)).contains(text.id()).doesNotContain(secret);
  }

  @Test
  void changesAtTheSameTimeAreAllKept() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int n = 0; n < 10; n++) {
                        add(file, key(KeyText.create(new SecureRandom()), null));
                      }
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(KeyFile.read(file)).hasSize(40);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"version\" : 1|\"version\" : 2|version",
        "\"version\" : 1|\"version\" : 1, \"other\" : 1|other",
        "\"label\"|\"labels\"|label",
        "\"role\" : \"read\"|\"role\" : \"reader\"|role",
        "\"books\"|\"../books\"|collection",
        "\"books\"|7|collections",
        "2030-01-01T12:00:00Z|yesterday|created",
        "\"keys\" : [|\"keys\" : {|content",
        "\"secret_sha256\" : \"|\"secret_sha256\" : \"x|secret_sha256",
      })
  void aMalformedFileIsRefusedWithItsPlace(String right, String wrong, String named)
      throws IOException {
    add(file, key(KeyText.create(new SecureRandom()), null));
    String content = Files.readString(file);
    assertThat(content).contains(right);
    Files.writeString(file, content.replace(right, wrong));

    assertThatThrownBy(() -> KeyFile.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(named)
        .hasMessageContaining(file.toString());
  }

  @Test
  void twoKeysOfOneIdAreRefused() throws IOException {
    ApiKey key = key(KeyText.create(new SecureRandom()), null);
    add(file, key);
    String content = Files.readString(file);
    int begin = content.indexOf('{', 1);
    int end = content.lastIndexOf('}', content.lastIndexOf(']'));
    String one = content.substring(begin, end + 1);
    Files.writeString(file, content.replace(one, one + "," + one));

    assertThatThrownBy(() -> KeyFile.read(file)).hasMessageContaining("two of id " + key.id());
  }

  @Test
  void aFileThatOthersMayWriteIsRefused() throws IOException {
    add(file, key(KeyText.create(new SecureRandom()), null));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));

    assertThatThrownBy(() -> KeyFile.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("permission");
  }

  @Test
  void aChangeThatFailsChangesNothing() throws IOException {
    add(file, key(KeyText.create(new SecureRandom()), null));
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(
            () ->
                KeyFile.change(
                    file,
                    keys -> {
                      throw new InvalidInputException("id", "x", "y");
                    }))
        .isInstanceOf(InvalidInputException.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(new LinkedHashMap<>(KeyFile.read(file))).hasSize(1);
  }

  @Test
  void bytesInNoEncodingOfUnicodeAreRefused() throws IOException {
    Files.write(file, java.util.HexFormat.of().parseHex("0000007b7f7f7f7f"));
    Files.setPosixFilePermissions(
        file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> KeyFile.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("in no encoding of Unicode");
  }
}

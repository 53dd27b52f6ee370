package io.siskin.server.collection;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.CorruptSegmentException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small JSON files of a data directory that no writer has written: damage, never another error. */
class HostileJsonTest {
  // Begins like UTF-32, and goes on with numbers beyond Unicode.
  private static final byte[] NOT_UNICODE = HexFormat.of().parseHex("0000007b7f7f7f7f");

  @TempDir private Path folder;

  private void assertDamaged(byte[] content) throws IOException {
    Files.write(folder.resolve(Aliases.FILE_NAME), content);
    assertThatThrownBy(() -> Aliases.read(folder))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining(Aliases.FILE_NAME);
    Files.write(folder.resolve(CollectionManifest.FILE_NAME), content);
    assertThatThrownBy(() -> CollectionManifest.read(folder))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining(CollectionManifest.FILE_NAME);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "\"x\"",
        "{\"version\": 1e9999, \"checksum\": \"00000000\"}",
        // Half of a character can be read, but not be written for the checksum.
        "{\"version\": 0.5, \"x\": \"\\ud800\", \"checksum\": \"00000000\"}",
        "{\"version\": 1, \"aliases\": {\"\\udc00\": 1}, \"checksum\": 7}",
        "{\"checksum\": {\"a\": [\"\\ud800\"]}}"
      })
  void texts(String content) throws IOException {
    assertDamaged(content.getBytes(StandardCharsets.UTF_8));
  }

  @org.junit.jupiter.api.Test
  void bytesThatAreNoUnicode() throws IOException {
    assertDamaged(NOT_UNICODE);
    assertDamaged(HexFormat.of().parseHex("7b00000080000000"));
  }
}

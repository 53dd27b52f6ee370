package io.siskin.server.config;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of settings that nobody has written by hand. */
class HostileConfigTest {
  @TempDir private Path folder;

  private void assertRefused(String content, String told) throws IOException {
    Path file = Files.writeString(folder.resolve("siskin.yaml"), content);
    assertThatThrownBy(() -> ConfigSources.resolve(ServerConfig.TREE, file, Map.of(), Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("siskin.yaml")
        .hasMessageContaining(told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "? "})
  void nestingBeyondTheLimitsOfTheReader(String piece) throws IOException {
    assertRefused("grpc: " + piece.repeat(20_000), "");
  }

  @Test
  void aTextThatIsNoPath() throws IOException {
    assertRefused(
        """
        security:
          tls:
            certificate: "a\\0b"
        """,
        "security.tls.certificate");
  }
}

package io.siskin.server.encode.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A configuration of a model that nobody has written by hand. */
class HostileYamlTest {
  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "? "})
  void nestingBeyondTheLimitsOfTheReader(String piece) {
    byte[] content = ("a: " + piece.repeat(20_000)).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> EncoderYaml.read("encoder.yaml", content))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("encoder.yaml");
  }

  @Test
  void aTextThatIsNoPathIsNotInside() {
    assertThat(ModelPaths.isInside("onnx/model.onnx")).isTrue();
    assertThat(ModelPaths.isInside("a\ud800b")).isFalse();
    assertThat(ModelPaths.isInside("a/\udc00")).isFalse();
    assertThat(ModelPaths.isInside("a\u0000b")).isFalse();
  }
}

package io.siskin.server.encode.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.testing.Needs;
import io.siskin.index.testing.Repository;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.onnx.OnnxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The model directory of {@code models/minilm}, where it was built ({@code mvn -Pmodels package -pl
 * models/minilm}), against what ONNX Runtime and the tokenizers library gave from Python.
 */
final class MiniLmTest {
  private static final List<String> TEXTS =
      List.of(
          "A robin builds its nest in a hedge.",
          "Small birds nest in bushes.",
          "The interest rate was raised by half a percent.");
  private static final float[] FIRST_NUMBERS = {
    -0.00733f, -0.01153f, -0.00731f, 0.05021f, 0.02329f, -0.06061f
  };

  @Test
  void vectorsAreTheReferences() throws IOException {
    Path directory = Repository.root().resolve("models/minilm/target/minilm");
    Needs.require(
        Files.exists(directory.resolve("encoder.yaml")), "the model minilm (built)", directory);
    List<float[]> vectors = new ArrayList<>();
    try (LoadedModel model = LoadedModel.open(ModelDirectory.read(directory), OnnxOptions.cpu(2))) {
      List<TokenizedText> batch = new ArrayList<>();
      for (String text : TEXTS) {
        batch.add(model.tokenize(new EncoderInput(text, Side.DOCUMENT)));
      }
      for (TextEncoding encoding : model.infer(batch).encodings()) {
        vectors.add(((TextEncoding.Dense) encoding).vectors().getFirst());
      }
    }
    assertThat(vectors).allSatisfy(vector -> assertThat(vector).hasSize(384));
    for (int i = 0; i < FIRST_NUMBERS.length; i++) {
      assertThat(vectors.getFirst()[i]).isCloseTo(FIRST_NUMBERS[i], within(2e-5f));
    }
    assertThat(product(vectors.get(0), vectors.get(0))).isCloseTo(1, within(1e-4));
    assertThat(product(vectors.get(0), vectors.get(1))).isCloseTo(0.548, within(1e-3));
    assertThat(product(vectors.get(0), vectors.get(2))).isCloseTo(0.0846, within(1e-3));
  }

  private static double product(float[] first, float[] second) {
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += first[i] * second[i];
    }
    return sum;
  }
}

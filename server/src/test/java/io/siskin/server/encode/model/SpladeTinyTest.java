package io.siskin.server.encode.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.testing.SharedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real model against the vectors that another implementation gave, where both are at hand. */
final class SpladeTinyTest {
  private static final float TOLERANCE = 1e-3f;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"model.onnx,sparse", "logits.onnx,logits"})
  void vectorsAreTheReferences(String onnx, String kind) throws IOException {
    Path shared = SharedFiles.require("models/splade-tiny/reference-vectors.jsonl").getParent();
    for (String name : List.of(onnx, "tokenizer.json")) {
      Files.copy(shared.resolve(name), folder.resolve(name));
    }
    Files.writeString(
        folder.resolve("encoder.yaml"),
        // The reference read 256 tokens at most, as its longest vectors show.
        "version: 1\nfamily: splade\nmodel: %s\noutput: {name: %s, kind: %s}\nmax_length: 256\n"
            .formatted(onnx, kind, kind));
    List<JsonNode> references = new ArrayList<>();
    for (String line : Files.readAllLines(shared.resolve("reference-vectors.jsonl"))) {
      references.add(new ObjectMapper().readTree(line));
    }
    try (LoadedModel model = LoadedModel.open(ModelDirectory.read(folder), OnnxOptions.cpu(2))) {
      List<TokenizedText> batch = new ArrayList<>();
      for (JsonNode reference : references) {
        batch.add(model.tokenize(new EncoderInput(reference.get("text").asText(), Side.DOCUMENT)));
      }
      List<TextEncoding> encodings = model.infer(batch).encodings();
      for (int i = 0; i < references.size(); i++) {
        assertClose((TextEncoding.Sparse) encodings.get(i), references.get(i));
      }
    }
    assertThat(references).hasSize(50);
  }

  private static void assertClose(TextEncoding.Sparse encoding, JsonNode reference) {
    Map<String, Float> found = new TreeMap<>();
    TokenVector vector = (TokenVector) encoding.vector();
    for (int i = 0; i < vector.size(); i++) {
      found.put(vector.token(i), vector.weight(i));
    }
    JsonNode expected = reference.get("vector");
    Set<String> terms = new TreeSet<>(found.keySet());
    expected.fieldNames().forEachRemaining(terms::add);
    assertThat(terms).isNotEmpty();
    for (String term : terms) {
      // A weight below half of the last digit that the reference states is none there.
      assertThat(found.getOrDefault(term, 0f))
          .as("%s: %s", reference.get("id"), term)
          .isCloseTo((float) expected.path(term).asDouble(0), within(TOLERANCE));
    }
  }
}

package io.siskin.server.encode.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.onnx.ExecutionProvider;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.onnx.graph.OnnxFixture;
import io.siskin.server.testing.SharedFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model whose projection is fused gives the vectors of its graph. */
final class FusedProjectionTest {
  private static final String YAML =
      """
      version: 1
      family: splade
      output:
        name: logits
        kind: logits
      """;
  private static final List<String> TEXTS =
      List.of(
          "a cat sat on the mat",
          "",
          "searching quickly",
          "the quick brown fox jumps over the lazy dog and does it again and again",
          "a");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aSmallModelGivesTheVectorsOfItsGraph(int threads) throws IOException {
    ModelDirectory directory = smallModel();
    try (LoadedModel graph = LoadedModel.open(directory, options(1, false));
        LoadedModel fused = LoadedModel.open(directory, options(threads, true))) {
      assertThat(graph.isFused()).isFalse();
      assertThat(fused.isFused()).isTrue();
      assertThat(fused.vocabularySize()).isEqualTo(graph.vocabularySize());
      assertEqual(encode(fused, TEXTS), encode(graph, TEXTS));
      for (String text : TEXTS) {
        assertEqual(encode(fused, List.of(text)), encode(graph, List.of(text)));
        checkTokens(fused, text);
        checkTokens(graph, text);
      }
    }
  }

  /** The vector of a text has the largest weights of the vectors of its tokens. */
  private static void checkTokens(LoadedModel model, String text) {
    TokenizedText tokens = model.tokenize(new EncoderInput(text, Side.DOCUMENT));
    List<SparseVector> vectors = model.tokenVectors(tokens);
    // A text of unknown words has an empty vector, as the empty text has.
    assertThat(vectors.size()).isIn(1, tokens.lengthTokens());
    Map<String, Float> largest = new HashMap<>();
    for (SparseVector vector : vectors) {
      for (int i = 0; i < vector.size(); i++) {
        largest.merge(((TokenVector) vector).token(i), vector.weight(i), Math::max);
      }
    }
    assertThat(largest).isEqualTo(weights(encode(model, List.of(text)).getFirst()));
  }

  @Test
  void manyCallersShareTheThreads() throws IOException, InterruptedException {
    try (LoadedModel fused = LoadedModel.open(smallModel(), options(2, true))) {
      List<TextEncoding> alone = encode(fused, TEXTS);
      ConcurrentLinkedQueue<List<TextEncoding>> found = new ConcurrentLinkedQueue<>();
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        callers.add(Thread.ofPlatform().start(() -> found.add(encode(fused, TEXTS))));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(found).hasSize(8).allSatisfy(each -> assertThat(each).isEqualTo(alone));
    }
  }

  @Test
  void theRealModelGivesTheVectorsOfItsGraph() throws IOException {
    Path model = SharedFiles.require("models/splade-tiny/logits.onnx");
    Path directory = Files.createDirectory(folder.resolve("splade-tiny"));
    Files.copy(model, directory.resolve("model.onnx"));
    Files.copy(model.resolveSibling("tokenizer.json"), directory.resolve("tokenizer.json"));
    Files.writeString(directory.resolve("encoder.yaml"), YAML);
    ModelDirectory read = ModelDirectory.read(directory);
    try (LoadedModel graph = LoadedModel.open(read, options(1, false));
        LoadedModel fused = LoadedModel.open(read, options(2, true))) {
      assertThat(fused.isFused()).isTrue();
      assertEqual(encode(fused, TEXTS), encode(graph, TEXTS));
    }
  }

  private static OnnxOptions options(int threads, boolean fuse) {
    return new OnnxOptions(
        new ExecutionProvider.Cpu(), false, threads, OnnxOptions.Optimization.ALL, fuse);
  }

  private ModelDirectory smallModel() throws IOException {
    byte[] tokenizer;
    try (InputStream in = getClass().getResourceAsStream("../wordpiece/small-tokenizer.json")) {
      tokenizer = in.readAllBytes();
    }
    int terms = new ObjectMapper().readTree(tokenizer).at("/model/vocab").size();
    Random random = new Random(Seeds.next());
    float[][] embeddings = new float[terms][20];
    float[] bias = new float[terms];
    for (int term = 0; term < terms; term++) {
      bias[term] = (float) random.nextGaussian();
      for (int h = 0; h < embeddings[term].length; h++) {
        embeddings[term][h] = (float) random.nextGaussian();
      }
    }
    Path directory = Files.createDirectories(folder.resolve("small"));
    Files.write(directory.resolve("tokenizer.json"), tokenizer);
    Files.write(directory.resolve("model.onnx"), OnnxFixture.maskedLanguageModel(embeddings, bias));
    Files.writeString(directory.resolve("encoder.yaml"), YAML);
    return ModelDirectory.read(directory);
  }

  private static List<TextEncoding> encode(LoadedModel model, List<String> texts) {
    List<TokenizedText> batch =
        texts.stream().map(text -> model.tokenize(new EncoderInput(text, Side.DOCUMENT))).toList();
    return model.infer(batch).encodings();
  }

  private static void assertEqual(List<TextEncoding> found, List<TextEncoding> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      Map<String, Float> weights = weights(found.get(i));
      Map<String, Float> others = weights(expected.get(i));
      // A weight so small that rounding decides whether it is there may be missing.
      others.forEach(
          (term, weight) ->
              assertThat(weights.getOrDefault(term, 0f)).as(term).isCloseTo(weight, within(1e-4f)));
      weights.forEach(
          (term, weight) ->
              assertThat(others.getOrDefault(term, 0f)).as(term).isCloseTo(weight, within(1e-4f)));
    }
  }

  private static Map<String, Float> weights(TextEncoding encoding) {
    TokenVector vector = (TokenVector) ((TextEncoding.Sparse) encoding).vector();
    Map<String, Float> weights = new HashMap<>();
    for (int i = 0; i < vector.size(); i++) {
      weights.put(vector.token(i), vector.weight(i));
    }
    return weights;
  }
}

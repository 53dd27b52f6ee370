package io.siskin.server.encode.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.onnx.InferenceException;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.testing.Seeded;
import io.siskin.server.testing.TinyModels;
import io.siskin.server.testing.TinyOnnx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each family on a model whose output can be told by heart, and what is wrong with directories. */
final class LoadedModelTest {
  private static final float LN2 = (float) Math.log(2);
  private static final float LN3 = (float) Math.log(3);
  private static final float LN4 = (float) Math.log(4);

  @TempDir private Path folder;

  // ---- SPLADE: logits and pooled ----

  @Test
  void spladeTakesTheLargestLogitOfEachTerm() throws IOException {
    // moth says moth 3, wing 2, ##s 1; insect says insect 3, bird 2, query 1.
    Map<String, Float> expected = new HashMap<>();
    expected.put("moth", LN4);
    expected.put("wing", LN3);
    expected.put("##s", LN2);
    expected.put("insect", LN4);
    expected.put("bird", LN3);
    expected.put("query", LN2);
    assertThat(sparse(TinyModels.logits(folder), "Moth insect")).isEqualTo(vector(expected));
    assertThat(sparse(TinyModels.pooled(folder.resolve("pooled")), "Moth insect"))
        .satisfies(pooled -> assertClose((TokenVector) pooled, expected));
  }

  @Test
  void sumPoolingAddsWeights() throws IOException {
    Path model = TinyModels.logits(folder, "pooling: sum", "pool_special_tokens: false");
    // moth says wing 2, wing says wing 3 and ##s 2.
    assertThat(sparse(model, "moth wing"))
        .satisfies(
            sum ->
                assertClose(
                    (TokenVector) sum,
                    Map.of("moth", LN4, "wing", LN3 + LN4, "##s", LN2 + LN3, "insect", LN2)));
  }

  @Test
  void specialTokensArePooledUnlessTheyAreMasked() throws IOException {
    // [CLS] and [SEP] say 0.5 of bird.
    assertThat(sparse(TinyModels.logits(folder), "moth").toString()).contains("bird: 0.405");
    Path masked = TinyModels.logits(folder.resolve("masked"), "pool_special_tokens: false");
    assertThat(sparse(masked, "moth").toString()).doesNotContain("bird");
  }

  @Test
  void specialTermsAreDroppedUnlessTheyAreKept() throws IOException {
    assertThat(sparse(TinyModels.logits(folder), "moth").toString()).doesNotContain("[SEP]");
    Path kept = TinyModels.logits(folder.resolve("kept"), "keep_special_terms: true");
    assertThat(sparse(kept, "moth").toString()).contains("[SEP]: 1.609438");
  }

  @Test
  void shiftActivationAndFocusAreApplied() throws IOException {
    Path model =
        TinyModels.logits(
            folder,
            "activation: log1p-log1p-relu",
            "logit_shift: 1",
            "position_top_k: 2",
            "pool_special_tokens: false");
    // Of 3, 2, 1 the focus leaves 3 and 2, the shift 2 and 1.
    assertThat(sparse(model, "moth"))
        .satisfies(
            focused ->
                assertClose(
                    (TokenVector) focused,
                    Map.of(
                        "moth",
                        (float) Math.log1p(Math.log1p(2)),
                        "wing",
                        (float) Math.log1p(Math.log1p(1)))));
    Path relu = TinyModels.logits(folder.resolve("relu"), "activation: relu", "logit_shift: 2.5");
    assertThat(sparse(relu, "moth")).isEqualTo(vector(Map.of("moth", 0.5f)));
  }

  @Test
  void spellingsAreFolded() throws IOException {
    Path model = TinyModels.logits(folder, "vocabulary: {fold: case}", "activation: relu");
    // "a" says a 3 and, as the next in the vocabulary, Moth 2: a spelling of moth.
    assertThat(sparse(model, "a")).isEqualTo(vector(Map.of("a", 3f, "moth", 2f, "bird", 0.5f)));
  }

  @Test
  void marksOfSpacesAreFolded() throws IOException {
    Path model =
        TinyModels.logits(
            folder, "vocabulary: {file: vocab.txt, fold: case-and-space}", "activation: relu");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < TinyModels.SIZE; i++) {
      names.add("term" + i);
    }
    // "query" says these three 3, 2 and 1.
    names.set(10, "\u2581Owl");
    names.set(11, "owl");
    names.set(12, "\u0120");
    Files.write(folder.resolve("vocab.txt"), names);
    assertThat(sparse(model, "query"))
        .isEqualTo(vector(Map.of("owl", 3f, "\u0120", 1f, "term9", 0.5f, "term3", 4f)));
  }

  @Test
  void vocabularyComesFromAFile() throws IOException {
    Path model = TinyModels.logits(folder, "vocabulary: {file: vocab.txt}", "activation: relu");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < TinyModels.SIZE; i++) {
      names.add("term" + i);
    }
    Files.write(folder.resolve("vocab.txt"), names);
    assertThat(sparse(model, "query"))
        .isEqualTo(
            vector(Map.of("term10", 3f, "term11", 2f, "term12", 1f, "term9", 0.5f, "term3", 4f)));
  }

  /** As terms they would match every query with every document. */
  @Test
  void specialTokensOfAVocabularyFileAreTermsOfNoVector() throws IOException {
    String config = "vocabulary: {file: vocab.txt}";
    Path model = TinyModels.logits(folder, config, "activation: relu");
    Files.write(folder.resolve("vocab.txt"), TinyModels.VOCABULARY);
    assertThat(sparse(model, "query"))
        .isEqualTo(vector(Map.of("query", 3f, ":", 2f, "a", 1f, "bird", 0.5f)));
    try (LoadedModel loaded = open(model)) {
      assertThat(loaded.hasTerm("[SEP]")).isFalse();
      assertThat(loaded.hasTerm("query")).isTrue();
    }
    Path kept = TinyModels.logits(folder, config, "activation: relu", "keep_special_terms: true");
    assertThat(sparse(kept, "query").toString()).contains("[SEP]: 4.0");
  }

  @Test
  void aVocabularyFileMustFitTheOutput() throws IOException {
    Path model = TinyModels.logits(folder, "vocabulary: {file: vocab.txt}");
    Files.writeString(folder.resolve("vocab.txt"), "\uFEFFone\ntwo\n");
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("one number per term of vocab.txt, 2");
  }

  @Test
  void promptIsReadAndNotPooled() throws IOException {
    Path model = TinyModels.logits(folder, "prompts: {query: 'query: '}", "activation: relu");
    try (LoadedModel loaded = open(model)) {
      TokenizedText query = loaded.tokenize(new EncoderInput("moth", Side.QUERY));
      TokenizedText document = loaded.tokenize(new EncoderInput("moth", Side.DOCUMENT));
      assertThat(query.lengthTokens()).isEqualTo(document.lengthTokens() + 2);
      List<TextEncoding> encodings = loaded.infer(List.of(query, document)).encodings();
      assertThat(encodings.get(0)).isEqualTo(encodings.get(1));
    }
  }

  @Test
  void originalTermsAreTheTextsOwnTokens() throws IOException {
    Path model = TinyModels.logits(folder, "prompts: {query: 'query: '}");
    try (LoadedModel loaded = open(model)) {
      assertThat(encode(loaded, new EncoderInput("moths moth a", Side.QUERY)))
          .extracting(encoding -> ((TextEncoding.Sparse) encoding).originalTerms())
          .isEqualTo(List.of("moth", "##s", "a"));
    }
  }

  @Test
  void tokensHaveVectorsOfTheirOwn() throws IOException {
    try (LoadedModel loaded = open(TinyModels.logits(folder, "pool_special_tokens: false"))) {
      TokenizedText text = loaded.tokenize(new EncoderInput("Moth insect", Side.QUERY));
      assertThat(loaded.tokenVectors(text))
          .containsExactly(
              vector(Map.of("moth", LN4, "wing", LN3, "##s", LN2)),
              vector(Map.of("insect", LN4, "bird", LN3, "query", LN2)));
      TokenizedText empty = loaded.tokenize(new EncoderInput("", Side.QUERY));
      assertThat(loaded.tokenVectors(empty)).containsExactly(TokenVector.EMPTY);
      // In a batch beside texts of which one vector is wanted.
      EncoderInput input = new EncoderInput("Moth insect", Side.QUERY);
      List<TextEncoding> batch =
          loaded
              .infer(
                  List.of(
                      loaded.tokenize(input),
                      loaded.tokenize(input.byToken()),
                      loaded.tokenize(new EncoderInput("wing", Side.QUERY))))
              .encodings();
      assertThat(batch.get(1)).isEqualTo(new TextEncoding.SparseTokens(loaded.tokenVectors(text)));
      assertThat(batch.get(0)).isEqualTo(encode(loaded, input));
      assertThat(batch.get(2)).isEqualTo(encode(loaded, new EncoderInput("wing", Side.QUERY)));
    }
    try (LoadedModel pooled = open(TinyModels.pooled(folder.resolve("pooled")))) {
      TokenizedText text = pooled.tokenize(new EncoderInput("moth", Side.QUERY));
      assertThatThrownBy(() -> pooled.tokenVectors(text))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("for each token");
    }
  }

  // ---- one weight a token ----

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void unicoilGivesEachTokenItsLargestWeight(boolean threeDimensional) throws IOException {
    Path model = TinyModels.weights(folder, threeDimensional, "family: unicoil");
    assertThat(sparse(model, "moths insect moth"))
        .isEqualTo(vector(Map.of("moth", 2.5f, "##s", 3.5f, "insect", 8f)));
  }

  @Test
  void deepImpactGivesWholeWordsTheWeightOfTheirFirstPiece() throws IOException {
    Path model = TinyModels.weights(folder, true, "family: deepimpact");
    assertThat(sparse(model, "Moths: INSECT wing"))
        .isEqualTo(vector(Map.of("moths", 2.5f, "insect", 8f, "wing", 3f)));
  }

  @Test
  void theFirstOccurrenceGivesTheWeightWhereTheConfigurationSaysSo() throws IOException {
    Path largest = TinyModels.weights(folder.resolve("1"), true, "family: deepimpact");
    Path first =
        TinyModels.weights(folder.resolve("2"), true, "family: deepimpact", "occurrence: first");
    // A weight by position: the second token, "moth", gets less than the fourth.
    for (Path model : List.of(largest, first)) {
      Files.write(
          model.resolve("model.onnx"),
          new TinyOnnx()
              .input("input_ids")
              .input("attention_mask")
              .constant("axis", new long[] {1})
              .node("Cast", "ones", List.of("attention_mask"), "to", 1)
              .node("CumSum", "weights", "ones", "axis")
              .output("weights", "batch", "length")
              .bytes());
    }
    assertThat(sparse(largest, "moth wing moth")).isEqualTo(vector(Map.of("moth", 4f, "wing", 3f)));
    assertThat(sparse(first, "moth wing moth")).isEqualTo(vector(Map.of("moth", 2f, "wing", 3f)));
  }

  // ---- dense ----

  @Test
  void denseMeanCountsAllPositions() throws IOException {
    Path model = TinyModels.hidden(folder, "normalize: false");
    float[] expected = new float[TinyModels.HIDDEN];
    for (String token : List.of("[CLS]", "moth", "[SEP]")) {
      for (int unit = 0; unit < expected.length; unit++) {
        expected[unit] += TinyModels.hidden(TinyModels.id(token), unit) / 3;
      }
    }
    assertThat(dense(model, "moth").getFirst()).containsExactly(expected, within(1e-6f));
  }

  @Test
  void denseClsTakesTheFirstPosition() throws IOException {
    Path model = TinyModels.hidden(folder, "pooling: cls", "normalize: false");
    assertThat(dense(model, "moth").getFirst()).containsExactly(3, 3, 6, 3);
    Path finished = TinyModels.embedding(folder.resolve("e"), "normalize: false");
    assertThat(dense(finished, "moth").getFirst()).containsExactly(3, 3, 6, 3);
  }

  @Test
  void denseVectorIsCutThenNormalised() throws IOException {
    Path model = TinyModels.hidden(folder, "pooling: cls", "dimensions: 2");
    float half = (float) Math.sqrt(0.5);
    assertThat(dense(model, "moth").getFirst())
        .containsExactly(new float[] {half, half}, within(1e-6f));
  }

  @Test
  void densePromptIsPooledUnlessItIsNot() throws IOException {
    String prompt = "prompts: {document: 'query: '";
    List<float[]> with = dense(TinyModels.hidden(folder.resolve("1"), prompt + "}"), "moth");
    List<float[]> without =
        dense(TinyModels.hidden(folder.resolve("2"), prompt + ", pooled: false}"), "moth");
    List<float[]> none = dense(TinyModels.hidden(folder.resolve("3")), "moth");
    assertThat(with.getFirst()).isNotEqualTo(none.getFirst());
    assertThat(without.getFirst()).isEqualTo(none.getFirst());
  }

  @Test
  void aDenseModelGivesTheStatesOfTokens() throws IOException {
    try (LoadedModel loaded =
        open(TinyModels.hidden(folder, "pooling: tokens", "normalize: false"))) {
      List<TokenizedText> texts = new ArrayList<>();
      for (String text : List.of("moths wing", "", "[SEP] bird bird moth")) {
        texts.add(loaded.tokenize(new EncoderInput(text, Side.DOCUMENT)));
      }
      List<List<String>> tokens =
          List.of(List.of("moth", "##s", "wing"), List.of(), List.of("bird", "bird", "moth"));
      List<TextEncoding> encodings = loaded.infer(texts).encodings();
      for (int i = 0; i < tokens.size(); i++) {
        TextEncoding.DenseTokens found = (TextEncoding.DenseTokens) encodings.get(i);
        assertThat(found.keys())
            .containsExactly(tokens.get(i).stream().mapToInt(TinyModels::id).toArray());
        assertThat(found.vectors()).hasSameSizeAs(tokens.get(i));
        for (int token = 0; token < tokens.get(i).size(); token++) {
          for (int unit = 0; unit < TinyModels.HIDDEN; unit++) {
            assertThat(found.vectors().get(token)[unit])
                .isEqualTo(TinyModels.hidden(TinyModels.id(tokens.get(i).get(token)), unit));
          }
        }
      }
    }
    try (LoadedModel cut =
        open(
            TinyModels.hidden(
                folder.resolve("cut"), "pooling: tokens", "dimensions: 2", "max_length: 4"))) {
      TextEncoding.DenseTokens found =
          (TextEncoding.DenseTokens)
              encode(cut, new EncoderInput("moth wing bird a", Side.DOCUMENT));
      assertThat(found.keys()).containsExactly(TinyModels.id("moth"), TinyModels.id("wing"));
      for (float[] vector : found.vectors()) {
        assertThat(vector).hasSize(2);
        assertThat(Math.hypot(vector[0], vector[1])).isCloseTo(1, within(1e-6));
      }
    }
  }

  @Test
  void lateChunksAreMeansOfTheirOwnPositions() throws IOException {
    Path model = TinyModels.hidden(folder, "normalize: false");
    try (LoadedModel loaded = open(model)) {
      String text = "moth wing insect";
      EncoderInput input =
          new EncoderInput(text, Side.DOCUMENT, List.of("moth".length(), "moth wing".length(), 16));
      TextEncoding.Dense encoding = (TextEncoding.Dense) encode(loaded, input);
      assertThat(encoding.vectors()).hasSize(3);
      assertThat(encoding.vectors().get(0)).isEqualTo(mean("[CLS]", "moth"));
      assertThat(encoding.vectors().get(1)).isEqualTo(mean("wing"));
      assertThat(encoding.vectors().get(2)).isEqualTo(mean("insect", "[SEP]"));
    }
  }

  @Test
  void chunkOfWhichNothingWasReadIsZero() throws IOException {
    Path model = TinyModels.hidden(folder, "max_length: 3");
    try (LoadedModel loaded = open(model)) {
      EncoderInput input = new EncoderInput("moth wing a", Side.DOCUMENT, List.of(4, 9, 11));
      TextEncoding.Dense encoding = (TextEncoding.Dense) encode(loaded, input);
      assertThat(encoding.vectors().get(1)).containsOnly(0);
    }
  }

  @Test
  void chunksAreRefusedWhereNothingIsPooledByPosition() throws IOException {
    try (LoadedModel loaded = open(TinyModels.logits(folder))) {
      EncoderInput input = new EncoderInput("moth", Side.DOCUMENT, List.of(4));
      assertThatThrownBy(() -> loaded.tokenize(input))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("chunk ends");
    }
  }

  // ---- batches ----

  @Test
  void batchGivesWhatEachTextGivesAlone() throws Exception {
    List<Path> models =
        List.of(
            TinyModels.logits(folder.resolve("1")),
            TinyModels.pooled(folder.resolve("2")),
            TinyModels.weights(folder.resolve("3"), false, "family: unicoil"),
            TinyModels.hidden(folder.resolve("4")));
    for (Path path : models) {
      try (LoadedModel model = open(path)) {
        Seeded.run(
            random -> {
              List<TokenizedText> batch = new ArrayList<>();
              for (int i = 0; i < 40; i++) {
                StringBuilder text = new StringBuilder();
                for (int word = random.nextInt(12); word > 0; word--) {
                  int id = 5 + random.nextInt(TinyModels.SIZE - 5);
                  text.append(TinyModels.VOCABULARY.get(id)).append(' ');
                }
                batch.add(model.tokenize(new EncoderInput(text.toString(), Side.DOCUMENT)));
              }
              List<TextEncoding> together = model.infer(batch).encodings();
              for (int i = 0; i < batch.size(); i++) {
                TextEncoding alone = model.infer(List.of(batch.get(i))).encodings().getFirst();
                assertSame(together.get(i), alone);
              }
            });
      }
    }
  }

  @Test
  void largeBatchIsComputedInParts() throws IOException {
    try (LoadedModel model = open(TinyModels.logits(folder, "max_length: 4096"))) {
      TokenizedText longText =
          model.tokenize(new EncoderInput("moth ".repeat(5_000), Side.DOCUMENT));
      long bytes = (long) longText.lengthTokens() * TinyModels.SIZE * Float.BYTES;
      int count = (int) (2 * LoadedModel.TENSOR_BYTES_MAX / bytes) + 3;
      List<TextEncoding> encodings = model.infer(Collections.nCopies(count, longText)).encodings();
      assertThat(encodings).hasSize(count);
      assertThat(encodings).containsOnly(encodings.getFirst());
    }
  }

  @Test
  void textOfAnotherModelIsRefused() throws IOException {
    try (LoadedModel one = open(TinyModels.logits(folder.resolve("1")));
        LoadedModel other = open(TinyModels.logits(folder.resolve("2"), "pooling: sum"))) {
      TokenizedText text = one.tokenize(new EncoderInput("moth", Side.DOCUMENT));
      assertThatThrownBy(() -> other.infer(List.of(text)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void closedModelRefusesAndClosesTwice() throws IOException {
    LoadedModel model = open(TinyModels.logits(folder));
    TokenizedText text = model.tokenize(new EncoderInput("moth", Side.DOCUMENT));
    model.close();
    model.close();
    assertThatThrownBy(() -> model.infer(List.of(text))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> model.tokenize(new EncoderInput("moth", Side.DOCUMENT)))
        .isInstanceOf(IllegalStateException.class);
  }

  // ---- hostile input ----

  @ParameterizedTest
  @ValueSource(strings = {"", "   \n\t ", "[MASK] [SEP]", "ꙮ ᚠᛇᚻ", "\uD800", "\u0000"})
  void textWithoutATokenOfItsOwnIsEmptyWhenSparse(String text) throws IOException {
    assertThat(sparse(TinyModels.logits(folder.resolve("1")), text)).isEqualTo(TokenVector.EMPTY);
    assertThat(sparse(TinyModels.pooled(folder.resolve("2")), text)).isEqualTo(TokenVector.EMPTY);
    assertThat(sparse(TinyModels.weights(folder.resolve("3"), true, "family: unicoil"), text))
        .isEqualTo(TokenVector.EMPTY);
    assertThat(dense(TinyModels.hidden(folder.resolve("4")), text).getFirst())
        .hasSize(TinyModels.HIDDEN);
  }

  @Test
  void longTextIsCutAtTheModelsLength() throws IOException {
    try (LoadedModel model = open(TinyModels.logits(folder, "max_length: 16"))) {
      for (String text : List.of("moth ".repeat(10_000), "moth insect ".repeat(90_000))) {
        TokenizedText tokens = model.tokenize(new EncoderInput(text, Side.DOCUMENT));
        assertThat(tokens.lengthTokens()).isEqualTo(16);
      }
      assertThat(encode(model, new EncoderInput("moth ".repeat(10_000), Side.DOCUMENT)))
          .isEqualTo(encode(model, new EncoderInput("moth ".repeat(14), Side.DOCUMENT)));
    }
  }

  @Test
  void unpairedSurrogateIsReadAsTheReplacementCharacter() throws IOException {
    try (LoadedModel model = open(TinyModels.logits(folder))) {
      assertThat(encode(model, new EncoderInput("moth \uDC00 wing", Side.DOCUMENT)))
          .isEqualTo(encode(model, new EncoderInput("moth \uFFFD wing", Side.DOCUMENT)));
    }
  }

  @Test
  void offsetsBeyondTheBasicPlaneAreRight() throws IOException {
    try (LoadedModel model = open(TinyModels.weights(folder, true, "family: deepimpact"))) {
      assertThat(encode(model, new EncoderInput("\uD83E\uDD8B\uD83E\uDD8B moths", Side.DOCUMENT)))
          .extracting(encoding -> ((TextEncoding.Sparse) encoding).vector())
          .isEqualTo(vector(Map.of("moths", 2.5f)));
    }
  }

  @Test
  void infiniteWeightIsAnErrorThatNamesTheTerm() throws IOException {
    float[] table = new float[TinyModels.SIZE * TinyModels.SIZE];
    Arrays.fill(table, Float.POSITIVE_INFINITY);
    TinyOnnx onnx = TinyModels.lookUp("logits", table, TinyModels.SIZE);
    Path model =
        TinyModels.write(
            folder,
            onnx.output("logits", "batch", "length", TinyModels.SIZE),
            "family: splade\noutput: {name: logits, kind: logits}");
    assertThatThrownBy(() -> sparse(model, "moth"))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("model.onnx: the weight of term 'moth' is Infinity");
  }

  /** Left out, a vector would lose terms without a word. */
  @Test
  void aNumberThatIsNoneIsAnErrorInEveryFamily() throws IOException {
    float[] table = new float[TinyModels.SIZE * TinyModels.SIZE];
    Arrays.fill(table, Float.NaN);
    TinyOnnx logits = TinyModels.lookUp("x", table, TinyModels.SIZE);
    logits.output("x", "batch", "length", TinyModels.SIZE);
    TinyOnnx pooled =
        TinyModels.lookUp("states", table, TinyModels.SIZE)
            .constant("first", new long[] {0})
            .node("Gather", "x", List.of("states", "first"), "axis", 1)
            .output("x", "batch", TinyModels.SIZE);
    TinyOnnx weights =
        TinyModels.lookUp("x", Arrays.copyOf(table, TinyModels.SIZE), 1)
            .output("x", "batch", "length", 1);
    Map<String, TinyOnnx> models = new TreeMap<>();
    models.put("family: splade\noutput: {name: x, kind: logits}", logits);
    models.put("family: splade\noutput: {name: x, kind: logits}\npooling: sum", logits);
    models.put("family: splade\noutput: {name: x, kind: sparse}", pooled);
    models.put("family: unicoil\noutput: {name: x}", weights);
    models.put("family: deepimpact\noutput: {name: x}", weights);
    models.put("family: dense\noutput: {name: x, kind: embedding}", pooled);
    models.put("family: dense\noutput: {name: x, kind: hidden}", logits);
    models.forEach(
        (config, onnx) ->
            assertThatThrownBy(
                    () -> {
                      Path model = TinyModels.write(folder, onnx, config);
                      try (LoadedModel loaded = open(model)) {
                        encode(loaded, new EncoderInput("moth", Side.DOCUMENT));
                      }
                    })
                .as(config)
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("model.onnx: ")
                .hasMessageContaining("is NaN"));
  }

  @Test
  void checkingFindsOneNumberAmongMany() throws IOException {
    float[] table = new float[TinyModels.SIZE * TinyModels.SIZE];
    table[TinyModels.id("moth") * TinyModels.SIZE + 9] = Float.NaN;
    table[TinyModels.id("wing") * TinyModels.SIZE + 9] = Float.NEGATIVE_INFINITY;
    table[TinyModels.id("bird") * TinyModels.SIZE + 9] = Float.POSITIVE_INFINITY;
    TinyOnnx onnx = TinyModels.lookUp("x", table, TinyModels.SIZE);
    onnx.output("x", "batch", "length", TinyModels.SIZE);
    String config = "family: splade\noutput: {name: x, kind: logits}";
    try (LoadedModel model = open(TinyModels.write(folder, onnx, config))) {
      assertThat(model.firstNotFinite(model.tokenize(new EncoderInput("a moth", Side.QUERY))))
          .hasValue("NaN in output x at token 2");
      assertThat(model.firstNotFinite(model.tokenize(new EncoderInput("wing", Side.QUERY))))
          .as("a term that never occurs")
          .isEmpty();
      assertThat(model.firstNotFinite(model.tokenize(new EncoderInput("bird", Side.QUERY))))
          .hasValue("Infinity in output x at token 1");
    }
  }

  // ---- files that the graph names, and folders below ----

  @ParameterizedTest
  @CsvSource({
    "model.onnx, model.onnx_data, model.onnx_data",
    "model.onnx, ./weights/w.bin, weights/w.bin",
    "onnx/model.onnx, model.onnx_data, onnx/model.onnx_data",
    "onnx/fp32/model.onnx, weights/w.bin, onnx/fp32/weights/w.bin"
  })
  void weightsInAnotherFileBelongToTheModel(String modelFile, String dataFile, String path)
      throws IOException {
    Path model = TinyModels.external(folder.resolve("tiny"), modelFile, dataFile);
    Path data = model.resolve(path);
    ModelFiles files = ModelDirectory.read(model).files();
    assertThat(files.names())
        .containsExactlyInAnyOrder("encoder.yaml", modelFile, path, "tokenizer.json");
    Path inside = TinyModels.logits(folder.resolve("inside"));
    assertThat(sparse(model, "Moth insect")).isEqualTo(sparse(inside, "Moth insect"));

    byte[] content = Files.readAllBytes(data);
    content[content.length - 1] ^= 1;
    Files.write(data, content);
    assertThat(ModelDirectory.read(model).files().ref().fingerprint())
        .as("other weights are another model")
        .isNotEqualTo(files.ref().fingerprint());

    Files.write(data, Arrays.copyOf(content, content.length - 1));
    assertThatThrownBy(() -> ModelDirectory.read(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            modelFile + ": external data of tensor 'table' is bytes from '8', as many as '784';")
        .hasMessageContaining("which has 791 bytes");
    Files.delete(data);
    assertThatThrownBy(() -> ModelDirectory.read(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(modelFile + ": file " + path + " is missing");
  }

  @Test
  void namingTheFileInTheConfigurationAsWellChangesNothing() throws IOException {
    Path model = TinyModels.external(folder, "model.onnx", "w.bin", "external_data: [w.bin]");
    assertThat(ModelDirectory.read(model).files().names())
        .containsExactlyInAnyOrder("encoder.yaml", "model.onnx", "w.bin", "tokenizer.json");
    assertThat(ModelDirectory.read(model).config().externalData()).containsExactly("w.bin");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../w.bin", "/etc/passwd", "a/../../w.bin", "", "a//b", "*/_MEM_/*"})
  void weightsOutsideTheFolderAreRefused(String location) throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"));
    Files.write(folder.resolve("w.bin"), new byte[4 * TinyModels.SIZE]);
    TinyOnnx onnx =
        new TinyOnnx()
            .input("input_ids")
            .external("table", location, "0", "" + 4 * TinyModels.SIZE, TinyModels.SIZE, 1)
            .node("Gather", "logits", "table", "input_ids")
            .output("logits", "batch", "length", 1);
    Files.write(model.resolve("model.onnx"), onnx.bytes());
    assertThatThrownBy(() -> ModelDirectory.read(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model.onnx: ");
  }

  @Test
  void linksThatLeadOutOfTheFolderAreRefused() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"));
    Path outside = Files.move(model.resolve("model.onnx"), folder.resolve("model.onnx"));
    Files.createSymbolicLink(model.resolve("model.onnx"), outside);
    assertThatThrownBy(() -> ModelDirectory.read(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("encoder.yaml: file model.onnx is a link to ")
        .hasMessageContaining("copy it there");
    Files.delete(model.resolve("model.onnx"));
    Files.createDirectories(folder.resolve("elsewhere"));
    Files.copy(outside, folder.resolve("elsewhere/m.onnx"));
    Files.createSymbolicLink(model.resolve("onnx"), folder.resolve("elsewhere"));
    Files.writeString(
        model.resolve("encoder.yaml"),
        "version: 1\nfamily: splade\noutput: {name: logits, kind: logits}\nmodel: onnx/m.onnx\n");
    assertThatThrownBy(() -> ModelDirectory.read(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("file onnx/m.onnx is a link to ");
    Files.delete(model.resolve("onnx"));
    Files.createDirectories(model.resolve("store"));
    Files.copy(outside, model.resolve("store/m.onnx"));
    Files.createSymbolicLink(model.resolve("onnx"), model.resolve("store"));
    assertThat(sparse(model, "moth")).as("a link inside").isNotNull();
  }

  // ---- directories that do not fit together ----

  @Test
  void outputThatIsMissingIsNamedWithThoseThereAre() throws IOException {
    Path model = TinyModels.logits(folder);
    replaceConfig("name: logits", "name: logit");
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("encoder.yaml: output.name is logit; allowed: one of the outputs of")
        .hasMessageEndingWith(": logits");
  }

  @Test
  void vocabularyThatDoesNotMatchNamesBothSizes() throws IOException {
    Path model = TinyModels.logits(folder);
    int wider = TinyModels.SIZE + 2;
    TinyOnnx onnx =
        new TinyOnnx()
            .input("input_ids")
            .constant("table", new float[TinyModels.SIZE * wider], TinyModels.SIZE, wider)
            .node("Gather", "logits", "table", "input_ids")
            .output("logits", "batch", "length", wider);
    Files.write(folder.resolve("model.onnx"), onnx.bytes());
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "model.onnx: output is logits: FLOAT [?, ?, 16]; allowed: one number per term of the"
                + " tokenizer, 14; with vocabulary.padding: 2 they fit");
    replaceConfig("family: splade", "family: splade\nvocabulary: {padding: 2}");
    assertThat(sparse(model, "moth")).isEqualTo(TokenVector.EMPTY);
  }

  @Test
  void wrongNumberOfDimensionsIsRefused() throws IOException {
    TinyOnnx onnx = TinyModels.lookUp("x", new float[TinyModels.SIZE], 1);
    Path model =
        TinyModels.write(
            folder,
            onnx.output("x", "batch", "length", 1),
            "family: splade\noutput: {name: x, kind: sparse}");
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "model.onnx: output is x: FLOAT [?, ?, 1]; allowed: the shape [batch, terms]");
  }

  @Test
  void otherInputsAreRefused() throws IOException {
    TinyOnnx onnx =
        TinyModels.lookUp("x", new float[TinyModels.SIZE], 1)
            .input("position_ids")
            .output("x", "batch", "length", 1);
    Path model = TinyModels.write(folder, onnx, "family: unicoil\noutput: {name: x}");
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("input is position_ids: INT64 [?, ?]; allowed: input_ids,");
  }

  @Test
  void integerOutputIsRefused() throws IOException {
    TinyOnnx onnx =
        new TinyOnnx()
            .input("input_ids")
            .node("Identity", "x", "input_ids")
            .integerOutput("x", "batch", "length");
    Path model = TinyModels.write(folder, onnx, "family: unicoil\noutput: {name: x}");
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("output is x: INT64 [?, ?]; allowed: FLOAT numbers");
  }

  @Test
  void damagedFilesAreNamed() throws IOException {
    Path model = TinyModels.logits(folder);
    Files.write(folder.resolve("model.onnx"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model.onnx: model is");
    TinyModels.logits(folder);
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tokenizer.json: tokenizer is");
    TinyModels.logits(folder, "vocabulary: {file: vocab.json}");
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("encoder.yaml: file vocab.json is missing");
    Files.writeString(folder.resolve("vocab.json"), "{\"moth\": 3}");
    assertThatThrownBy(() -> open(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("vocab.json: number of term 'moth' is 3; allowed:");
    assertThatThrownBy(() -> ModelDirectory.read(folder.resolve("nowhere")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model directory is");
  }

  @Test
  void fingerprintCoversEveryFile() throws IOException {
    Path model = TinyModels.logits(folder, "vocabulary: {file: vocab.txt}");
    Files.write(folder.resolve("vocab.txt"), List.of("a"));
    Files.writeString(folder.resolve("README"), "not part of the model");
    String before = ModelDirectory.read(model).files().ref().fingerprint();
    Files.writeString(folder.resolve("README"), "changed");
    assertThat(ModelDirectory.read(model).files().ref().fingerprint()).isEqualTo(before);
    for (String name : List.of("model.onnx", "tokenizer.json", "vocab.txt", "encoder.yaml")) {
      byte[] content = Files.readAllBytes(folder.resolve(name));
      // To the graph, a field that changes nothing: a number of a version.
      byte[] more = (name.endsWith(".onnx") ? "(\n" : "\n").getBytes(StandardCharsets.UTF_8);
      Files.write(folder.resolve(name), more, StandardOpenOption.APPEND);
      assertThat(ModelDirectory.read(model).files().ref().fingerprint()).isNotEqualTo(before);
      Files.write(folder.resolve(name), content);
    }
  }

  // ---- helpers of these tests ----

  private void replaceConfig(String what, String by) throws IOException {
    Path config = folder.resolve("encoder.yaml");
    Files.writeString(config, Files.readString(config).replace(what, by));
  }

  private static LoadedModel open(Path directory) throws IOException {
    return LoadedModel.open(ModelDirectory.read(directory), OnnxOptions.cpu(1));
  }

  private static TextEncoding encode(TextModel model, EncoderInput input) {
    return model.infer(List.of(model.tokenize(input))).encodings().getFirst();
  }

  private static Object sparse(Path directory, String text) throws IOException {
    try (LoadedModel model = open(directory)) {
      EncoderInput input = new EncoderInput(text, Side.DOCUMENT);
      return ((TextEncoding.Sparse) encode(model, input)).vector();
    }
  }

  private static List<float[]> dense(Path directory, String text) throws IOException {
    try (LoadedModel model = open(directory)) {
      EncoderInput input = new EncoderInput(text, Side.DOCUMENT);
      return ((TextEncoding.Dense) encode(model, input)).vectors();
    }
  }

  private static float[] mean(String... tokens) {
    float[] mean = new float[TinyModels.HIDDEN];
    for (String token : tokens) {
      for (int unit = 0; unit < mean.length; unit++) {
        mean[unit] += TinyModels.hidden(TinyModels.id(token), unit);
      }
    }
    for (int unit = 0; unit < mean.length; unit++) {
      mean[unit] /= tokens.length;
    }
    return mean;
  }

  private static TokenVector vector(Map<String, Float> weights) {
    return TokenVector.of(weights);
  }

  private static void assertClose(TokenVector found, Map<String, Float> expected) {
    Map<String, Float> weights = new TreeMap<>();
    for (int i = 0; i < found.size(); i++) {
      weights.put(found.token(i), found.weight(i));
    }
    assertThat(weights.keySet()).isEqualTo(new TreeMap<>(expected).keySet());
    weights.forEach(
        (term, weight) -> assertThat(weight).as(term).isCloseTo(expected.get(term), within(1e-6f)));
  }

  private static void assertSame(TextEncoding found, TextEncoding expected) {
    if (expected instanceof TextEncoding.Dense(List<float[]> vectors)) {
      assertThat(((TextEncoding.Dense) found).vectors().getFirst())
          .containsExactly(vectors.getFirst(), within(1e-6f));
    } else {
      assertThat(found).isEqualTo(expected);
    }
  }
}

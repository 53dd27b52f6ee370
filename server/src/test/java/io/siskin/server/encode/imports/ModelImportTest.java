package io.siskin.server.encode.imports;

import static io.siskin.server.testing.SavedEncoders.copy;
import static io.siskin.server.testing.SavedEncoders.edit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.Publication;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.model.LoadedModel;
import io.siskin.server.encode.model.ModelConfig;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.model.Reading;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.testing.SavedEncoders;
import io.siskin.server.testing.SavedEncoders.Reference;
import io.siskin.server.testing.TinyModels;
import io.siskin.server.testing.TinyOnnx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders that the library saved, against the vectors that it makes; and what is wrong with some.
 */
final class ModelImportTest {
  private static final String DOCUMENT = "document_0_Transformer";
  private static final String STATIC = "query_0_SparseStaticEmbedding";

  @TempDir private Path folder;

  // ---- What the library makes ----

  @ParameterizedTest
  @ValueSource(strings = {"splade", "sum_pooling"})
  void oneModelGivesTheVectorsOfTheLibrary(String name) throws IOException {
    ImportPlan plan = plan(copy(name, folder.resolve("saved")));
    assertThat(plan.models()).hasSize(1);
    compare(write(plan.models().getFirst()), name, Side.DOCUMENT, Side.QUERY);
  }

  @Test
  void twoModelsGiveTheVectorsOfTheLibrary() throws IOException {
    ImportPlan plan = plan(copy("two_models", folder.resolve("saved")));
    assertThat(plan.models())
        .extracting(PlannedModel::suffix)
        .containsExactly("-document", "-query");
    compare(write(plan.models().getFirst()), "two_models", Side.DOCUMENT);
    compare(write(plan.models().getLast()), "two_models", Side.QUERY);
    assertThat(plan.indexOptions(Path.of("m")))
        .containsExactly("--document-model", "m-document", "--query-model", "m-query");
  }

  /** The queries are compared where they go through a collection, in ModelsImportCommandTest. */
  @Test
  void theModelOfDocumentsGivesTheVectorsOfTheLibrary() throws IOException {
    ImportPlan plan = plan(copy("inference_free", folder.resolve("saved")));
    assertThat(plan.models()).hasSize(1);
    assertThat(plan.queryTokens()).isTrue();
    assertThat(plan.indexOptions(Path.of("m")))
        .containsExactly(
            "--document-model", "m", "--query-tokens", Path.of("m/idf.json").toString());
    Path model = write(plan.models().getFirst());
    compare(model, "inference_free", Side.DOCUMENT);
    assertThat(ModelDirectory.read(model).config().family()).isEqualTo("splade-doc");
  }

  private static void compare(Path model, String name, Side... sides) throws IOException {
    int compared = 0;
    try (LoadedModel opened = LoadedModel.open(ModelDirectory.read(model), OnnxOptions.cpu(1))) {
      for (Reference reference : SavedEncoders.references(name)) {
        if (List.of(sides).contains(reference.side())) {
          Map<String, Float> found =
              SavedEncoders.encode(opened, reference.side(), reference.text());
          SavedEncoders.assertClose(
              reference.side() + " " + reference.text(), found, reference.ofTerms());
          compared++;
        }
      }
    }
    assertThat(compared).isEqualTo(11 * sides.length);
  }

  /** With the key that the findings name, special tokens are terms as in the library. */
  @Test
  void specialTokensAreTermsWhereTheyAreKept() throws IOException {
    Path model = write(plan(copy("splade", folder.resolve("saved"))).models().getFirst());
    Path yaml = model.resolve("encoder.yaml");
    Files.writeString(yaml, Files.readString(yaml) + "keep_special_terms: true\n");
    int special = 0;
    try (LoadedModel opened = LoadedModel.open(ModelDirectory.read(model), OnnxOptions.cpu(1))) {
      for (Reference reference : SavedEncoders.references("splade")) {
        Map<String, Float> found = SavedEncoders.encode(opened, reference.side(), reference.text());
        SavedEncoders.assertClose(reference.text(), found, reference.weights());
        special += reference.weights().size() - reference.ofTerms().size();
      }
    }
    assertThat(special).isPositive();
  }

  // ---- What is decided ----

  @Test
  void everyDecisionNamesItsFile() throws IOException {
    assertThat(plan(copy("splade", folder.resolve("saved"))).findings())
        .extracting(Finding::toString)
        .containsExactly(
            "config_sentence_transformers.json: prompts.query 'query: ' is put before queries",
            "config_sentence_transformers.json: prompts.document 'passage: ' is put before"
                + " documents",
            "modules.json: documents and queries: Transformer, SpladePooling",
            "1_SpladePooling/config.json: pooling_strategy max: pooling max",
            "1_SpladePooling/config.json: activation_function relu: activation log1p-relu",
            "tokenizer_config.json: max_length 40 tokens",
            "tokenizer.json: 112 tokens; the special ones are no terms of a vector"
                + " (keep_special_terms)",
            "onnx/model.onnx: is the graph",
            "onnx/model.onnx: output logits [batch, length, terms]: logits");
  }

  /** The form that version 5.0 wrote. */
  @Test
  void olderFoldersAreRead() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Files.writeString(
        saved.resolve("modules.json"),
        """
        [{"idx": 0, "name": "0", "path": "",
          "type": "sentence_transformers.sparse_encoder.models.MLMTransformer.MLMTransformer"},
         {"idx": 1, "name": "1", "path": "1_SpladePooling",
          "type": "sentence_transformers.sparse_encoder.models.SpladePooling.SpladePooling"}]
        """);
    Files.writeString(
        saved.resolve("sentence_bert_config.json"),
        "{\"max_seq_length\": 17, \"do_lower_case\": false}");
    Files.writeString(
        saved.resolve("1_SpladePooling/config.json"),
        "{\"pooling_strategy\": \"max\", \"activation_function\": \"relu\","
            + " \"word_embedding_dimension\": null}");
    ModelConfig config = config(saved);
    assertThat(config.maxLength()).isEqualTo(17);
    assertThat(config.poolPrompt()).isTrue();
  }

  @Test
  void aFolderWithoutModulesIsAMaskedLanguageModel() throws IOException {
    Path saved = plain();
    ImportPlan plan = plan(saved);
    assertThat(plan.findings().toString())
        .contains("modules.json: is missing")
        .contains("Assumed is what")
        .contains("model.onnx: is the graph");
    Reading.Terms terms =
        (Reading.Terms) ModelDirectory.read(write(plan.models().getFirst())).config().reading();
    assertThat(terms.pooling()).isEqualTo(Reading.Pooling.MAX);
    Files.writeString(saved.resolve("idf.json"), "{\"moth\": 2.5, \"unheard\": 1}");
    ImportPlan withTable = plan(saved);
    assertThat(withTable.queryTokens()).isTrue();
    assertThat(withTable.findings().toString())
        .contains("1 weights of tokens: idf.json; 1 others are no tokens of the tokenizer");
  }

  private Path plain() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    for (String name :
        List.of("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json")) {
      Files.delete(saved.resolve(name));
    }
    Publication.deleteDirectory(saved.resolve("1_SpladePooling"));
    Files.move(saved.resolve("onnx/model.onnx"), saved.resolve("model.onnx"));
    return saved;
  }

  @Test
  void lowerCaseIsPutIntoTheTokenizerWhereTheSettingsAskForIt() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    edit(saved.resolve("sentence_bert_config.json"), node -> node.put("do_lower_case", true));
    edit(
        saved.resolve("tokenizer.json"),
        node -> ((ObjectNode) node.get("normalizer")).put("lowercase", false));
    Path model = write(plan(saved).models().getFirst());
    JsonNode normalizer =
        new ObjectMapper().readTree(model.resolve("tokenizer.json").toFile()).get("normalizer");
    assertThat(normalizer.at("/normalizers/0/type").asText()).isEqualTo("Lowercase");
    assertThat(normalizer.at("/normalizers/1/type").asText()).isEqualTo("BertNormalizer");
    assertThat(normalizer.get("normalizers")).hasSize(2);
    try (LoadedModel opened = LoadedModel.open(ModelDirectory.read(model), OnnxOptions.cpu(1))) {
      assertThat(SavedEncoders.encode(opened, Side.QUERY, "MOTH"))
          .isEqualTo(SavedEncoders.encode(opened, Side.QUERY, "moth"))
          .isNotEmpty();
    }
    // The tokenizer that the library saved has it already, in a sequence.
    Path done = copy("sum_pooling", folder.resolve("done"));
    edit(done.resolve("sentence_bert_config.json"), node -> node.put("do_lower_case", true));
    assertThat(plan(done).models().getFirst().copies()).containsKey("tokenizer.json");
  }

  @Test
  void textsAreNeverLongerThanTheModelHasPositions() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Path settings = saved.resolve("sentence_bert_config.json");
    edit(settings, node -> node.put("max_seq_length", 512));
    assertThat(config(saved).maxLength()).isEqualTo(40);
    edit(settings, node -> node.remove("max_seq_length"));
    edit(saved.resolve("tokenizer_config.json"), node -> node.put("model_max_length", 1e30));
    assertThat(config(saved).maxLength()).isEqualTo(40);
    edit(
        saved.resolve("config.json"),
        node -> node.put("model_type", "roberta").put("pad_token_id", 1));
    assertThat(config(saved).maxLength()).isEqualTo(38);
    edit(saved.resolve("config.json"), node -> node.remove("max_position_embeddings"));
    assertThat(config(saved).maxLength()).isEqualTo(512);
    assertThat(plan(saved).findings().toString()).contains("max_length has its default");
  }

  @Test
  void rowsBehindTheVocabularyArePadding() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    graph(saved.resolve("onnx/model.onnx"), "logits", "batch", "length", 128);
    assertThat(((Reading.Terms) config(saved).reading()).vocabulary().padding()).isEqualTo(16);
    graph(saved.resolve("onnx/model.onnx"), "logits", "batch", "length", "terms");
    edit(saved.resolve("config.json"), node -> node.put("vocab_size", 120));
    assertThat(((Reading.Terms) config(saved).reading()).vocabulary().padding()).isEqualTo(8);
    graph(saved.resolve("onnx/model.onnx"), "logits", "batch", "length", 100);
    assertThatThrownBy(() -> plan(saved))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "numbers of a position is 100; allowed: one for each of the 112 terms");
  }

  @Test
  void aGraphThatPoolsIsTakenAsItIs() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    graph(saved.resolve("onnx/model.onnx"), "vector", "batch", 112);
    Reading.Terms terms = (Reading.Terms) config(saved).reading();
    assertThat(terms.pooled()).isTrue();
    assertThat(plan(saved).findings().toString()).contains("The graph pools, whatever");
  }

  @Test
  void maxActiveDimsBecomesOptionsOfIndex() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    edit(
        saved.resolve("config_sentence_transformers.json"),
        node -> node.put("max_active_dims", 64).put("default_prompt_name", "query"));
    ImportPlan plan = plan(saved);
    assertThat(plan.indexOptions(Path.of("m")))
        .containsExactly(
            "--document-model", "m", "--document-terms-max", "64", "--query-terms-max", "64");
    assertThat(plan.findings().toString()).contains("default_prompt_name \"query\" is not used");
  }

  @Test
  void promptsOfOtherNamesAreNamedAndNotUsed() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    edit(
        saved.resolve("config_sentence_transformers.json"),
        node -> node.putObject("prompts").put("passage", "p: ").put("clustering", "c: "));
    ImportPlan plan = plan(saved);
    assertThat(plan.findings().toString())
        .contains("prompts.passage is not used: the library puts prompts.document")
        .contains("prompts.clustering is not used: it is neither");
    assertThat(ModelDirectory.read(write(plan.models().getFirst())).config().documentPrompt())
        .isEmpty();
  }

  // ---- Graphs ----

  @Test
  void theGraphMayBeChosen() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Path quantised = saved.resolve("onnx/model_quantized.onnx");
    Files.write(quantised, Files.readAllBytes(saved.resolve("onnx/model.onnx")));
    assertThat(plan(saved).findings().toString())
        .contains(
            "is the graph; beside it onnx/model_quantized.onnx, which --onnx FILE would take");
    for (Path file : List.of(quantised, Path.of("onnx/model_quantized.onnx"))) {
      ImportPlan plan = ModelImport.plan(saved, List.of(file));
      assertThat(plan.models().getFirst().copies().keySet())
          .containsExactly("onnx/model_quantized.onnx", "tokenizer.json");
    }
    Files.delete(saved.resolve("onnx/model.onnx"));
    assertThat(plan(saved).findings().toString()).contains("since there is no other one");
    Files.write(saved.resolve("onnx/model_O3.onnx"), Files.readAllBytes(quantised));
    assertThatThrownBy(() -> plan(saved))
        .hasMessageContaining(
            "ONNX model is one of [onnx/model_O3.onnx, onnx/model_quantized.onnx]")
        .hasMessageContaining("named with --onnx");
  }

  @Test
  void aChoiceThatIsNoneIsRefused() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Path outside = Files.write(folder.resolve("model.onnx"), new byte[1]);
    assertThatThrownBy(() -> ModelImport.plan(saved, List.of(outside)))
        .hasMessageContaining("--onnx is " + outside + "; allowed: a file in " + saved);
    for (String name : List.of("missing.onnx", "tokenizer.json")) {
      assertThatThrownBy(() -> ModelImport.plan(saved, List.of(Path.of(name))))
          .hasMessageContaining("--onnx is " + name + "; allowed: an .onnx file in");
    }
    Path file = Path.of("onnx/model.onnx");
    Files.write(saved.resolve("other.onnx"), new byte[1]);
    assertThatThrownBy(() -> ModelImport.plan(saved, List.of(file, Path.of("other.onnx"))))
        .hasMessageContaining("--onnx is other.onnx; allowed: one file of each model");
  }

  @Test
  void aMissingExportIsNamedWithItsCommand() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Files.delete(saved.resolve("onnx/model.onnx"));
    assertThatThrownBy(() -> plan(saved))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("ONNX model is missing")
        .hasMessageContaining(
            "S('" + saved + "', backend='onnx').save_pretrained('" + saved + "')");
    Publication.deleteDirectory(saved);
    Path plain = plain();
    Files.delete(plain.resolve("model.onnx"));
    assertThatThrownBy(() -> plan(plain))
        .hasMessageContaining(
            "optimum-cli export onnx --task fill-mask --model "
                + plain
                + " "
                + plain.resolve("onnx"));
  }

  @Test
  void anExportOfHiddenStatesIsRefused() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Path model = saved.resolve("onnx/model.onnx");
    graph(model, "last_hidden_state", "batch", "length", 768);
    assertThatThrownBy(() -> plan(saved))
        .hasMessageContaining(model + ": outputs is [last_hidden_state [?, ?, 768]]")
        .hasMessageContaining("as of an export for fill-mask");
    Files.write(model, new TinyOnnx().integerOutput("logits", "batch", "length", 112).bytes());
    assertThatThrownBy(() -> plan(saved)).hasMessageContaining("logits (no 32-bit floats)");
    Files.writeString(model, "no ONNX");
    assertThatThrownBy(() -> plan(saved)).hasMessageContaining("model is not an ONNX file");
  }

  @Test
  void weightsBesideTheGraphAreCopied() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Path tiny = TinyModels.external(folder.resolve("tiny"), "onnx/model.onnx", "model.onnx_data");
    Files.copy(
        tiny.resolve("tokenizer.json"), Files.newOutputStream(saved.resolve("tokenizer.json")));
    for (String name : List.of("onnx/model.onnx", "onnx/model.onnx_data")) {
      Files.write(saved.resolve(name), Files.readAllBytes(tiny.resolve(name)));
    }
    ImportPlan plan = plan(saved);
    assertThat(plan.models().getFirst().names())
        .containsExactly(
            "encoder.yaml", "onnx/model.onnx", "onnx/model.onnx_data", "tokenizer.json");
    assertThat(write(plan.models().getFirst()).resolve("onnx/model.onnx_data"))
        .hasSameBinaryContentAs(tiny.resolve("onnx/model.onnx_data"));
    Files.write(
        saved.resolve("onnx/model.onnx"),
        new TinyOnnx()
            .external("table", "../../secret", "0", "4", 1)
            .output("logits", "batch", "length", TinyModels.SIZE)
            .bytes());
    assertThatThrownBy(() -> plan(saved))
        .hasMessageContaining("../../secret; allowed: a file beside the graph");
  }

  // ---- Weights of tokens ----

  @ParameterizedTest
  @CsvSource({"F16", "BF16"})
  void weightsInHalfPrecisionAreRead(String type) throws IOException {
    Path saved = copy("inference_free", folder.resolve("saved"));
    byte[] header =
        "{\"weight\":{\"dtype\":\"%s\",\"shape\":[112],\"data_offsets\":[0,224]}}"
            .formatted(type)
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + 224)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .put(header);
    for (int id = 0; id < 112; id++) {
      float weight = id / 4f;
      bytes.putShort(
          type.equals("F16")
              ? Float.floatToFloat16(weight)
              : (short) (Float.floatToIntBits(weight) >>> 16));
    }
    Files.write(saved.resolve(STATIC + "/model.safetensors"), bytes.array());
    JsonNode table = table(plan(saved));
    assertThat(table).hasSize(112);
    assertThat(table.get("an").floatValue()).isEqualTo(6 / 4f);
  }

  @Test
  void weightsMayBeATable() throws IOException {
    Path saved = copy("inference_free", folder.resolve("saved"));
    Files.delete(saved.resolve(STATIC + "/model.safetensors"));
    Files.writeString(saved.resolve("weights.json"), "{\"moth\": 2.5, \"wing\": 0}");
    edit(saved.resolve(STATIC + "/config.json"), node -> node.put("path", "weights.json"));
    assertThat(table(plan(saved)).toString()).isEqualTo("{\"moth\":2.5,\"wing\":0}");
    edit(saved.resolve(STATIC + "/config.json"), node -> node.put("path", "../weights.json"));
    assertThatThrownBy(() -> plan(saved)).hasMessageContaining("path is ../weights.json");
    edit(saved.resolve(STATIC + "/config.json"), node -> node.remove("path"));
    assertThatThrownBy(() -> plan(saved))
        .hasMessageContaining(
            "weights of tokens is missing; allowed: model.safetensors or idf.json");
    Files.writeString(saved.resolve(STATIC + "/idf.json"), "{\"unheard\": 1}");
    assertThatThrownBy(() -> plan(saved)).hasMessageContaining("of which the tokenizer knows none");
    Files.writeString(saved.resolve(STATIC + "/idf.json"), "{\"moth\": -1}");
    assertThatThrownBy(() -> plan(saved))
        .hasMessageContaining("idf.json: weight of term 'moth' is -1.0; allowed: a finite number");
    Files.writeString(saved.resolve(STATIC + "/idf.json"), "{\"moth\": \"1\"}");
    assertThatThrownBy(() -> plan(saved)).hasMessageContaining("weight of token 'moth' is \"1\"");
  }

  @Test
  void aPickleIsNamedWithTheCommandThatConvertsIt() throws IOException {
    Path saved = copy("inference_free", folder.resolve("saved"));
    Files.move(
        saved.resolve(STATIC + "/model.safetensors"), saved.resolve(STATIC + "/pytorch_model.bin"));
    assertThatThrownBy(() -> plan(saved))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("weights of tokens is pytorch_model.bin; allowed: model.safetensors")
        .hasMessageContaining("weights_only=True");
  }

  @Test
  void queriesAreCutLikeDocuments() throws IOException {
    Path saved = copy("inference_free", folder.resolve("saved"));
    Path tokenizer = saved.resolve(STATIC + "/tokenizer.json");
    edit(tokenizer, node -> node.putObject("truncation").put("max_length", 8));
    assertThat(plan(saved).queryTokens()).isTrue();
    edit(tokenizer, node -> ((ObjectNode) node.get("normalizer")).put("lowercase", false));
    assertThatThrownBy(() -> plan(saved))
        .hasMessageContaining(tokenizer + ": tokenizer is another one than " + DOCUMENT);
  }

  @Test
  void aPromptOfQueriesWithoutAModelIsRefused() throws IOException {
    Path saved = copy("inference_free", folder.resolve("saved"));
    edit(
        saved.resolve("config_sentence_transformers.json"),
        node -> ((ObjectNode) node.get("prompts")).put("query", "query: "));
    assertThatThrownBy(() -> plan(saved))
        .hasMessageContaining("prompts.query is query: ; allowed: empty, where queries");
  }

  // ---- What is not supported ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          config_sentence_transformers.json | model_type | "CrossEncoder" | allowed: SparseEncoder
          config_sentence_transformers.json | similarity_fn_name | "cosine" | allowed: dot or null
          config_sentence_transformers.json | max_active_dims | 0 | allowed: a whole number from 1
          config_sentence_transformers.json | prompts | [1] | prompts is [1]; allowed: a mapping
          config_sentence_transformers.json | prompts | {"query": 1} | prompts.query is 1; allowed: a text
          config_sentence_transformers.json | prompts | {"query": "\\ud800"} | without unpaired surrogates
          sentence_bert_config.json | transformer_task | "feature-extraction" | allowed: fill-mask
          sentence_bert_config.json | query_length | 32 | it changes how texts are cut
          sentence_bert_config.json | processing_kwargs | {"text": {"max_length": 8}} | it changes how
          sentence_bert_config.json | tokenizer_args | {"a": 1} | it changes how texts are cut
          sentence_bert_config.json | modality_config | {"message": {}} | allowed: texts that become logits
          sentence_bert_config.json | max_seq_length | -1 | allowed: a whole number from 1
          sentence_bert_config.json | new_key | 1 | key is new_key; allowed: one of transformer_task
          1_SpladePooling/config.json | pooling_strategy | "mean" | allowed: one of max, sum
          1_SpladePooling/config.json | activation_function | "gelu" | allowed: relu or log1p_relu
          1_SpladePooling/config.json | new_key | 1 | key is new_key
          tokenizer_config.json | truncation_side | "left" | allowed: right
          tokenizer_config.json | model_max_length | 2 | allowed: 3 or more
          tokenizer_config.json | do_lower_case | false | allowed: true, as tokenizer.json does
          """)
  void whatIsNotSupportedIsNamed(String file, String key, String value, String message)
      throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    JsonNode node = new ObjectMapper().readTree(value);
    edit(saved.resolve(file), root -> root.set(key, node));
    assertThatThrownBy(() -> plan(saved))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(saved.resolve(file) + ": ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"route_mappings": {"('query', 'text')": "query"}} | parameters | route_mappings is
          {"image": []} | structure | structure.image
          {"query": "x"} | structure | structure.query is "x"; allowed: a list
          {"query": ["../x"]} | structure | structure.query is ../x; allowed: a folder inside
          {"query": ["absent"]} | structure | types.absent is missing
          {"document": ["query_0_SparseStaticEmbedding"]} | structure | document is SparseStaticEmbedding
          {"query": []} | structure | modules is ; allowed: for each side
          {"query_0_SparseStaticEmbedding": "mine.Weights"} | types | types.query_0_SparseStaticEmbedding is mine.Weights
          """)
  void routesThatAreNotSupportedAreNamed(String change, String section, String message)
      throws IOException {
    Path saved = copy("inference_free", folder.resolve("saved"));
    JsonNode node = new ObjectMapper().readTree(change);
    edit(
        saved.resolve("router_config.json"),
        root -> ((ObjectNode) root.get(section)).setAll((ObjectNode) node));
    assertThatThrownBy(() -> plan(saved))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(saved.resolve("router_config.json") + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void modulesThatAreNotSupportedAreNamed() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Path modules = saved.resolve("modules.json");
    String whole = Files.readString(modules);
    for (String[] change :
        new String[][] {
          {"SpladePooling.SpladePooling", "Nothing"},
          {"splade_pooling.SpladePooling", "x.SparseAutoEncoder"},
          {"sentence_transformers.sparse", "custom.sparse"},
          {"\"1_SpladePooling\"", "\"../1_SpladePooling\""},
          {"\"1_SpladePooling\"", "\"/etc\""},
          {"\"idx\"", "\"index\""}
        }) {
      Files.writeString(modules, whole.replace(change[0], change[1]));
      if (!change[1].equals("Nothing")) {
        assertThatThrownBy(() -> plan(saved))
            .as(change[1])
            .isInstanceOf(InvalidInputException.class)
            .hasMessageStartingWith(modules + ": ");
      }
    }
    for (String content : List.of("{}", "[]", "[1]", "[", "")) {
      Files.writeString(modules, content);
      assertThatThrownBy(() -> plan(saved)).as(content).isInstanceOf(InvalidInputException.class);
    }
    ArrayNode reversed = new ObjectMapper().createArrayNode();
    JsonNode list = new ObjectMapper().readTree(whole);
    reversed.add(list.get(1)).add(list.get(0));
    Files.writeString(modules, reversed.toString());
    assertThatThrownBy(() -> plan(saved))
        .hasMessageContaining("modules is SpladePooling, Transformer");
  }

  @Test
  void foldersOfNothingKnownAreRefused() throws IOException {
    assertThatThrownBy(() -> plan(folder.resolve("absent")))
        .hasMessageContaining("folder to import is ");
    assertThatThrownBy(() -> plan(folder)).hasMessageContaining("a folder with modules.json");
    Files.writeString(folder.resolve("config.json"), "{\"architectures\": [\"BertModel\"]}");
    assertThatThrownBy(() -> plan(folder))
        .hasMessageContaining(
            "architectures is [\"BertModel\"]; allowed: one that ends in ForMaskedLM");
    Files.writeString(folder.resolve("config.json"), "{}");
    assertThatThrownBy(() -> plan(folder)).hasMessageContaining("architectures is missing");
  }

  @Test
  void aMissingTokenizerIsNamedWithItsCommand() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Files.delete(saved.resolve("tokenizer.json"));
    assertThatThrownBy(() -> plan(saved))
        .hasMessageContaining("tokenizer.json is missing")
        .hasMessageContaining("save_pretrained('" + saved + "')");
  }

  /** As the cache of a hub has them: a command of the message copies what the links lead to. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "modules.json",
        "tokenizer.json",
        "onnx/model.onnx",
        "1_SpladePooling/config.json",
        "config.json"
      })
  void linksThatLeadOutAreRefused(String name) throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Path outside = folder.resolve("blob");
    Files.move(saved.resolve(name), outside);
    Files.createSymbolicLink(saved.resolve(name), outside);
    assertThatThrownBy(() -> plan(saved))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("file " + name + " is a link to ")
        .hasMessageContaining("cp -L");
  }

  private static ImportPlan plan(Path saved) throws IOException {
    return ModelImport.plan(saved, List.of());
  }

  private Path write(PlannedModel model) throws IOException {
    Path target = Files.createDirectories(folder.resolve("made" + model.suffix()));
    model.writeTo(target);
    return target;
  }

  private ModelConfig config(Path saved) throws IOException {
    Publication.deleteDirectory(folder.resolve("made"));
    return ModelDirectory.read(write(plan(saved).models().getFirst())).config();
  }

  private static JsonNode table(ImportPlan plan) throws IOException {
    return new ObjectMapper().readTree(plan.models().getFirst().contents().get("idf.json"));
  }

  private static void graph(Path file, String output, Object... dimensions) throws IOException {
    Files.write(file, new TinyOnnx().input("input_ids").output(output, dimensions).bytes());
  }

  /** The width is a number of 64 bits that anybody may have written. */
  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, 1L << 40, (1L << 20) + 113})
  void aGraphThatIsFarTooWideIsRefused(long width) throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    graph(saved.resolve("onnx/model.onnx"), "logits", "batch", "length", width);
    assertThatThrownBy(() -> plan(saved))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("numbers of a position is " + width);
  }

  @Test
  void aFolderThatIsNoPathIsRefused() throws IOException {
    Path saved = copy("splade", folder.resolve("saved"));
    Path modules = saved.resolve("modules.json");
    Files.writeString(
        modules, Files.readString(modules).replace("1_SpladePooling", "1_\\ud800SpladePooling"));
    assertThatThrownBy(() -> plan(saved))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a folder inside");
  }
}

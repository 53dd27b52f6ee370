package io.siskin.loadtest.fuzz;

import com.google.protobuf.CodedOutputStream;
import io.siskin.server.encode.imports.ModelImport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A folder as sentence-transformers saves it, whose files are damaged one kind at a time: what
 * {@code siskin models import} reads.
 */
final class ModelTargets {
  /** A tokenizer of four tokens. */
  static final String TOKENIZER =
      """
      {"version": "1.0",
       "added_tokens": [{"id": 0, "content": "[UNK]", "special": true}],
       "normalizer": {"type": "BertNormalizer", "lowercase": true},
       "pre_tokenizer": {"type": "BertPreTokenizer"},
       "post_processor": {"type": "TemplateProcessing", "special_tokens":
         {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}}},
       "model": {"type": "WordPiece", "unk_token": "[UNK]", "unk_id": 0,
         "vocab": {"[UNK]": 0, "[CLS]": 1, "moth": 2, "lamp": 3}}}
      """;

  /** The settings of a model that is in the form of Siskin. */
  static final String ENCODER_YAML =
      """
      version: 1
      family: splade-doc
      model: m.onnx
      external_data: [m.onnx_data]
      tokenizer: t.json
      max_length: 256
      output: {name: o, kind: logits}
      pooling: max
      activation: log1p-log1p-relu
      logit_shift: 1.5
      position_top_k: 8
      vocabulary: {file: v.txt, fold: case-and-space, padding: 6}
      prompts: {query: "q: ", document: "d: "}
      """;

  private static final int WEIGHT = 5;
  private static final String DOCUMENTS = "document_0_Transformer/";
  private static final String POOLING = "document_1_SpladePooling/";
  private static final String QUERIES = "query_0_SparseStaticEmbedding/";
  private static final String TRANSFORMER = "sentence_transformers.models.Transformer";
  private static final String SPLADE_POOLING =
      "sentence_transformers.sparse_encoder.models.SpladePooling";
  private static final int TOKEN_COUNT = 4;

  private final Path folder;

  /**
   * Makes targets.
   *
   * @param folder an existing folder, for the inputs
   */
  ModelTargets(Path folder) {
    this.folder = folder;
  }

  /** Returns all targets. */
  List<FuzzTarget> all() throws IOException {
    Map<String, byte[]> saved = saved();
    List<FuzzTarget> all = new ArrayList<>();
    for (String name : saved.keySet()) {
      all.add(target(name, saved));
    }
    return all;
  }

  private FuzzTarget target(String name, Map<String, byte[]> saved) throws IOException {
    Path root = Files.createTempDirectory(folder, "model");
    for (Map.Entry<String, byte[]> file : saved.entrySet()) {
      Path path = root.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    List<byte[]> corpus = new ArrayList<>(List.of(saved.get(name)));
    if (name.equals("modules.json")) {
      corpus.add(utf8(modules(TRANSFORMER, DOCUMENTS, SPLADE_POOLING, POOLING)));
    }
    Path damaged = root.resolve(name);
    return new FuzzTarget(
        "saved " + name,
        WEIGHT,
        corpus,
        input -> {
          Files.write(damaged, input);
          var _ = ModelImport.plan(root, List.of());
        });
  }

  private static Map<String, byte[]> saved() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("modules.json", utf8(modules("sentence_transformers.models.Router", "")));
    files.put(
        "router_config.json",
        utf8(
            """
            {"types": {"query_0_SparseStaticEmbedding":
                "sentence_transformers.sparse_encoder.models.SparseStaticEmbedding",
              "document_0_Transformer": "%s", "document_1_SpladePooling": "%s"},
             "structure": {"query": ["query_0_SparseStaticEmbedding"],
              "document": ["document_0_Transformer", "document_1_SpladePooling"]},
             "parameters": {"default_route": "document", "allow_empty_key": true}}
            """
                .formatted(TRANSFORMER, SPLADE_POOLING)));
    files.put(
        "config_sentence_transformers.json",
        utf8(
            """
            {"model_type": "SparseEncoder", "prompts": {"document": "passage: "},
             "similarity_fn_name": "dot", "max_active_dims": 64}
            """));
    files.put(
        DOCUMENTS + "config.json",
        utf8(
            """
            {"max_position_embeddings": 40, "model_type": "roberta", "pad_token_id": 0, "vocab_size": 4}
            """));
    files.put(
        DOCUMENTS + "sentence_bert_config.json",
        utf8("{\"transformer_task\": \"fill-mask\", \"max_seq_length\": 32}"));
    files.put(
        DOCUMENTS + "tokenizer_config.json",
        utf8("{\"do_lower_case\": true, \"model_max_length\": 512}"));
    files.put(DOCUMENTS + "tokenizer.json", utf8(TOKENIZER));
    files.put(DOCUMENTS + "onnx/model.onnx", onnx());
    files.put(
        POOLING + "config.json",
        utf8("{\"pooling_strategy\": \"max\", \"activation_function\": \"relu\"}"));
    files.put(QUERIES + "config.json", utf8("{\"frozen\": false}"));
    files.put(QUERIES + "model.safetensors", safetensors());
    return files;
  }

  /** Each type is followed by its folder. */
  private static String modules(String... typesAndFolders) {
    List<String> modules = new ArrayList<>();
    for (int i = 0; i < typesAndFolders.length; i += 2) {
      modules.add(
          "{\"idx\": %d, \"name\": \"%d\", \"path\": \"%s\", \"type\": \"%s\"}"
              .formatted(
                  i / 2, i / 2, typesAndFolders[i + 1].replaceAll("/$", ""), typesAndFolders[i]));
    }
    return modules.toString();
  }

  /** A graph with one output, {@code logits}, of one number for each token. */
  private static byte[] onnx() throws IOException {
    byte[] shape = message(1, message(2, utf8("batch")), message(2, utf8("length")));
    byte[] terms = number(1, TOKEN_COUNT);
    byte[] tensor = joined(number(1, 1), field(2, joined(shape, field(1, terms))));
    byte[] output = joined(field(1, utf8("logits")), field(2, field(1, tensor)));
    byte[] graph = joined(field(2, utf8("tiny")), field(12, output));
    return joined(number(1, 8), field(7, graph));
  }

  private static byte[] message(int field, byte[]... contents) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] content : contents) {
      all.write(field(field, content));
    }
    return all.toByteArray();
  }

  private static byte[] field(int field, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(field, content);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] number(int field, long value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeInt64(field, value);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] joined(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  private static byte[] safetensors() {
    byte[] header =
        utf8("{\"weight\": {\"dtype\": \"F32\", \"shape\": [4], \"data_offsets\": [0, 16]}}");
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + header.length + TOKEN_COUNT * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header);
    for (int i = 0; i < TOKEN_COUNT; i++) {
      file.putFloat(1.5f + i);
    }
    return file.array();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.siskin.server.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Model directories of about a kilobyte: each model looks its output up in a table by token, so
 * that what it gives can be told by heart.
 */
public final class TinyModels {
  /** The vocabulary; a token's id is its place. The first five are special. */
  public static final List<String> VOCABULARY =
      List.of(
          "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "moth", "wing", "##s", "insect", "bird",
          "query", ":", "a", "Moth");

  /** How many terms there are. */
  public static final int SIZE = VOCABULARY.size();

  /** How many numbers a hidden state has. */
  public static final int HIDDEN = 4;

  private static final int SPECIAL_COUNT = 5;

  private TinyModels() {}

  /** Returns the id of a token. */
  public static int id(String token) {
    return VOCABULARY.indexOf(token);
  }

  /**
   * Returns a logit: a token says 3 of itself, 2 of the next in the vocabulary, 1 of the second
   * next, −1 of all others; the special ones say 0.5 of "bird" and 4 of "[SEP]".
   */
  public static float logit(int token, int term) {
    if (token < SPECIAL_COUNT) {
      return term == id("bird") ? 0.5f : term == id("[SEP]") ? 4 : -1;
    }
    return switch (term - token) {
      case 0 -> 3;
      case 1 -> 2;
      case 2 -> 1;
      default -> -1;
    };
  }

  /** Returns a number of a token's hidden state. */
  public static float hidden(int token, int unit) {
    return (token + 1) * (unit == token % HIDDEN ? 2 : 1);
  }

  /** Returns the one weight of a token: what its id is, half of it below "insect". */
  public static float weight(int token) {
    return token < id("insect") ? token / 2f : token;
  }

  /** Makes a model that gives logits [batch, length, terms]. */
  public static Path logits(Path directory, String... lines) throws IOException {
    TinyOnnx onnx = lookUp("logits", table(SIZE, TinyModels::logit), SIZE);
    return write(
        directory,
        onnx.output("logits", "batch", "length", SIZE),
        "family: splade",
        "output: {name: logits, kind: logits}",
        lines);
  }

  /**
   * Makes a model that gives logits and keeps its weights in another file.
   *
   * @param directory the folder
   * @param modelFile where the model lies in it
   * @param dataFile where the weights lie, relative to the model
   */
  public static Path external(Path directory, String modelFile, String dataFile, String... lines)
      throws IOException {
    float[] table = table(SIZE, TinyModels::logit);
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * table.length + 8);
    bytes.order(ByteOrder.LITTLE_ENDIAN).position(8);
    for (float number : table) {
      bytes.putFloat(number);
    }
    TinyOnnx onnx =
        new TinyOnnx()
            .input("input_ids")
            .external("table", dataFile, "8", "" + Float.BYTES * table.length, SIZE, SIZE)
            .node("Gather", "logits", "table", "input_ids")
            .output("logits", "batch", "length", SIZE);
    write(
        directory,
        onnx,
        "family: splade",
        "output: {name: logits, kind: logits}\nmodel: " + modelFile,
        lines);
    Path model = directory.resolve(modelFile);
    Files.createDirectories(model.resolveSibling("."));
    if (!modelFile.equals("model.onnx")) {
      Files.move(directory.resolve("model.onnx"), model);
    }
    Path data = model.resolveSibling(dataFile);
    Files.createDirectories(data.resolveSibling("."));
    Files.write(data, bytes.array());
    return directory;
  }

  /** Makes a model that pools itself: log(1 + max(0, x)), the largest of what is not masked. */
  public static Path pooled(Path directory, String... lines) throws IOException {
    TinyOnnx onnx =
        lookUp("logits", table(SIZE, TinyModels::logit), SIZE)
            .input("attention_mask")
            .constant("one", new float[] {1}, 1)
            .constant("last", new long[] {-1}, 1)
            .constant("middle", new long[] {1}, 1)
            .node("Relu", "positive", "logits")
            .node("Add", "more", "positive", "one")
            .node("Log", "weights", "more")
            .node("Cast", "mask", List.of("attention_mask"), "to", 1)
            .node("Unsqueeze", "column", "mask", "last")
            .node("Mul", "masked", "weights", "column")
            .node("ReduceMax", "sparse", List.of("masked", "middle"), "keepdims", 0)
            .output("sparse", "batch", SIZE);
    return write(directory, onnx, "family: splade", "output: {name: sparse, kind: sparse}", lines);
  }

  /** Makes a model with one weight a token, [batch, length, 1] or [batch, length]. */
  public static Path weights(Path directory, boolean threeDimensional, String... lines)
      throws IOException {
    float[] table = table(1, (token, none) -> weight(token));
    TinyOnnx onnx =
        threeDimensional
            ? lookUp("weights", table, 1).output("weights", "batch", "length", 1)
            : new TinyOnnx()
                .input("input_ids")
                .constant("table", table, SIZE)
                .node("Gather", "weights", "table", "input_ids")
                .output("weights", "batch", "length");
    return write(directory, onnx, "", "output: {name: weights}", lines);
  }

  /** Makes a model that gives hidden states [batch, length, 4]. */
  public static Path hidden(Path directory, String... lines) throws IOException {
    TinyOnnx onnx =
        lookUp("states", table(HIDDEN, TinyModels::hidden), HIDDEN)
            .input("attention_mask")
            .input("token_type_ids")
            .output("states", "batch", "length", HIDDEN);
    return write(directory, onnx, "family: dense", "output: {name: states, kind: hidden}", lines);
  }

  /** Makes a model that gives a finished vector: the state of the first position. */
  public static Path embedding(Path directory, String... lines) throws IOException {
    TinyOnnx onnx =
        lookUp("states", table(HIDDEN, TinyModels::hidden), HIDDEN)
            .constant("first", new long[] {0})
            .node("Gather", "vector", List.of("states", "first"), "axis", 1)
            .output("vector", "batch", HIDDEN);
    return write(
        directory, onnx, "family: dense", "output: {name: vector, kind: embedding}", lines);
  }

  /** Returns a model that looks a row up for each token. */
  public static TinyOnnx lookUp(String output, float[] table, int width) {
    return new TinyOnnx()
        .input("input_ids")
        .constant("table", table, SIZE, width)
        .node("Gather", output, "table", "input_ids");
  }

  /** Writes a directory with any model and configuration, {@code version: 1} before it. */
  public static Path write(Path directory, TinyOnnx onnx, String config) throws IOException {
    Files.createDirectories(directory);
    Files.write(directory.resolve("model.onnx"), onnx.bytes());
    Files.writeString(directory.resolve("tokenizer.json"), tokenizerJson());
    Files.writeString(directory.resolve("encoder.yaml"), "version: 1\n" + config + "\n");
    return directory;
  }

  private static Path write(
      Path directory, TinyOnnx onnx, String family, String output, String... lines)
      throws IOException {
    List<String> config = new ArrayList<>(List.of(family, output));
    config.addAll(List.of(lines));
    return write(directory, onnx, String.join("\n", config));
  }

  /** A number of the table by token and column. */
  @FunctionalInterface
  private interface Cell {
    float at(int token, int column);
  }

  private static float[] table(int width, Cell cell) {
    float[] table = new float[SIZE * width];
    for (int token = 0; token < SIZE; token++) {
      for (int column = 0; column < width; column++) {
        table[token * width + column] = cell.at(token, column);
      }
    }
    return table;
  }

  /**
   * Returns a tokenizer.json of the vocabulary: word pieces, lower case, [CLS] and [SEP] around.
   */
  public static String tokenizerJson() {
    StringBuilder vocabulary = new StringBuilder();
    StringBuilder added = new StringBuilder();
    for (int id = 0; id < SIZE; id++) {
      String comma = id == 0 ? "" : ",";
      vocabulary.append(comma).append('"').append(VOCABULARY.get(id)).append("\":").append(id);
      if (id < SPECIAL_COUNT) {
        added.append(comma).append(special(id));
      }
    }
    return """
    {"version":"1.0","truncation":null,"padding":null,"added_tokens":[%s],
     "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
       "strip_accents":null,"lowercase":true},
     "pre_tokenizer":{"type":"BertPreTokenizer"},
     "post_processor":{"type":"TemplateProcessing",
       "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
         {"SpecialToken":{"id":"[SEP]","type_id":0}}],
       "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
       "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},
         "[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
     "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
     "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
       "max_input_chars_per_word":100,"vocab":{%s}}}
    """
        .formatted(added, vocabulary);
  }

  private static String special(int id) {
    return "{\"id\":"
        + id
        + ",\"content\":\""
        + VOCABULARY.get(id)
        + "\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,"
        + "\"special\":true}";
  }
}

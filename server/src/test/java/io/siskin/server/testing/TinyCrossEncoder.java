package io.siskin.server.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A cross-encoder of a kilobyte. Its score is a sum over all tokens that are not padding: the
 * weight of the token, three times in the document. Each token is needed as much as its weight
 * says.
 */
public final class TinyCrossEncoder {
  private static final String SINGLE =
      "\"pair\":[{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}]";
  private static final String PAIR =
      """
      "pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
         {"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},
         {"SpecialToken":{"id":"[SEP]","type_id":1}}]\
      """;

  private TinyCrossEncoder() {}

  /** Returns the weight of a token. */
  public static float weight(int token) {
    return (token * 5 % 9 - 4) / 8f;
  }

  /** Writes a model directory, with more lines for its {@code ranker.yaml}. */
  public static Path write(Path directory, String... lines) throws IOException {
    float[] table = new float[TinyModels.SIZE];
    for (int token = 0; token < table.length; token++) {
      table[token] = weight(token);
    }
    TinyOnnx onnx =
        new TinyOnnx()
            .input("input_ids")
            .input("attention_mask")
            .input("token_type_ids")
            .constant("table", table, table.length)
            .constant("one", new float[] {1}, 1)
            .constant("two", new float[] {2}, 1)
            .constant("length", new long[] {1}, 1)
            .node("Gather", "weights", "table", "input_ids")
            .node("Cast", "mask", List.of("attention_mask"), "to", 1)
            .node("Cast", "types", List.of("token_type_ids"), "to", 1)
            .node("Mul", "twice", "types", "two")
            .node("Add", "factors", "twice", "one")
            .node("Mul", "scaled", "weights", "factors")
            .node("Mul", "masked", "scaled", "mask")
            .node("ReduceSum", "logits", List.of("masked", "length"), "keepdims", 1)
            .node("Identity", "needed", "weights")
            .output("logits", "batch", 1)
            .output("needed", "batch", "length");
    String tokenizer = TinyModels.tokenizerJson();
    if (!tokenizer.contains(SINGLE)) {
      throw new AssertionError("the tokenizer of the tests has changed");
    }
    Files.createDirectories(directory);
    Files.write(directory.resolve("model.onnx"), onnx.bytes());
    Files.writeString(directory.resolve("tokenizer.json"), tokenizer.replace(SINGLE, PAIR));
    List<String> yaml =
        new ArrayList<>(List.of("version: 1", "kind: cross-encoder", "output: {name: logits}"));
    yaml.addAll(List.of(lines));
    Files.writeString(directory.resolve("ranker.yaml"), String.join("\n", yaml) + "\n");
    return directory;
  }

  /** Returns the score of a pair of texts whose words are in the vocabulary. */
  public static float score(String query, String document, int queryMax, int lengthMax) {
    List<Integer> first = ids(query);
    first = first.subList(0, Math.min(queryMax, first.size()));
    List<Integer> second = ids(document);
    second = second.subList(0, Math.min(lengthMax - 3 - first.size(), second.size()));
    float sum = weight(TinyModels.id("[CLS]")) + weight(TinyModels.id("[SEP]"));
    sum += 3 * weight(TinyModels.id("[SEP]"));
    for (int id : first) {
      sum += weight(id);
    }
    for (int id : second) {
      sum += 3 * weight(id);
    }
    return sum;
  }

  private static List<Integer> ids(String text) {
    List<Integer> ids = new ArrayList<>();
    for (String word : text.split(" ")) {
      if (!word.isEmpty()) {
        ids.add(TinyModels.id(word));
      }
    }
    return ids;
  }
}

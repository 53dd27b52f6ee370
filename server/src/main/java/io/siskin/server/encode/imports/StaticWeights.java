package io.siskin.server.encode.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.model.ConfigKeys;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.model.ModelPaths;
import io.siskin.server.encode.vocabulary.Vocabulary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a saved table of tokens, as the file that {@code index --query-tokens} takes: one
 * JSON object of token to weight.
 */
final class StaticWeights {
  /** The file that is made, and the usual name of a published one. */
  static final String TABLE = "idf.json";

  private static final String TENSORS = "model.safetensors";
  private static final String PICKLE = "pytorch_model.bin";
  private static final String TENSOR = "weight";

  private final SavedFolder folder;
  private final String inside;
  private final Vocabulary vocabulary;

  /**
   * Prepares the reading.
   *
   * @param folder the folder that is imported
   * @param inside where the table lies in it
   * @param vocabulary the tokens of the tokenizer that cuts queries
   */
  StaticWeights(SavedFolder folder, String inside, Vocabulary vocabulary) {
    this.folder = folder;
    this.inside = inside;
    this.vocabulary = vocabulary;
  }

  /**
   * Reads the weights.
   *
   * @return the content of the file to make
   * @throws InvalidInputException when there are none that can be read, or one is out of range
   */
  byte[] read() throws IOException {
    String table = table();
    String tensors = SavedFolder.join(inside, TENSORS);
    // A model's own weights may lie beside the table of a folder without modules.
    if (table != null) {
      return ofTable(table);
    }
    if (folder.has(tensors)) {
      return ofTensor(tensors);
    }
    String place = folder.root().resolve(inside).toString();
    String pickle = SavedFolder.join(inside, PICKLE);
    if (folder.has(pickle)) {
      throw new InvalidInputException(
              "weights of tokens",
              PICKLE,
              TENSORS
                  + ", since a pickle can run code. This makes it: python3 -c \"import torch,"
                  + " safetensors.torch as s; s.save_file(torch.load('"
                  + folder.place(pickle)
                  + "', weights_only=True), '"
                  + folder.place(tensors)
                  + "')\"")
          .at(place);
    }
    throw new InvalidInputException("weights of tokens", "missing", TENSORS + " or " + TABLE)
        .at(place);
  }

  /** Returns the table that the settings name, or one of the usual name; null if there is none. */
  private @Nullable String table() throws IOException {
    if (inside.isEmpty()) {
      return TABLE;
    }
    String file = SavedFolder.join(inside, "config.json");
    String path = null;
    if (folder.has(file)) {
      ConfigKeys keys = folder.settings(file);
      // Whether training may change the weights.
      keys.ignore("frozen");
      path = keys.text("path", "");
      if (!path.isEmpty() && !(ModelPaths.isInside(path) && path.endsWith(".json"))) {
        throw keys.wrong("path", path, "a .json file inside");
      }
      keys.finish();
    }
    if (path != null && !path.isEmpty()) {
      String beside = SavedFolder.join(inside, path);
      return folder.has(beside) ? beside : path;
    }
    String usual = SavedFolder.join(inside, TABLE);
    return folder.has(SavedFolder.join(inside, TENSORS)) || !folder.has(usual) ? null : usual;
  }

  private byte[] ofTensor(String file) throws IOException {
    float[] weights = Safetensors.open(folder.file(file)).vector(TENSOR);
    if (weights.length < vocabulary.size()) {
      throw new InvalidInputException(
              "shape of '" + TENSOR + "'",
              weights.length,
              "one number for each of the " + vocabulary.size() + " tokens of the tokenizer")
          .at(folder.place(file));
    }
    ObjectNode table = JsonNodeFactory.instance.objectNode();
    for (int id = 0; id < vocabulary.size(); id++) {
      String token = vocabulary.term(id);
      if (token != null) {
        check(file, token, weights[id]);
        table.put(token, weights[id]);
      }
    }
    String beyond =
        weights.length == vocabulary.size()
            ? ""
            : "; the " + (weights.length - vocabulary.size()) + " at the end have no token";
    folder.found(file, table.size() + " weights of tokens: " + TABLE + beyond);
    return bytes(table);
  }

  private byte[] ofTable(String file) throws IOException {
    JsonNode root = folder.json(file, ModelDirectory.TEXT_LENGTH_BYTES_MAX);
    if (!root.isObject()) {
      throw new InvalidInputException("content", root, "an object of token to weight")
          .at(folder.place(file));
    }
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < vocabulary.size(); id++) {
      ids.put(String.valueOf(vocabulary.term(id)), id);
    }
    ObjectNode table = JsonNodeFactory.instance.objectNode();
    int unknown = 0;
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (!entry.getValue().isNumber()) {
        throw new InvalidInputException(
                "weight of token '" + entry.getKey() + "'", entry.getValue(), "a number")
            .at(folder.place(file));
      }
      check(file, entry.getKey(), entry.getValue().floatValue());
      if (ids.containsKey(entry.getKey())) {
        table.set(entry.getKey(), entry.getValue());
      } else {
        unknown++;
      }
    }
    if (table.isEmpty()) {
      throw new InvalidInputException(
              "tokens", root.size() + ", of which the tokenizer knows none", "tokens of it")
          .at(folder.place(file));
    }
    String left = unknown == 0 ? "" : "; " + unknown + " others are no tokens of the tokenizer";
    folder.found(file, table.size() + " weights of tokens: " + TABLE + left);
    return bytes(table);
  }

  private void check(String file, String token, float weight) {
    try {
      SparseVector.checkWeight(token, weight);
    } catch (InvalidInputException wrong) {
      throw wrong.at(folder.place(file));
    }
  }

  private static byte[] bytes(ObjectNode table) {
    return (table.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
  }
}

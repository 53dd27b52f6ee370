package io.siskin.server.encode.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.model.ConfigKeys;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.vocabulary.Vocabulary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A saved {@code tokenizer.json}.
 *
 * @param file its path in the folder that is imported
 * @param root its content
 * @param vocabulary its tokens
 */
record SavedTokenizer(String file, JsonNode root, Vocabulary vocabulary) {
  static final String NAME = "tokenizer.json";

  private static final String NORMALIZER = "normalizer";
  private static final String NORMALIZERS = "normalizers";
  private static final String TYPE = "type";
  private static final String LOWERCASE = "Lowercase";
  private static final String SEQUENCE = "Sequence";

  /**
   * Reads the tokenizer of a model.
   *
   * @param folder the folder that is imported
   * @param inside the model's folder in it
   * @throws InvalidInputException when it is missing or malformed
   */
  static SavedTokenizer read(SavedFolder folder, String inside) throws IOException {
    String file = SavedFolder.join(inside, NAME);
    if (!folder.has(file)) {
      String place = folder.root().resolve(inside).toString();
      throw new InvalidInputException(
              NAME,
              "missing",
              "the tokenizer in the form of the tokenizers library. This makes it: python3 -c"
                  + " \"from transformers import AutoTokenizer as T; T.from_pretrained('"
                  + place
                  + "').save_pretrained('"
                  + place
                  + "')\"")
          .at(place);
    }
    JsonNode root = folder.json(file, ModelDirectory.TEXT_LENGTH_BYTES_MAX);
    SavedTokenizer tokenizer;
    try {
      tokenizer = new SavedTokenizer(file, root, Vocabulary.ofTokenizer(root));
    } catch (InvalidInputException malformed) {
      throw malformed.at(folder.place(file));
    }
    tokenizer.checkSettings(folder, inside);
    return tokenizer;
  }

  /**
   * Refuses settings that contradict the file. Which of the two the library follows depends on its
   * version.
   */
  private void checkSettings(SavedFolder folder, String inside) throws IOException {
    String settings = SavedFolder.join(inside, "tokenizer_config.json");
    JsonNode normalizer = root.path(NORMALIZER);
    JsonNode lowerCase = normalizer.path("lowercase");
    if (!normalizer.path(TYPE).asText().equals("BertNormalizer") || !folder.has(settings)) {
      return;
    }
    ConfigKeys keys = folder.settings(settings);
    if (keys.flag("do_lower_case", lowerCase.asBoolean()) != lowerCase.asBoolean()) {
      throw keys.wrong(
          "do_lower_case",
          !lowerCase.asBoolean(),
          lowerCase.asBoolean() + ", as " + file + " does. Save the tokenizer again");
    }
  }

  /** Returns whether texts are put into lower case, as far as sentence-transformers looks. */
  boolean lowersCase() {
    JsonNode normalizer = root.path(NORMALIZER);
    if (normalizer.path(TYPE).asText().equals(SEQUENCE)) {
      for (JsonNode one : normalizer.path(NORMALIZERS)) {
        if (one.path(TYPE).asText().equals(LOWERCASE)) {
          return true;
        }
      }
    }
    return normalizer.path(TYPE).asText().equals(LOWERCASE);
  }

  /** Returns the file's content, with lower case put before all else, as the library does. */
  byte[] withLowerCase() {
    JsonNodeFactory make = JsonNodeFactory.instance;
    ObjectNode changed = root.deepCopy();
    ObjectNode sequence = make.objectNode().put(TYPE, SEQUENCE);
    var all = sequence.putArray(NORMALIZERS);
    all.add(make.objectNode().put(TYPE, LOWERCASE));
    JsonNode before = root.path(NORMALIZER);
    if (before.path(TYPE).asText().equals(SEQUENCE)) {
      before.path(NORMALIZERS).forEach(all::add);
    } else if (before.isObject()) {
      all.add(before);
    }
    changed.set(NORMALIZER, sequence);
    return changed.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Returns whether another tokenizer cuts texts in the same way. How much of a text is kept and
   * how it is filled up is decided elsewhere.
   */
  boolean cutsLike(SavedTokenizer other) {
    return cutting().equals(other.cutting());
  }

  private JsonNode cutting() {
    ObjectNode without = root.deepCopy();
    without.remove("truncation");
    without.remove("padding");
    return without;
  }
}

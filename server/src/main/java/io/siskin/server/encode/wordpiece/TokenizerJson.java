package io.siskin.server.encode.wordpiece;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.file.FileText;
import io.siskin.server.encode.file.JsonFile;
import io.siskin.server.encode.vocabulary.Vocabulary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A {@code tokenizer.json}, read for what the native library does not tell, and the way to load it
 * there.
 */
final class TokenizerJson {
  private static final String ALLOWED = "a tokenizer.json of the HuggingFace tokenizers library";

  private final String file;
  private final String text;
  private final JsonNode root;

  private TokenizerJson(String file, String text, JsonNode root) {
    this.file = file;
    this.text = text;
    this.root = root;
  }

  /**
   * Reads the content.
   *
   * @param file where it was read from, for messages
   * @param content the file's bytes
   * @throws InvalidInputException when it is no tokenizer
   */
  static TokenizerJson parse(String file, byte[] content) {
    String text = FileText.of(file, content);
    JsonNode root;
    try {
      root = JsonFile.tree(text, "tokenizer", ALLOWED);
    } catch (InvalidInputException malformed) {
      throw malformed.at(file);
    }
    if (!root.path("model").isObject()) {
      throw new InvalidInputException("tokenizer", "JSON without \"model\"", ALLOWED).at(file);
    }
    return new TokenizerJson(file, text, root);
  }

  /** Returns the tokens by id, and which of them are special. */
  Vocabulary vocabulary() {
    try {
      return Vocabulary.ofTokenizer(root);
    } catch (InvalidInputException wrong) {
      throw wrong.at(file);
    }
  }

  /** Returns the id that fills a shorter text up; a model does not look at it. */
  long padId() {
    JsonNode stated = root.path("padding").path("pad_id");
    if (stated.isIntegralNumber()) {
      return stated.longValue();
    }
    for (JsonNode added : root.path("added_tokens")) {
      String content = added.path("content").asText();
      if (content.equals("[PAD]") || content.equals("<pad>")) {
        return added.path("id").asLong();
      }
    }
    return 0;
  }

  /**
   * Loads the tokenizer into the native library and tries it out.
   *
   * @param options the library's
   * @param addSpecialTokens whether the calls will add those of the template
   * @throws InvalidInputException when the library refuses it, or it cannot cut every text
   */
  NativeTokenizer load(Map<String, String> options, boolean addSpecialTokens) {
    return NativeTokenizer.open(loadNative(options), file, addSpecialTokens, false);
  }

  /**
   * Loads the tokenizer for pairs of texts, as {@link #load}.
   *
   * @param options the library's
   */
  NativeTokenizer loadForPairs(Map<String, String> options) {
    return NativeTokenizer.open(loadNative(options), file, true, true);
  }

  @SuppressWarnings("IllegalCatch")
  private HuggingFaceTokenizer loadNative(Map<String, String> options) {
    OfflineDjl.enforce();
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), new HashMap<>(options));
    } catch (IOException e) {
      throw new AssertionError("reads from memory", e);
    } catch (RuntimeException e) { // the library declares nothing narrower for a file it refuses
      throw new InvalidInputException(
              "tokenizer",
              "one that the tokenizers library refuses",
              ALLOWED + ". The library says: " + e.getMessage())
          .at(file);
    }
  }
}

package io.siskin.server.encode.wordpiece;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.error.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@code tokenizer.json}, read for what the native library does not tell, and the way to load it
 * there.
 */
final class TokenizerJson {
  private static final int VOCABULARY_MAX = 1 << 24;

  private final String file;
  private final byte[] content;
  private final JsonNode root;

  private TokenizerJson(String file, byte[] content, JsonNode root) {
    this.file = file;
    this.content = content;
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
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(content);
    } catch (JsonProcessingException e) {
      throw notATokenizer(file, e.getOriginalMessage());
    } catch (IOException e) {
      throw new AssertionError("reads from memory", e);
    }
    if (!root.path("model").isObject()) {
      throw notATokenizer(file, "no member \"model\"");
    }
    return new TokenizerJson(file, content, root);
  }

  /** Returns the ids of the tokens that stand for no text. */
  Set<Long> specialIds() {
    Set<Long> ids = new HashSet<>();
    for (JsonNode added : root.path("added_tokens")) {
      if (added.path("special").asBoolean()) {
        ids.add(added.path("id").asLong());
      }
    }
    return ids;
  }

  /** Returns the tokens by id; null at ids that have none. */
  List<@Nullable String> vocabulary() {
    List<@Nullable String> tokens = new ArrayList<>();
    JsonNode vocabulary = root.path("model").path("vocab");
    if (vocabulary.isArray()) {
      // Unigram: pairs of token and score, the id is the position.
      int id = 0;
      for (JsonNode pair : vocabulary) {
        put(tokens, id++, pair.path(0).asText());
      }
    } else {
      vocabulary
          .properties()
          .forEach(entry -> put(tokens, entry.getValue().asLong(-1), entry.getKey()));
    }
    for (JsonNode added : root.path("added_tokens")) {
      put(tokens, added.path("id").asLong(-1), added.path("content").asText());
    }
    if (tokens.isEmpty()) {
      throw notATokenizer(file, "no vocabulary");
    }
    return tokens;
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

  private void put(List<@Nullable String> tokens, long id, String token) {
    if (id < 0 || id > VOCABULARY_MAX) {
      throw new InvalidInputException("id of token '" + token + "'", id, "0 to " + VOCABULARY_MAX)
          .at(file);
    }
    while (tokens.size() <= id) {
      tokens.add(null);
    }
    tokens.set((int) id, token);
  }

  /**
   * Loads the tokenizer into the native library.
   *
   * @param options the library's
   */
  @SuppressWarnings("IllegalCatch")
  HuggingFaceTokenizer load(Map<String, String> options) {
    OfflineDjl.enforce();
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(content), new HashMap<>(options));
    } catch (IOException e) {
      throw new AssertionError("reads from memory", e);
    } catch (RuntimeException e) { // the library declares nothing narrower for a file it refuses
      throw notATokenizer(file, String.valueOf(e.getMessage()));
    }
  }

  private static InvalidInputException notATokenizer(String file, String found) {
    return new InvalidInputException(
            "tokenizer", found, "a tokenizer.json of the HuggingFace tokenizers library")
        .at(file);
  }
}

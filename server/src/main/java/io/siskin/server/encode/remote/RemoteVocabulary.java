package io.siskin.server.encode.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what the numbers of a remote encoder's terms are called. */
public final class RemoteVocabulary {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RemoteVocabulary() {}

  /**
   * Reads a vocabulary: a {@code tokenizer.json}, one JSON object of term to number, or one term a
   * line.
   *
   * @param file its path, for messages
   * @param content its bytes
   * @return the terms by number
   * @throws InvalidInputException when it is none of these, or a number has no term or two
   */
  public static List<String> read(String file, byte[] content) {
    String text = new String(content, StandardCharsets.UTF_8);
    if (!text.stripLeading().startsWith("{")) {
      return text.lines().toList();
    }
    try {
      JsonNode root = JSON.readTree(content);
      JsonNode vocabulary = root.at("/model/vocab");
      return vocabulary.isMissingNode() ? byNumber(root) : terms(vocabulary);
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(
              "vocabulary", malformed.getOriginalMessage(), "a JSON object of term to number")
          .at(file);
    } catch (InvalidInputException wrong) {
      throw wrong.at(file);
    } catch (IOException e) {
      throw new AssertionError("reads from memory", e);
    }
  }

  /**
   * Returns whether a vocabulary is a {@code tokenizer.json}, which can also cut texts.
   *
   * @param content its bytes
   */
  public static boolean isTokenizer(byte[] content) {
    try {
      return !JSON.readTree(content).at("/model/vocab").isMissingNode();
    } catch (IOException noJson) {
      return false;
    }
  }

  private static List<String> terms(JsonNode vocabulary) {
    if (!vocabulary.isArray()) {
      return byNumber(vocabulary);
    }
    // Unigram models have pairs of a piece and its score.
    return vocabulary.valueStream().map(pair -> pair.path(0).asText()).toList();
  }

  private static List<String> byNumber(JsonNode object) {
    @Nullable String[] terms = new @Nullable String[object.size()];
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      int number = entry.getValue().isInt() ? entry.getValue().intValue() : -1;
      if (number < 0 || number >= terms.length || terms[number] != null) {
        throw new InvalidInputException(
            "number of term '" + entry.getKey() + "'",
            entry.getValue(),
            "each from 0 to " + (terms.length - 1) + " once");
      }
      terms[number] = entry.getKey();
    }
    return Arrays.stream(terms).map(String::valueOf).toList();
  }
}

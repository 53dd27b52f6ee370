package io.siskin.server.encode.vocabulary;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The vocabulary of a {@code tokenizer.json}.
 *
 * @param terms the tokens by number, those that were added included; null at numbers without one
 * @param special the numbers of special tokens
 * @param ownCount how many numbers the tokenizer's own vocabulary has, without added tokens
 */
record TokenizerVocabulary(List<@Nullable String> terms, BitSet special, int ownCount) {
  private static final int NUMBER_MAX = 1 << 24;

  // Numbers may have gaps, but what they take must be in proportion to the file.
  private static final int NUMBERS_PER_TOKEN_MAX = 64;
  private static final int NUMBERS_MIN = 1 << 16;

  /** Tells whether some JSON is a {@code tokenizer.json}. */
  static boolean isTokenizer(JsonNode root) {
    return root.path("model").path("vocab").isContainerNode();
  }

  /** Reads the vocabulary. */
  static TokenizerVocabulary read(JsonNode root) {
    List<@Nullable String> terms = new ArrayList<>();
    BitSet special = new BitSet();
    JsonNode vocabulary = root.path("model").path("vocab");
    JsonNode addedTokens = root.path("added_tokens");
    long numberMax = numberMax(vocabulary.size() + addedTokens.size());
    if (vocabulary.isArray()) {
      // Unigram: pairs of token and score. The number is the position.
      int number = 0;
      for (JsonNode pair : vocabulary) {
        put(terms, number++, pair.path(0).asText(), numberMax);
      }
    } else {
      vocabulary
          .properties()
          .forEach(entry -> put(terms, entry.getValue().asLong(-1), entry.getKey(), numberMax));
    }
    int ownCount = terms.size();
    for (JsonNode added : addedTokens) {
      long number = added.path("id").asLong(-1);
      put(terms, number, added.path("content").asText(), numberMax);
      if (added.path("special").asBoolean()) {
        special.set((int) number);
      }
    }
    if (terms.isEmpty()) {
      throw new InvalidInputException(
          "tokenizer", "JSON without a vocabulary", "a tokenizer.json with model.vocab");
    }
    markUnknown(root.path("model"), terms, special);
    markAround(root.path("post_processor"), terms.size(), special);
    return new TokenizerVocabulary(terms, special, ownCount);
  }

  /**
   * Returns the largest number that a token may have.
   *
   * @param tokenCount how many tokens there are
   */
  private static long numberMax(int tokenCount) {
    return Math.min(NUMBER_MAX, NUMBERS_MIN + (long) NUMBERS_PER_TOKEN_MAX * tokenCount);
  }

  private static void put(List<@Nullable String> terms, long number, String term, long numberMax) {
    if (number < 0 || number > numberMax) {
      throw new InvalidInputException("id of token '" + term + "'", number, "0 to " + numberMax);
    }
    while (terms.size() <= number) {
      terms.add(null);
    }
    terms.set((int) number, term);
  }

  /** The token for unknown words is said by its text, or by its number. */
  private static void markUnknown(JsonNode model, List<@Nullable String> terms, BitSet special) {
    if (model.path("unk_token").isTextual()) {
      int number = terms.indexOf(model.path("unk_token").textValue());
      if (number >= 0) {
        special.set(number);
      }
    }
    mark(model.path("unk_id"), terms.size(), special);
  }

  /** The tokens around a text: a template's, a pair such as {@code "cls": ["[CLS]", 101]}. */
  private static void markAround(JsonNode processor, int count, BitSet special) {
    for (JsonNode ofTemplate : processor.path("special_tokens")) {
      ofTemplate.path("ids").forEach(number -> mark(number, count, special));
    }
    mark(processor.path("cls").path(1), count, special);
    mark(processor.path("sep").path(1), count, special);
    for (JsonNode inside : processor.path("processors")) {
      markAround(inside, count, special);
    }
  }

  /** A number that no token has would only make the set long. */
  private static void mark(JsonNode number, int count, BitSet special) {
    if (number.canConvertToInt()
        && number.isIntegralNumber()
        && number.intValue() >= 0
        && number.intValue() < count) {
      special.set(number.intValue());
    }
  }
}

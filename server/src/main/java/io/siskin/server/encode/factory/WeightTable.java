package io.siskin.server.encode.factory;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.file.FileText;
import io.siskin.server.encode.file.JsonFile;
import io.siskin.server.encode.vocabulary.Vocabulary;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table of weights: one JSON object of token to weight, one of token id to weight, or one array
 * with the weight of each token id in turn. Published tables have all three forms.
 *
 * <p>Immutable; safe for concurrent use.
 */
final class WeightTable {
  private static final Logger LOG = LoggerFactory.getLogger(WeightTable.class);
  private static final String ALLOWED =
      "one JSON object of token to weight or of token id to weight, or one JSON array of weights";
  private static final Pattern ID = Pattern.compile("0|[1-9][0-9]{0,8}");

  private final String file;
  private final Map<String, Float> weights;
  private final boolean byId;
  private final boolean array;

  private WeightTable(String file, Map<String, Float> weights, boolean byId, boolean array) {
    this.file = file;
    this.weights = weights;
    this.byId = byId;
    this.array = array;
  }

  /**
   * Reads a table.
   *
   * @param file its path, for messages
   * @param content its bytes
   * @throws InvalidInputException when it is malformed, with the file and the token
   */
  static WeightTable read(String file, byte[] content) {
    String text = FileText.of(file, content);
    try {
      JsonNode root = JsonFile.tree(text, "weight table", ALLOWED);
      if (!root.isContainerNode()) {
        throw new InvalidInputException("weight table", root, ALLOWED);
      }
      Map<String, Float> weights = new LinkedHashMap<>();
      if (root.isArray()) {
        for (int id = 0; id < root.size(); id++) {
          weights.put(Integer.toString(id), weight("token id " + id, root.get(id)));
        }
      } else {
        root.properties()
            .forEach(
                entry -> weights.put(entry.getKey(), weight(entry.getKey(), entry.getValue())));
      }
      boolean ids = weights.keySet().stream().allMatch(key -> ID.matcher(key).matches());
      return new WeightTable(file, weights, ids, root.isArray());
    } catch (InvalidInputException wrong) {
      throw wrong.at(file);
    }
  }

  private static float weight(String token, JsonNode node) {
    if (!node.isNumber()) {
      throw new InvalidInputException("weight of token '" + token + "'", node, "a number");
    }
    float weight = node.floatValue();
    SparseVector.checkWeight(token, weight);
    return weight;
  }

  /**
   * Returns the weights by token. A table whose keys are all whole numbers is one of token ids
   * where the tokens come from a tokenizer, which says what an id stands for.
   *
   * @param vocabulary the tokenizer's; null where tokens come from no tokenizer
   * @throws InvalidInputException when it is an array and there is no tokenizer
   */
  Map<String, Float> byToken(@Nullable Vocabulary vocabulary) {
    if (vocabulary == null) {
      if (array) {
        throw new InvalidInputException(
                "weight table",
                "an array by token id",
                "one JSON object of token to weight, since no tokenizer.json says what an id is")
            .at(file);
      }
      return weights;
    }
    if (!byId) {
      return weights;
    }
    Map<String, Float> byToken = new HashMap<>();
    weights.forEach(
        (id, weight) -> {
          int number = Integer.parseInt(id);
          String token = number < vocabulary.size() ? vocabulary.term(number) : null;
          if (token != null) {
            byToken.put(token, weight);
          }
        });
    return byToken;
  }

  /**
   * Compares the table's keys with the tokens that there may be.
   *
   * @param vocabulary the tokenizer's; null where tokens come from no tokenizer
   * @param known whether the analyzer may give a token
   * @throws InvalidInputException when it knows none of them: queries would all be empty. Where it
   *     knows fewer than half, the log says so
   */
  void checkKnown(@Nullable Vocabulary vocabulary, Predicate<String> known) {
    long count = byToken(vocabulary).keySet().stream().filter(known).count();
    if (count == 0) {
      String example = weights.isEmpty() ? "none" : weights.keySet().iterator().next();
      throw new InvalidInputException(
              "tokens of the weight table",
              weights.size() + ", such as '" + example + "', none of which the tokenizer gives",
              "tokens of the tokenizer or analyzer that cuts the queries")
          .at(file);
    }
    if (count < weights.size() / 2.0) {
      LOG.warn(
          "{}: the tokenizer gives {} of the {} tokens of the table. Is it the table of another"
              + " model?",
          file,
          count,
          weights.size());
    }
  }
}

package io.siskin.server.encode.phrase;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.file.FileText;
import io.siskin.server.encode.file.JsonFile;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Phrases and the terms that they stand for, from JSON lines such as {@code {"term": "Q60",
 * "phrases": ["new york city", "nyc"], "weight": 1.2}}.
 *
 * <p>A phrase is found where its words stand one after another, whatever their case and whatever
 * stands between them that is neither letter nor digit. Where several could begin, the longest
 * counts, and what follows it is looked at next: found phrases do not overlap. Scripts that write
 * no spaces between words have a word a character.
 *
 * <p>Immutable; safe for concurrent use.
 */
public final class PhraseDictionary {
  private static final Set<String> MEMBERS = Set.of("term", "phrases", "weight");
  private static final int WORDS_MAX = 64;

  private final List<String> terms;
  private final float[] weights;
  private final PhraseTrie trie;

  private PhraseDictionary(List<String> terms, float[] weights, PhraseTrie trie) {
    this.terms = terms;
    this.weights = weights;
    this.trie = trie;
  }

  /**
   * Reads a dictionary.
   *
   * @param file its path, for messages
   * @param content UTF-8, a JSON object a line; blank lines are passed over. A term may have
   *     several lines, if all give it the same weight
   * @throws InvalidInputException when a line is malformed or not UTF-8, or a phrase stands for two
   *     terms, with the line's number
   */
  public static PhraseDictionary read(String file, byte[] content) {
    Builder builder = new Builder();
    List<String> lines = FileText.lines(FileText.of(file, content));
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        try {
          builder.add(lines.get(i));
        } catch (InvalidInputException wrong) {
          throw wrong.at(file + ":" + (i + 1));
        }
      }
    }
    if (builder.weightByTerm.isEmpty()) {
      throw new InvalidInputException("phrases", "none", "at least one term").at(file);
    }
    float[] weights = new float[builder.weightByTerm.size()];
    int at = 0;
    for (float weight : builder.weightByTerm.values()) {
      weights[at++] = weight;
    }
    return new PhraseDictionary(List.copyOf(builder.weightByTerm.keySet()), weights, builder.trie);
  }

  /** Returns the terms, in the order of the file. */
  public List<String> terms() {
    return terms;
  }

  /**
   * Returns the terms whose phrases a text has, with their weights.
   *
   * @param text any length
   */
  public Map<String, Float> find(String text) {
    Map<String, Float> found = new LinkedHashMap<>();
    counts(text).forEach((term, _) -> found.put(terms.get(term), weights[term]));
    return found;
  }

  /** Returns how often a text has phrases of a term, by the term's number, in the text's order. */
  private Map<Integer, Integer> counts(String text) {
    List<String> words = Words.of(text);
    Map<Integer, Integer> found = new LinkedHashMap<>();
    int from = 0;
    while (from < words.size()) {
      PhraseTrie.Match match = trie.longest(words, from);
      if (match.wordCount() == 0) {
        from++;
      } else {
        found.merge(match.term(), 1, Integer::sum);
        from += match.wordCount();
      }
    }
    return found;
  }

  /**
   * Adds the terms whose phrases a text has to its vector.
   *
   * @param text the text
   * @param vector what the encoder made of it
   * @throws InvalidInputException when the vector has one of the terms: two vocabularies that are
   *     to be one share a name
   */
  public SparseVector addTo(String text, SparseVector vector) {
    return with(find(text), vector);
  }

  /**
   * Counts the phrases of a text among the frequencies of its tokens; the dictionary's weights play
   * no part.
   *
   * @param text the text
   * @param frequencies how often it has each token
   * @throws InvalidInputException as {@link #addTo} does
   */
  public SparseVector countIn(String text, SparseVector frequencies) {
    Map<String, Float> found = new LinkedHashMap<>();
    counts(text).forEach((term, count) -> found.put(terms.get(term), (float) count));
    return with(found, frequencies);
  }

  private static SparseVector with(Map<String, Float> found, SparseVector vector) {
    Map<String, Float> all = new HashMap<>(found);
    if (all.isEmpty()) {
      return vector;
    }
    if (!(vector instanceof TokenVector tokens)) {
      throw new InvalidInputException("vector", "numbered terms", "tokens, with phrases");
    }
    for (int i = 0; i < tokens.size(); i++) {
      if (all.put(tokens.token(i), tokens.weight(i)) != null) {
        throw collision(tokens.token(i));
      }
    }
    return TokenVector.of(all);
  }

  /**
   * Returns the error for a term that the encoder has, too.
   *
   * @param term the term
   */
  public static InvalidInputException collision(String term) {
    return new InvalidInputException(
        "term of the phrase dictionary",
        term,
        "one that the encoder's vocabulary lacks: it has the token '" + term + "' too");
  }

  /** Collects the lines. */
  private static final class Builder {
    private final Map<String, Float> weightByTerm = new LinkedHashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final PhraseTrie trie = new PhraseTrie();

    void add(String line) {
      JsonNode entry = tree(line);
      for (Map.Entry<String, JsonNode> member : entry.properties()) {
        if (!MEMBERS.contains(member.getKey())) {
          throw new InvalidInputException("member", member.getKey(), "term, phrases, weight");
        }
      }
      String term = text("term", entry.path("term"));
      if (term.length() > TokenVector.TOKEN_LENGTH_MAX) {
        throw new InvalidInputException(
            "term", term, "at most " + TokenVector.TOKEN_LENGTH_MAX + " characters");
      }
      JsonNode weight = entry.path("weight");
      if (!weight.isNumber() || !(weight.floatValue() > 0)) {
        throw new InvalidInputException("weight of '" + term + "'", weight, "a number above 0");
      }
      SparseVector.checkWeight(term, weight.floatValue());
      Float before = weightByTerm.put(term, weight.floatValue());
      if (before != null && before != weight.floatValue()) {
        throw new InvalidInputException(
            "weight of '" + term + "'", weight, before + ", as it was given before");
      }
      int number = numbers.computeIfAbsent(term, _ -> numbers.size());
      JsonNode phrases = entry.path("phrases");
      if (!phrases.isArray() || phrases.isEmpty()) {
        throw new InvalidInputException("phrases of '" + term + "'", phrases, "a list of texts");
      }
      for (JsonNode phrase : phrases) {
        add(text("phrase of '" + term + "'", phrase), number);
      }
    }

    private void add(String phrase, int number) {
      List<String> words = Words.of(phrase);
      if (words.isEmpty() || words.size() > WORDS_MAX) {
        throw new InvalidInputException("phrase", phrase, "1 to " + WORDS_MAX + " words");
      }
      int other = trie.add(words, number);
      if (other != number) {
        throw new InvalidInputException(
            "phrase",
            phrase,
            "of one term, but it is of '"
                + List.copyOf(weightByTerm.keySet()).get(other)
                + "' too");
      }
    }

    private static JsonNode tree(String line) {
      JsonNode tree = JsonFile.tree(line, "line", "a JSON object");
      if (!tree.isObject()) {
        throw new InvalidInputException("line", line, "a JSON object");
      }
      return tree;
    }

    private static String text(String name, JsonNode node) {
      if (!node.isTextual() || node.textValue().isBlank()) {
        throw new InvalidInputException(name, node.isMissingNode() ? "missing" : node, "a text");
      }
      return node.textValue();
    }
  }
}

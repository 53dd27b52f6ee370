package io.siskin.server.encode.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.wordpiece.ModelTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What the numbers of an output over a vocabulary are called.
 *
 * <p>Immutable; safe for concurrent use.
 */
final class TermNames {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Marks of a space before a token: byte-level tokenizers', sentence pieces'. */
  private static final String SPACE_MARKS = "ĠĊ▁";

  private final @Nullable String[] terms;
  private final int[] canonical;
  private final boolean folded;
  private final Reading.Fold fold;

  private TermNames(List<@Nullable String> names, Reading.Fold fold) {
    this.fold = fold;
    this.terms = new String[names.size()];
    this.canonical = new int[names.size()];
    Map<String, Integer> first = new HashMap<>();
    boolean anyFolded = false;
    for (int i = 0; i < terms.length; i++) {
      String name = names.get(i);
      String term = name == null ? null : fold(name, fold);
      canonical[i] = i;
      if (term != null && !term.isEmpty() && term.length() <= TokenVector.TOKEN_LENGTH_MAX) {
        terms[i] = term;
        Integer before = first.putIfAbsent(term, i);
        canonical[i] = before == null ? i : before;
        anyFolded |= before != null;
      }
    }
    this.folded = anyFolded;
  }

  /**
   * Names the output's numbers.
   *
   * @param wanted what the configuration says
   * @param tokenizer the model's
   * @param file the vocabulary file's path and content, or null for the tokenizer's vocabulary
   * @param keepSpecial whether special tokens may be terms
   */
  static TermNames of(
      Reading.Vocabulary wanted,
      ModelTokenizer tokenizer,
      @Nullable NamedContent file,
      boolean keepSpecial) {
    List<@Nullable String> names =
        new ArrayList<>(file == null ? tokenizer.vocabulary() : read(file));
    LongPredicate special = file == null && !keepSpecial ? tokenizer::isSpecial : id -> false;
    for (int id = 0; id < names.size(); id++) {
      if (special.test(id)) {
        names.set(id, null);
      }
    }
    for (int i = 0; i < wanted.padding(); i++) {
      names.add(null);
    }
    return new TermNames(names, wanted.fold());
  }

  /**
   * A file's content.
   *
   * @param path where it is, for messages
   * @param content its bytes
   */
  record NamedContent(String path, byte[] content) {}

  /** Returns how many numbers the output has, those without a term counted. */
  int size() {
    return terms.length;
  }

  /** Returns the term of a number; null when it has none. */
  @Nullable String term(int index) {
    return terms[index];
  }

  /** Returns whether a number has a term. */
  boolean has(String term) {
    return Arrays.asList(terms).contains(term);
  }

  /** Returns the number whose term this one shares: itself, or the first of the same spelling. */
  int canonical(int index) {
    return canonical[index];
  }

  /** Returns whether some numbers share a term. */
  boolean isFolded() {
    return folded;
  }

  /** Returns a token of a text in the spelling of the terms. */
  String spelling(String token) {
    return fold(token, fold);
  }

  private static String fold(String token, Reading.Fold fold) {
    boolean marked = !token.isEmpty() && SPACE_MARKS.indexOf(token.charAt(0)) >= 0;
    String mark = marked ? token.substring(0, 1) : "";
    String bare = token.substring(mark.length());
    boolean space = fold == Reading.Fold.SPACE || fold == Reading.Fold.CASE_AND_SPACE;
    boolean letters = fold == Reading.Fold.CASE || fold == Reading.Fold.CASE_AND_SPACE;
    // A mark is no letter, though Ġ has a lower case; alone it is a token of its own.
    return (space && !bare.isEmpty() ? "" : mark)
        + (letters ? bare.toLowerCase(Locale.ROOT) : bare);
  }

  private static List<@Nullable String> read(NamedContent file) {
    String text = new String(file.content(), StandardCharsets.UTF_8);
    List<@Nullable String> names =
        text.stripLeading().startsWith("{")
            ? readJson(file)
            : new ArrayList<>(text.lines().toList());
    Map<String, Integer> seen = new HashMap<>();
    for (int id = 0; id < names.size(); id++) {
      String name = names.get(id);
      Integer before = name == null ? null : seen.putIfAbsent(name, id);
      if (before != null) {
        throw new InvalidInputException(
                "term " + id, "'" + name + "', as term " + before, "each term once")
            .at(file.path());
      }
    }
    return names;
  }

  private static List<@Nullable String> readJson(NamedContent file) {
    JsonNode root;
    try {
      root = JSON.readTree(file.content());
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(
              "vocabulary", malformed.getOriginalMessage(), "one JSON object of term to id")
          .at(file.path());
    } catch (IOException e) {
      throw new AssertionError("reads from memory", e);
    }
    int size = root.size();
    @Nullable String[] names = new @Nullable String[size];
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      int id = entry.getValue().asInt(-1);
      if (id < 0 || id >= size || names[id] != null) {
        throw new InvalidInputException(
                "id of term '" + entry.getKey() + "'",
                entry.getValue(),
                "each number from 0 to " + (size - 1) + " once")
            .at(file.path());
      }
      names[id] = entry.getKey();
    }
    return new ArrayList<@Nullable String>(Arrays.asList(names));
  }
}

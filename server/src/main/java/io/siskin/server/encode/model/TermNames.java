package io.siskin.server.encode.model;

import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.vocabulary.Vocabulary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the numbers of an output over a vocabulary are called.
 *
 * <p>Immutable; safe for concurrent use.
 */
final class TermNames {
  /** Marks of a space before a token: byte-level tokenizers', sentence pieces'. */
  private static final String SPACE_MARKS = "ĠĊ▁";

  private final @Nullable String[] terms;
  private final int[] canonical;

  /** By term: the first number that has it. */
  private final Map<String, Integer> numbers = new HashMap<>();

  private final boolean folded;
  private final Reading.Fold fold;

  private TermNames(List<@Nullable String> names, Reading.Fold fold) {
    this.fold = fold;
    this.terms = new String[names.size()];
    this.canonical = new int[names.size()];
    boolean anyFolded = false;
    for (int i = 0; i < terms.length; i++) {
      String name = names.get(i);
      String term = name == null ? null : fold(name, fold);
      canonical[i] = i;
      if (term != null && !term.isEmpty() && term.length() <= TokenVector.TOKEN_LENGTH_MAX) {
        terms[i] = term;
        Integer before = numbers.putIfAbsent(term, i);
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
   * @param vocabulary the terms by number
   * @param keepSpecial whether special tokens may be terms
   */
  static TermNames of(Reading.Vocabulary wanted, Vocabulary vocabulary, boolean keepSpecial) {
    List<@Nullable String> names = new ArrayList<>();
    for (int number = 0; number < vocabulary.size(); number++) {
      boolean named = keepSpecial || !vocabulary.isSpecial(number);
      names.add(named ? vocabulary.term(number) : null);
    }
    for (int i = 0; i < wanted.padding(); i++) {
      names.add(null);
    }
    return new TermNames(names, wanted.fold());
  }

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
    return numbers.containsKey(term);
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
}

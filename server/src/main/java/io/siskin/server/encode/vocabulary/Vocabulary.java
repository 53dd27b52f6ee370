package io.siskin.server.encode.vocabulary;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.file.FileText;
import io.siskin.server.encode.file.JsonFile;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The terms of a vocabulary by number, and which of them are special tokens.
 *
 * <p>Special tokens stand for no text, so that they are terms of no vector: every document and
 * every query has them. Those of a {@code tokenizer.json} are the ones that it marks as special,
 * its token for unknown words, and those that it puts around a text. In the other forms, where
 * nothing marks them, they are told by their usual spellings, for example {@code [CLS]} and {@code
 * </s>}.
 *
 * <p>Immutable; safe for concurrent use.
 */
public final class Vocabulary {
  private static final String ALLOWED =
      "one term per line, one JSON object of term to number, or a tokenizer.json";

  /** The special tokens of BERT, RoBERTa, T5, LLaMA and their descendants. */
  private static final Set<String> USUAL_SPECIAL =
      Set.of(
          "[PAD]",
          "[UNK]",
          "[CLS]",
          "[SEP]",
          "[MASK]",
          "<pad>",
          "<unk>",
          "<s>",
          "</s>",
          "<mask>",
          "<cls>",
          "<sep>",
          "<bos>",
          "<eos>",
          "<|endoftext|>");

  /** Has no term: of a model whose vectors are dense. */
  public static final Vocabulary NONE = ofTerms(List.of());

  private final List<@Nullable String> terms;
  private final BitSet special;
  private final int ownCount;
  private final boolean tokenizer;

  private Vocabulary(
      List<@Nullable String> terms, BitSet special, int ownCount, boolean tokenizer) {
    this.terms = Collections.unmodifiableList(terms);
    this.special = special;
    this.ownCount = ownCount;
    this.tokenizer = tokenizer;
  }

  /**
   * Reads a vocabulary in any of its forms: one term per line, where the first line is number 0;
   * one JSON object of term to number; or a {@code tokenizer.json}.
   *
   * @param file its path, for messages
   * @param content its bytes: UTF-8, with or without a byte order mark
   * @throws InvalidInputException when it is in no such form, is not UTF-8, or a number has no term
   *     or two, with the file and where possible the line
   */
  public static Vocabulary read(String file, byte[] content) {
    String text = FileText.of(file, content);
    if (!text.stripLeading().startsWith("{")) {
      return ofLines(file, FileText.lines(text));
    }
    try {
      JsonNode root = JsonFile.tree(text, "vocabulary", ALLOWED);
      return TokenizerVocabulary.isTokenizer(root) ? ofTokenizer(root) : ofTerms(byNumber(root));
    } catch (InvalidInputException wrong) {
      throw wrong.at(file);
    }
  }

  /**
   * Takes the vocabulary of a tokenizer.
   *
   * @param root the content of a {@code tokenizer.json}
   * @throws InvalidInputException when it has no vocabulary, or a number is out of range
   */
  public static Vocabulary ofTokenizer(JsonNode root) {
    TokenizerVocabulary read = TokenizerVocabulary.read(root);
    return new Vocabulary(read.terms(), read.special(), read.ownCount(), true);
  }

  /**
   * Takes terms whose special tokens have their usual spellings.
   *
   * @param terms by number
   */
  public static Vocabulary ofTerms(List<String> terms) {
    BitSet special = new BitSet();
    for (int number = 0; number < terms.size(); number++) {
      special.set(number, USUAL_SPECIAL.contains(terms.get(number)));
    }
    return new Vocabulary(new ArrayList<>(terms), special, terms.size(), false);
  }

  /**
   * Returns the same terms, of which those are special too that another vocabulary calls special.
   *
   * @param other the vocabulary of the model's tokenizer
   */
  public Vocabulary withSpecialOf(Vocabulary other) {
    Set<String> spellings = new HashSet<>();
    other.special.stream().forEach(number -> spellings.add(String.valueOf(other.term(number))));
    BitSet all = (BitSet) special.clone();
    for (int number = 0; number < terms.size(); number++) {
      if (spellings.contains(String.valueOf(terms.get(number)))) {
        all.set(number);
      }
    }
    return new Vocabulary(terms, all, ownCount, tokenizer);
  }

  /** Returns how many numbers there are, those without a term and special ones counted. */
  public int size() {
    return terms.size();
  }

  /**
   * Returns the term of a number, special or not; null where it has none.
   *
   * @param number 0 to {@link #size} − 1
   */
  public @Nullable String term(int number) {
    return terms.get(number);
  }

  /**
   * Tells whether a number is that of a special token.
   *
   * @param number any number
   */
  public boolean isSpecial(long number) {
    return number >= 0 && number < terms.size() && special.get((int) number);
  }

  /** Returns all terms, special ones left out. */
  public Set<String> terms() {
    Set<String> all = new HashSet<>();
    for (int number = 0; number < terms.size(); number++) {
      String term = terms.get(number);
      if (term != null && !special.get(number)) {
        all.add(term);
      }
    }
    return all;
  }

  /** Tells whether the vocabulary came from a {@code tokenizer.json}, which can cut texts too. */
  public boolean isTokenizer() {
    return tokenizer;
  }

  /**
   * Returns the terms that stand for the vocabulary in a fingerprint: all of it, special ones too,
   * without tokens that were added behind the tokenizer's own.
   */
  public List<String> identity() {
    return terms.subList(0, ownCount).stream().map(String::valueOf).toList();
  }

  private static Vocabulary ofLines(String file, List<String> lines) {
    Map<String, Integer> seen = new HashMap<>();
    for (int number = 0; number < lines.size(); number++) {
      String place = file + ":" + (number + 1);
      if (lines.get(number).isEmpty()) {
        throw new InvalidInputException("line", "empty", "a term: each line has one").at(place);
      }
      Integer before = seen.putIfAbsent(lines.get(number), number);
      if (before != null) {
        throw new InvalidInputException(
                "term", lines.get(number), "each term once, but line " + (before + 1) + " has it")
            .at(place);
      }
    }
    if (lines.isEmpty()) {
      throw new InvalidInputException("vocabulary", "empty", ALLOWED).at(file);
    }
    return ofTerms(lines);
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
      if (entry.getKey().isEmpty()) {
        throw new InvalidInputException("term " + number, "empty", "a text");
      }
      terms[number] = entry.getKey();
    }
    if (terms.length == 0) {
      throw new InvalidInputException("vocabulary", "empty", ALLOWED);
    }
    List<String> all = new ArrayList<>();
    for (String term : terms) {
      all.add(String.valueOf(term));
    }
    return all;
  }
}

package io.siskin.server.app.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntBiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a line of WordNet's {@code data.noun}, {@code data.verb}, {@code data.adj} or {@code
 * data.adv} (the format is its manual page {@code wndb(5)}):
 *
 * <pre>
 * 10079712 18 n 03 entomologist 0 bugologist 0 bug-hunter 0 004 @ … | a zoologist who studies insects
 * offset   file type, number of words in hexadecimal, word and id each, pointers | gloss
 * </pre>
 *
 * <p>A gloss is the definition, then quoted examples after semicolons.
 */
final class SynsetParser {
  private static final int TYPE_FIELD = 2;
  private static final int WORD_COUNT_FIELD = 3;
  private static final int FIRST_WORD_FIELD = 4;
  private static final int HEXADECIMAL = 16;
  private static final String GLOSS_MARK = " | ";
  // Where an adjective may stand, for example "afraid(p)".
  private static final Pattern POSITION = Pattern.compile("\\((a|p|ip)\\)$");
  private static final Pattern EXAMPLE = Pattern.compile("\"([^\"]*)\"?");
  private static final Pattern TRAILING_PUNCTUATION = Pattern.compile("[;:,\\s]+$");

  private final ToIntBiFunction<String, String> senseNumbers;

  /**
   * Makes a parser.
   *
   * @param senseNumbers the number of a sense, by its lemma in lower case and its offset
   */
  SynsetParser(ToIntBiFunction<String, String> senseNumbers) {
    this.senseNumbers = senseNumbers;
  }

  /**
   * Tells whether a line is one of the licence, which stands before the data.
   *
   * @param line the line
   */
  static boolean isLicence(String line) {
    return line.startsWith("  ");
  }

  /**
   * Reads a line.
   *
   * @param line the line
   * @throws IllegalArgumentException when it is not of the format
   */
  Synset parse(String line) {
    int glossMark = line.indexOf(GLOSS_MARK);
    if (glossMark < 0) {
      throw new IllegalArgumentException("a line without a gloss: " + line);
    }
    String[] fields = line.substring(0, glossMark).split(" ");
    int count = Integer.parseInt(fields[WORD_COUNT_FIELD], HEXADECIMAL);
    List<String> words = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      // Each word is followed by an id.
      String word = fields[FIRST_WORD_FIELD + 2 * i];
      words.add(POSITION.matcher(word).replaceFirst("").replace('_', ' '));
    }
    String lemma = words.getFirst().toLowerCase(Locale.ROOT).replace(' ', '_');
    int sense = senseNumbers.applyAsInt(lemma, fields[0]);
    String key = String.format(Locale.ROOT, "%s.%s.%02d", lemma, fields[TYPE_FIELD], sense);
    return withGloss(
        key,
        partOfSpeech(fields[TYPE_FIELD]),
        words,
        line.substring(glossMark + GLOSS_MARK.length()).strip());
  }

  private static String partOfSpeech(String type) {
    return switch (type) {
      case "n" -> "noun";
      case "v" -> "verb";
      // The second stands for adjectives that are near to another one.
      case "a", "s" -> "adjective";
      case "r" -> "adverb";
      default -> throw new IllegalArgumentException("no part of speech: " + type);
    };
  }

  private static Synset withGloss(
      String key, String partOfSpeech, List<String> words, String gloss) {
    int quote = gloss.indexOf('"');
    if (quote <= 0) {
      // A few definitions are a quotation as a whole.
      return new Synset(key, partOfSpeech, words, gloss, List.of());
    }
    List<String> examples = new ArrayList<>();
    Matcher matcher = EXAMPLE.matcher(gloss.substring(quote));
    while (matcher.find()) {
      examples.add(matcher.group(1).strip());
    }
    String definition = TRAILING_PUNCTUATION.matcher(gloss.substring(0, quote)).replaceFirst("");
    return new Synset(key, partOfSpeech, words, definition, examples);
  }
}

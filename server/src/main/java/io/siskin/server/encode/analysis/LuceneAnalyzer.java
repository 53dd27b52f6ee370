package io.siskin.server.encode.analysis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tartarus.snowball.ext.EnglishStemmer;

/**
 * An analyzer made of Lucene's token streams.
 *
 * <p>Lucene keeps one token stream per thread and reuses it, so that a text costs its token strings
 * and little else.
 */
public final class LuceneAnalyzer implements TextAnalyzer {
  /** Where {@link LongTokens#CUT} cuts, in UTF-16 code units: Lucene's own default. */
  public static final int CUT_LENGTH = StandardAnalyzer.DEFAULT_MAX_TOKEN_LENGTH;

  /**
   * The longest token that {@link LongTokens#WHOLE} sees whole, in UTF-16 code units. What is
   * longer comes in pieces of this length. Lucene keeps a buffer of this length per thread and
   * analyzer, so that it must not be much more.
   */
  public static final int WHOLE_LENGTH_MAX = 16_384;

  private static final Logger LOG = LoggerFactory.getLogger(LuceneAnalyzer.class);

  private final Analyzer analyzer;
  private final LongAdder hashedCount = new LongAdder();

  /** What a word is. */
  public enum Words {
    /**
     * A Unicode word (UAX #29). Marks between letters are part of it: {@code self.stream.write}.
     */
    WHOLE,
    /**
     * A part of such a word: between marks, as {@code self}, {@code stream} and {@code write}, and
     * between a small letter and a capital, as {@code camel} and {@code Case}.
     */
    IN_PARTS
  }

  /** What becomes of tokens that are longer than any word. */
  public enum LongTokens {
    /** They are cut into pieces of {@link #CUT_LENGTH}, each a token of its own. */
    CUT,
    /** They stay whole, or a hash stands for the whole, see {@link LongTokenFilter}. */
    WHOLE
  }

  private LuceneAnalyzer(LongTokens longTokens, Source source, UnaryOperator<TokenStream> filters) {
    int lengthMax = longTokens == LongTokens.CUT ? CUT_LENGTH : WHOLE_LENGTH_MAX;
    this.analyzer =
        new Analyzer() {
          @Override
          protected TokenStreamComponents createComponents(String fieldName) {
            Tokenizer tokenizer = source.open(lengthMax);
            TokenStream filtered = filters.apply(tokenizer);
            return new TokenStreamComponents(
                tokenizer,
                longTokens == LongTokens.CUT
                    ? filtered
                    : new LongTokenFilter(filtered, hashedCount));
          }
        };
  }

  /**
   * Returns an analyzer for English: words, lower case, without Lucene's 33 English stop words,
   * stemmed by Snowball's English stemmer (Porter 2).
   *
   * @param words what a word is
   * @param longTokens what becomes of long tokens
   */
  public static LuceneAnalyzer english(Words words, LongTokens longTokens) {
    return new LuceneAnalyzer(
        longTokens,
        LuceneAnalyzer::words,
        tokens ->
            new SnowballFilter(
                new StopFilter(
                    new LowerCaseFilter(parts(words, tokens)),
                    EnglishAnalyzer.ENGLISH_STOP_WORDS_SET),
                new EnglishStemmer()));
  }

  /**
   * Returns an analyzer for any language: words, lower case.
   *
   * @param words what a word is
   * @param longTokens what becomes of long tokens
   */
  public static LuceneAnalyzer standard(Words words, LongTokens longTokens) {
    return new LuceneAnalyzer(
        longTokens, LuceneAnalyzer::words, tokens -> new LowerCaseFilter(parts(words, tokens)));
  }

  /**
   * Returns an analyzer that cuts at white space and changes nothing.
   *
   * @param longTokens what becomes of long tokens
   */
  public static LuceneAnalyzer whitespace(LongTokens longTokens) {
    return new LuceneAnalyzer(longTokens, WhitespaceTokenizer::new, UnaryOperator.identity());
  }

  @Override
  public void analyze(String text, Consumer<? super String> tokens) {
    // Closing readies the thread's stream for its next text, after an exception too.
    try (TokenStream stream = analyzer.tokenStream("", text)) {
      CharTermAttribute term = stream.getAttribute(CharTermAttribute.class);
      stream.reset();
      while (stream.incrementToken()) {
        tokens.accept(term.toString());
      }
      stream.end();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot fail to be read", e);
    }
  }

  /** Returns for how many tokens a hash was given since the analyzer was opened. */
  public long hashedCount() {
    return hashedCount.sum();
  }

  @Override
  public void close() {
    analyzer.close();
    if (hashedCount() > 0) {
      LOG.warn(
          "tokens of more than {} characters: {}; a hash stands for each of them",
          LongTokenFilter.LENGTH_MAX,
          hashedCount());
    }
  }

  private static Tokenizer words(int lengthMax) {
    StandardTokenizer words = new StandardTokenizer();
    words.setMaxTokenLength(lengthMax);
    return words;
  }

  private static TokenStream parts(Words words, TokenStream tokens) {
    return switch (words) {
      case WHOLE -> tokens;
      case IN_PARTS ->
          new WordDelimiterGraphFilter(
              tokens,
              WordDelimiterGraphFilter.GENERATE_WORD_PARTS
                  | WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS
                  | WordDelimiterGraphFilter.SPLIT_ON_CASE_CHANGE
                  | WordDelimiterGraphFilter.STEM_ENGLISH_POSSESSIVE,
              null);
    };
  }

  /** Makes a tokenizer for one thread. */
  @FunctionalInterface
  private interface Source {
    Tokenizer open(int lengthMax);
  }
}

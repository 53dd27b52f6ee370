package io.siskin.server.encode.analysis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.tartarus.snowball.ext.EnglishStemmer;

/**
 * An analyzer made of Lucene's token streams.
 *
 * <p>Lucene keeps one token stream a thread and reuses it, so that a text costs its token strings
 * and little else. Tokens longer than {@link #TOKEN_LENGTH_MAX} characters are cut into pieces of
 * that length, each a token of its own.
 */
public final class LuceneAnalyzer implements TextAnalyzer {
  /** The longest token given, in UTF-16 code units: Lucene's own default. */
  public static final int TOKEN_LENGTH_MAX = StandardAnalyzer.DEFAULT_MAX_TOKEN_LENGTH;

  private final Analyzer analyzer;

  private LuceneAnalyzer(Source source, UnaryOperator<TokenStream> filters) {
    this.analyzer =
        new Analyzer() {
          @Override
          protected TokenStreamComponents createComponents(String fieldName) {
            Tokenizer tokenizer = source.open();
            return new TokenStreamComponents(tokenizer, filters.apply(tokenizer));
          }
        };
  }

  /**
   * Returns an analyzer for English: Unicode words (UAX #29), lower case, without Lucene's 33
   * English stop words, stemmed by Snowball's English stemmer (Porter 2).
   */
  public static LuceneAnalyzer english() {
    return new LuceneAnalyzer(
        LuceneAnalyzer::words,
        words ->
            new SnowballFilter(
                new StopFilter(new LowerCaseFilter(words), EnglishAnalyzer.ENGLISH_STOP_WORDS_SET),
                new EnglishStemmer()));
  }

  /** Returns an analyzer for any language: Unicode words (UAX #29), lower case. */
  public static LuceneAnalyzer standard() {
    return new LuceneAnalyzer(LuceneAnalyzer::words, LowerCaseFilter::new);
  }

  /** Returns an analyzer that cuts at white space and changes nothing. */
  public static LuceneAnalyzer whitespace() {
    return new LuceneAnalyzer(
        () -> new WhitespaceTokenizer(TOKEN_LENGTH_MAX), UnaryOperator.identity());
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

  @Override
  public void close() {
    analyzer.close();
  }

  private static Tokenizer words() {
    StandardTokenizer words = new StandardTokenizer();
    words.setMaxTokenLength(TOKEN_LENGTH_MAX);
    return words;
  }

  /** Makes a tokenizer for one thread. */
  @FunctionalInterface
  private interface Source {
    Tokenizer open();
  }
}

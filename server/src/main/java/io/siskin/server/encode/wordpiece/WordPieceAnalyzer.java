package io.siskin.server.encode.wordpiece;

import ai.djl.huggingface.tokenizers.Encoding;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.analysis.TextAnalyzer;
import io.siskin.server.encode.vocabulary.Vocabulary;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The tokenizer of a published model: word pieces, spelt as in its vocabulary ({@code ##ing}).
 * Works with any {@code tokenizer.json}, whatever its model type.
 *
 * <p>Special tokens are dropped, those that the text itself spells included: a query of {@code
 * [MASK]} has no token. The library is native and tokenises the whole text before it is cut, some
 * 50 ns a character.
 */
public final class WordPieceAnalyzer implements TextAnalyzer {
  /**
   * The library adds special tokens, pads and truncates by default; cutting is done here instead.
   */
  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "padding", "false", "truncation", "false");

  private final NativeTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final int maxTokens;

  private WordPieceAnalyzer(NativeTokenizer tokenizer, Vocabulary vocabulary, int maxTokens) {
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
    this.maxTokens = maxTokens;
  }

  /**
   * Opens a tokenizer, and tries it with words that its vocabulary hardly knows. The first call in
   * a process loads the native library, about 150 ms.
   *
   * @param file where the tokenizer was read from, for messages
   * @param tokenizerJson the content of a {@code tokenizer.json}
   * @param maxTokens how many tokens of a text are kept, unknown and special ones counted, 1 or
   *     more
   * @throws InvalidInputException when the content is no tokenizer, or one that cannot cut every
   *     text
   */
  public static WordPieceAnalyzer open(String file, byte[] tokenizerJson, int maxTokens) {
    TokenizerJson json = TokenizerJson.parse(file, tokenizerJson);
    Vocabulary vocabulary = json.vocabulary();
    return new WordPieceAnalyzer(json.load(OPTIONS, false), vocabulary, maxTokens);
  }

  @Override
  public void analyze(String text, Consumer<? super String> tokens) {
    Encoding encoding = tokenizer.encode(text, false);
    String[] pieces = encoding.getTokens();
    long[] ids = encoding.getIds();
    int kept = Math.min(pieces.length, maxTokens);
    for (int i = 0; i < kept; i++) {
      if (!vocabulary.isSpecial(ids[i])) {
        tokens.accept(pieces[i]);
      }
    }
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}

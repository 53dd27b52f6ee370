package io.siskin.server.encode.wordpiece;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.vocabulary.Vocabulary;
import java.util.Map;

/**
 * The tokenizer of a model, as the model's input wants it: with the special tokens that its
 * template adds, cut to a length.
 *
 * <p>Safe for concurrent use. The library tokenises the whole text before it cuts, some 50 ns a
 * character.
 */
public final class ModelTokenizer implements AutoCloseable {
  private final NativeTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final long padId;

  private ModelTokenizer(NativeTokenizer tokenizer, Vocabulary vocabulary, long padId) {
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
    this.padId = padId;
  }

  /**
   * Opens a tokenizer, and tries it with words that its vocabulary hardly knows.
   *
   * @param file where it was read from, for messages
   * @param content the content of a {@code tokenizer.json}
   * @param maxTokens how many tokens of a text are kept, the special ones that the template adds
   *     counted, 3 or more
   * @throws InvalidInputException when the content is no tokenizer, or one that cannot cut every
   *     text
   */
  public static ModelTokenizer open(String file, byte[] content, int maxTokens) {
    TokenizerJson json = TokenizerJson.parse(file, content);
    String length = Integer.toString(maxTokens);
    Map<String, String> options =
        Map.of(
            "addSpecialTokens",
            "true",
            "padding",
            "false",
            "truncation",
            "true",
            "maxLength",
            length,
            "modelMaxLength",
            length);
    Vocabulary vocabulary = json.vocabulary();
    ModelTokenizer opened = new ModelTokenizer(json.load(options, true), vocabulary, json.padId());
    boolean fits = false;
    try {
      opened.checkCut(maxTokens);
      fits = true;
      return opened;
    } catch (InvalidInputException wrong) {
      throw wrong.at(file);
    } finally {
      if (!fits) {
        opened.close();
      }
    }
  }

  /** The library cuts nothing where the tokens around a text already fill the length. */
  private void checkCut(int maxTokens) {
    String longText = "a ".repeat(maxTokens + 1);
    int length = tokenizer.encode(longText, true).getIds().length;
    if (length > maxTokens) {
      int around = tokenizer.encode("", true).getIds().length;
      throw new InvalidInputException(
          "max_length",
          maxTokens,
          "more than the " + around + " tokens that the tokenizer puts around a text");
    }
  }

  /** Returns the tokens by id, and which of them are special. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Returns the id that fills a shorter text of a batch up. */
  public long padId() {
    return padId;
  }

  /**
   * Tells whether an id stands for no text.
   *
   * @param id a token's id
   */
  public boolean isSpecial(long id) {
    return vocabulary.isSpecial(id);
  }

  /**
   * Cuts a text into tokens.
   *
   * @param text well-formed UTF-16, any length
   * @throws InvalidInputException when the tokenizer fails for the text
   * @throws IllegalStateException when the tokenizer is closed
   */
  public ModelTokens encode(String text) {
    Encoding encoding = tokenizer.encode(text, true);
    long[] ids = encoding.getIds();
    boolean[] special = new boolean[ids.length];
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    int[] words = new int[ids.length];
    CharSpan[] spans = encoding.getCharTokenSpans();
    long[] wordIds = encoding.getWordIds();
    CodePointOffsets offsets = new CodePointOffsets(text);
    for (int i = 0; i < ids.length; i++) {
      special[i] = vocabulary.isSpecial(ids[i]);
      CharSpan span = spans[i];
      starts[i] = span == null ? 0 : offsets.codeUnit(span.getStart());
      ends[i] = span == null ? 0 : offsets.codeUnit(span.getEnd());
      words[i] = special[i] ? -1 : (int) wordIds[i];
    }
    return new ModelTokens(ids, encoding.getTokens(), special, starts, ends, words);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}

package io.siskin.server.encode.wordpiece;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.siskin.index.error.InvalidInputException;
import java.util.Map;

/**
 * The tokenizer of a model that reads two texts in one input. The first text is cut to a length of
 * its own, and the second one to what is left.
 *
 * <p>Safe for concurrent use.
 */
public final class PairTokenizer implements AutoCloseable {
  private static final long SECOND = 1;

  private final NativeTokenizer pairs;
  private final NativeTokenizer firsts;
  private final long padId;

  private PairTokenizer(NativeTokenizer pairs, NativeTokenizer firsts, long padId) {
    this.pairs = pairs;
    this.firsts = firsts;
    this.padId = padId;
  }

  /**
   * Opens a tokenizer.
   *
   * @param file where it was read from, for messages
   * @param content the content of a {@code tokenizer.json}
   * @param maxTokens how many tokens of a pair are kept, special ones counted
   * @param maxFirstTokens how many tokens of the first text are kept, 1 or more
   * @throws InvalidInputException when the content is no tokenizer, or one that cannot cut every
   *     text, or no token of the second text fits
   */
  public static PairTokenizer open(String file, byte[] content, int maxTokens, int maxFirstTokens) {
    TokenizerJson json = TokenizerJson.parse(file, content);
    NativeTokenizer pairs = json.loadForPairs(options("only_second", maxTokens));
    NativeTokenizer firsts = null;
    boolean fits = false;
    try {
      firsts = json.load(options("true", maxFirstTokens), false);
      PairTokenizer opened = new PairTokenizer(pairs, firsts, json.padId());
      opened.checkCut(maxTokens);
      fits = true;
      return opened;
    } catch (InvalidInputException wrong) {
      throw wrong.place() == null ? wrong.at(file) : wrong;
    } finally {
      if (!fits) {
        pairs.close();
        if (firsts != null) {
          firsts.close();
        }
      }
    }
  }

  private static Map<String, String> options(String truncation, int maxTokens) {
    String length = Integer.toString(maxTokens);
    return Map.of(
        "addSpecialTokens", "true",
        "padding", "false",
        "truncation", truncation,
        "maxLength", length,
        "modelMaxLength", length);
  }

  private void checkCut(int maxTokens) {
    String text = "a ".repeat(maxTokens + 1);
    PairTokens tokens = encode(cutFirst(text), text);
    boolean hasSecond = false;
    for (boolean ofSecond : tokens.ofSecond()) {
      hasSecond |= ofSecond;
    }
    if (tokens.length() > maxTokens || !hasSecond) {
      throw new InvalidInputException(
          "max_length",
          maxTokens,
          "more than max_query_length and the tokens that the tokenizer puts around two texts");
    }
  }

  /** Returns the id that fills a shorter pair of a batch up. */
  public long padId() {
    return padId;
  }

  /**
   * Returns the beginning of a first text that is kept.
   *
   * @param first well-formed UTF-16
   */
  public String cutFirst(String first) {
    CharSpan[] spans = firsts.encode(first, false).getCharTokenSpans();
    int end = 0;
    for (CharSpan span : spans) {
      end = span == null ? end : Math.max(end, span.getEnd());
    }
    return first.substring(0, new CodePointOffsets(first).codeUnit(end));
  }

  /**
   * Cuts a pair into tokens.
   *
   * @param first what {@link #cutFirst} gave
   * @param second well-formed UTF-16, any length
   * @throws InvalidInputException when the tokenizer fails for the texts
   * @throws IllegalStateException when the tokenizer is closed
   */
  public PairTokens encode(String first, String second) {
    Encoding encoding = pairs.encodePair(first, second);
    long[] sequences = encoding.getSequenceIds();
    long[] special = encoding.getSpecialTokenMask();
    CharSpan[] spans = encoding.getCharTokenSpans();
    int length = encoding.getIds().length;
    boolean[] ofSecond = new boolean[length];
    int[] starts = new int[length];
    int[] ends = new int[length];
    CodePointOffsets offsets = new CodePointOffsets(second);
    for (int i = 0; i < length; i++) {
      CharSpan span = spans[i];
      ofSecond[i] = sequences[i] == SECOND && special[i] == 0 && span != null;
      if (ofSecond[i]) {
        starts[i] = offsets.codeUnit(span.getStart());
        ends[i] = offsets.codeUnit(span.getEnd());
      }
    }
    return new PairTokens(encoding.getIds(), encoding.getTypeIds(), ofSecond, starts, ends);
  }

  @Override
  public void close() {
    pairs.close();
    firsts.close();
  }
}

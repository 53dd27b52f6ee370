package io.siskin.server.encode.wordpiece;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.NativeLifetime;
import java.util.List;

/**
 * The native tokenizer. Its memory is freed once the calls in progress have returned.
 *
 * <p>Safe for concurrent use.
 */
final class NativeTokenizer implements AutoCloseable {
  /**
   * Texts that hardly any vocabulary knows: scripts that are no longer written, private use, an
   * emblem, a long word, a number with a mark inside. A tokenizer without a token for unknown words
   * fails for some of them. Several kinds are needed, because a normaliser may remove a kind.
   */
  private static final List<String> UNLIKELY =
      List.of(
          "",
          " ",
          "\0\u0007\u200B",
          "\uE000",
          "\uDB80\uDC00",
          "\uD808\uDC00\uD808\uDC01",
          "\uD80C\uDC00",
          "\uA500\uA501",
          "\uD83E\uDDFF",
          "\uFFFD",
          "zq".repeat(5000),
          "zq 1.2 \u00DF\u0149 \u4E02\u2A00");

  private final HuggingFaceTokenizer tokenizer;
  private final String file;
  private final NativeLifetime lifetime;

  private NativeTokenizer(HuggingFaceTokenizer tokenizer, String file) {
    this.tokenizer = tokenizer;
    this.file = file;
    this.lifetime = new NativeLifetime("the tokenizer " + file);
  }

  /**
   * Takes a tokenizer over, and tries it with texts that it hardly knows.
   *
   * @param tokenizer the tokenizer, which this one closes
   * @param file where it was read from, for messages
   * @param addSpecialTokens whether those of the template are added, as in later calls
   * @param asPairs whether later calls are of pairs, with special tokens
   * @throws InvalidInputException when it cannot cut some text; it is closed then
   */
  static NativeTokenizer open(
      HuggingFaceTokenizer tokenizer, String file, boolean addSpecialTokens, boolean asPairs) {
    NativeTokenizer opened = new NativeTokenizer(tokenizer, file);
    boolean tried = false;
    try {
      for (String text : UNLIKELY) {
        opened.tryOut(text, addSpecialTokens, asPairs);
      }
      tried = true;
      return opened;
    } finally {
      if (!tried) {
        opened.close();
      }
    }
  }

  private void tryOut(String text, boolean addSpecialTokens, boolean asPairs) {
    try {
      if (asPairs) {
        cutPair("a", text);
      } else {
        cut(text, addSpecialTokens);
      }
    } catch (NativeFailure failure) {
      throw new InvalidInputException(
              "tokenizer",
              "one that fails for some texts",
              "one that cuts every text, also of words that its vocabulary lacks: model.unk_token"
                  + " (unk_id of Unigram) must name a token of model.vocab. The tokenizer says: "
                  + failure.getMessage())
          .at(file);
    }
  }

  /**
   * Cuts a text into tokens.
   *
   * @param text well-formed UTF-16
   * @param addSpecialTokens whether those of the template are added
   * @throws InvalidInputException when the tokenizer fails for this text
   * @throws IllegalStateException when it is closed
   */
  Encoding encode(String text, boolean addSpecialTokens) {
    try {
      return cut(text, addSpecialTokens);
    } catch (NativeFailure failure) {
      throw new InvalidInputException(
          "text",
          text,
          "a text that the model's tokenizer can cut. The tokenizer says: " + failure.getMessage());
    }
  }

  /**
   * Cuts two texts into tokens of one input, with the special tokens that the template adds.
   *
   * @param first well-formed UTF-16
   * @param second well-formed UTF-16
   * @throws InvalidInputException when the tokenizer fails for them
   * @throws IllegalStateException when it is closed
   */
  Encoding encodePair(String first, String second) {
    try {
      return cutPair(first, second);
    } catch (NativeFailure failure) {
      throw new InvalidInputException(
          "text",
          second,
          "a text that the model's tokenizer can cut. The tokenizer says: " + failure.getMessage());
    }
  }

  @SuppressWarnings("IllegalCatch")
  private Encoding cutPair(String first, String second) throws NativeFailure {
    return lifetime.during(
        () -> {
          try {
            return tokenizer.encode(first, second, true, false);
          } catch (RuntimeException e) { // the library declares nothing narrower
            throw new NativeFailure(e);
          }
        });
  }

  @SuppressWarnings("IllegalCatch")
  private Encoding cut(String text, boolean addSpecialTokens) throws NativeFailure {
    return lifetime.during(
        () -> {
          try {
            return tokenizer.encode(text, addSpecialTokens, false);
          } catch (RuntimeException e) { // the library declares nothing narrower
            throw new NativeFailure(e);
          }
        });
  }

  @Override
  public void close() {
    lifetime.end(tokenizer::close);
  }

  /** The library could not cut a text. */
  private static final class NativeFailure extends Exception {
    private static final long serialVersionUID = 1L;

    NativeFailure(RuntimeException cause) {
      super(cause.getMessage(), cause);
    }
  }
}

package io.siskin.server.retrieve;

import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextEncoding;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a ranking tree that were encoded ahead of the search, see {@link
 * Retriever#encodeAhead}.
 *
 * @param encodings what models made of the texts
 * @param facts how it came about
 */
public record EncodedTexts(Map<Key, TextEncoding> encodings, Facts facts) {
  /**
   * A text as one model was given it.
   *
   * @param fingerprint the model's
   * @param input the text
   */
  public record Key(String fingerprint, EncoderInput input) {}

  /**
   * How texts were encoded ahead of a search.
   *
   * @param encoderName the name of the model; of several models, that of the text that took
   *     longest. Empty when it is not known
   * @param queueNanos how long the text that took longest waited for the encoder
   * @param encodeNanos how long it took to encode it
   * @param batchTexts how many texts were encoded together with it; 0 for a cached encoding
   */
  public record Facts(String encoderName, long queueNanos, long encodeNanos, int batchTexts) {}

  /** Copies the map. */
  public EncodedTexts {
    encodings = Map.copyOf(encodings);
  }

  /**
   * Returns what a model made of a text; null when that was not encoded.
   *
   * @param key the text and the model
   */
  @Nullable TextEncoding find(Key key) {
    return encodings.get(key);
  }
}

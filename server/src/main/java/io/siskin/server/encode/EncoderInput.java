package io.siskin.server.encode;

import io.siskin.index.error.InvalidInputException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One text for a {@link TextModel}.
 *
 * @param text any length, any characters; unpaired surrogates read as U+FFFD
 * @param side which side's prompt is put before it
 * @param chunkEnds for late chunking (Günther et al., 2024): where each chunk ends, in UTF-16 code
 *     units, ascending, the last one the text's length; the text is encoded once and pooled once a
 *     chunk. Empty for one encoding of the whole text
 * @param pair a second text, for a model that reads two in one input; null for others
 * @param ofTokens whether a sparse vector of each token is wanted, instead of one of the text; see
 *     {@link TextModel#tokenVectors}
 */
public record EncoderInput(
    String text, Side side, List<Integer> chunkEnds, @Nullable String pair, boolean ofTokens) {
  /** Checks the order of the chunks. */
  public EncoderInput {
    chunkEnds = List.copyOf(chunkEnds);
    int last = 0;
    for (int end : chunkEnds) {
      if (end <= last || end > text.length()) {
        throw new InvalidInputException(
            "chunk end", end, "ascending from 1 to the text's length, " + text.length());
      }
      last = end;
    }
    if (!chunkEnds.isEmpty() && last != text.length()) {
      throw new InvalidInputException("last chunk end", last, "the text's length " + text.length());
    }
  }

  /**
   * Asks for what a model makes of one text.
   *
   * @param text the text
   * @param side which side's prompt is put before it
   * @param chunkEnds where each chunk ends
   */
  public EncoderInput(String text, Side side, List<Integer> chunkEnds) {
    this(text, side, chunkEnds, null, false);
  }

  /**
   * Asks for what a model makes of two texts in one input.
   *
   * @param query the first text
   * @param document the second text
   */
  public static EncoderInput ofPair(String query, String document) {
    return new EncoderInput(query, Side.DOCUMENT, List.of(), document, false);
  }

  /** Returns the same text, of which a sparse vector of each token is wanted. */
  public EncoderInput byToken() {
    return new EncoderInput(text, side, chunkEnds, pair, true);
  }

  /** Returns how long all text is, in UTF-16 code units. */
  public int lengthCharacters() {
    return text.length() + (pair == null ? 0 : pair.length());
  }

  /**
   * Asks for one encoding of a whole text.
   *
   * @param text the text
   * @param side which side's prompt is put before it
   */
  public EncoderInput(String text, Side side) {
    this(text, side, List.of());
  }
}

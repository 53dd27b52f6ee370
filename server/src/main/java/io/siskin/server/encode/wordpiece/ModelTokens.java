package io.siskin.server.encode.wordpiece;

/**
 * A text as a model reads it: parallel arrays, one element a position. Not to be changed.
 *
 * @param ids token ids, special tokens included
 * @param pieces the tokens as the vocabulary spells them
 * @param special whether the position holds a special token, even if the text wrote it itself
 * @param starts where the token begins in the text, in UTF-16 code units; 0 for special ones that
 *     the tokenizer added
 * @param ends where it ends
 * @param words which word of the text it belongs to, counted from 0; −1 for special ones
 */
public record ModelTokens(
    long[] ids, String[] pieces, boolean[] special, int[] starts, int[] ends, int[] words) {
  /** Returns the number of positions. */
  public int length() {
    return ids.length;
  }
}

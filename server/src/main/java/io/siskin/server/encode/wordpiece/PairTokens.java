package io.siskin.server.encode.wordpiece;

/**
 * Two texts as a model reads them in one input: parallel arrays, one element a position. Not to be
 * changed.
 *
 * @param ids token ids, special tokens included
 * @param typeIds the type of each position, as the template of the tokenizer gives it
 * @param ofSecond whether the position holds a token of the second text
 * @param starts where such a token begins in the second text, in UTF-16 code units
 * @param ends where it ends
 */
public record PairTokens(long[] ids, long[] typeIds, boolean[] ofSecond, int[] starts, int[] ends) {
  /** Returns the number of positions. */
  public int length() {
    return ids.length;
  }
}

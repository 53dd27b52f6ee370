package io.siskin.server.encode;

/**
 * A text as the tokenizer of one {@link TextModel} cut it: what a batch is made of. Each model has
 * an implementation of its own and understands no other's.
 *
 * <p>Immutable.
 */
public interface TokenizedText {
  /**
   * Returns how many tokens the model will read, special ones and the prompt's included: what a
   * batch is padded to.
   */
  int lengthTokens();
}

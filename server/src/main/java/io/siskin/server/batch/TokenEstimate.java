package io.siskin.server.batch;

/**
 * How many tokens a text will have, going by those that were tokenised before.
 *
 * <p>Not safe for concurrent use: the queue's lock guards it.
 */
final class TokenEstimate {
  private static final double TOKENS_PER_CHARACTER_DEFAULT = 0.25;
  private static final double LEARNING_RATE = 0.02;
  private static final int SPECIAL_TOKENS = 2;

  private final int lengthTokensMax;
  private double tokensPerCharacter = TOKENS_PER_CHARACTER_DEFAULT;

  /**
   * Begins with a quarter of a token a character.
   *
   * @param lengthTokensMax where the model cuts texts
   */
  TokenEstimate(int lengthTokensMax) {
    this.lengthTokensMax = lengthTokensMax;
  }

  /** Returns how many tokens so many characters are expected to have, 1 to the model's most. */
  int of(int characters) {
    double tokens = SPECIAL_TOKENS + characters * tokensPerCharacter;
    return (int) Math.clamp(tokens, 1, lengthTokensMax);
  }

  /** Learns from a text how many it had; one that was cut tells nothing. */
  void learn(int characters, int lengthTokens) {
    if (lengthTokens < lengthTokensMax && characters > 0) {
      double ratio = (double) (lengthTokens - SPECIAL_TOKENS) / characters;
      tokensPerCharacter += LEARNING_RATE * (Math.clamp(ratio, 0, 1) - tokensPerCharacter);
    }
  }
}

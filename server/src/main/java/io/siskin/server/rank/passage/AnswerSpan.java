package io.siskin.server.rank.passage;

/**
 * A span of tokens that answers.
 *
 * @param startToken its first token, counted from 0
 * @param endToken its last token
 * @param tokens how many tokens its document has
 * @param denseScore what the vectors of its first and last token give
 * @param documentScore what the score of its document gives
 */
public record AnswerSpan(
    int startToken, int endToken, int tokens, double denseScore, double documentScore) {
  /** Takes a negative zero for the zero that it is. */
  public AnswerSpan {
    denseScore += 0.0;
    documentScore += 0.0;
  }

  /** Returns its score. */
  public double score() {
    return denseScore + documentScore;
  }
}

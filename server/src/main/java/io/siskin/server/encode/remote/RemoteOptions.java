package io.siskin.server.encode.remote;

import io.siskin.index.error.InvalidInputException;
import java.time.Duration;

/**
 * How a remote encoder is asked.
 *
 * @param timeout how long an answer may take when no caller is in more of a hurry, retries counted,
 *     1 ms to an hour
 * @param textCountMax how many texts a request has at most, 1 to 4,096; larger batches are several
 *     requests. Raising it saves round trips, where the other side takes it
 * @param retryCountMax how often a batch is asked for again while the encoder is unavailable, 0 to
 *     10: encoding changes nothing over there, so asking again is safe
 * @param lengthTokensMax the most tokens that the model reads of a text, for the sizes of batches
 * @param queryPrompt what is put before a query
 * @param documentPrompt what is put before a document
 */
public record RemoteOptions(
    Duration timeout,
    int textCountMax,
    int retryCountMax,
    int lengthTokensMax,
    String queryPrompt,
    String documentPrompt) {
  private static final Duration TIMEOUT_MAX = Duration.ofHours(1);
  private static final int RETRY_COUNT_MAX = 10;

  /** The most {@link #textCountMax}. */
  public static final int TEXT_COUNT_MAX = 4_096;

  /**
   * Ten seconds, 32 texts, which is what text-embeddings-inference takes, two retries, 512 tokens,
   * no prompts.
   */
  public static final RemoteOptions DEFAULT =
      new RemoteOptions(Duration.ofSeconds(10), 32, 2, 512, "", "");

  /** Checks the ranges. */
  public RemoteOptions {
    if (timeout.toMillis() < 1 || timeout.compareTo(TIMEOUT_MAX) > 0) {
      throw new InvalidInputException("timeout of the remote encoder", timeout, "1 ms to 1 h");
    }
    if (textCountMax < 1 || textCountMax > TEXT_COUNT_MAX) {
      throw new InvalidInputException(
          "texts per request of the remote encoder", textCountMax, "1 to " + TEXT_COUNT_MAX);
    }
    if (retryCountMax < 0 || retryCountMax > RETRY_COUNT_MAX) {
      throw new InvalidInputException(
          "retries of the remote encoder", retryCountMax, "0 to " + RETRY_COUNT_MAX);
    }
    if (lengthTokensMax < 1) {
      throw new InvalidInputException("tokens of the remote encoder", lengthTokensMax, "1 or more");
    }
  }
}

package io.siskin.server.batch;

import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One text on its way through a {@link TextQueue}, with everybody who waits for it. Its fields are
 * the queue's, read and written under its lock; what is final may be read by anybody.
 */
final class Work {
  /** Where the work is. */
  enum Stage {
    ARRIVED,
    TOKENIZING,
    TOKENIZED,
    INFERRING,
    FINISHED
  }

  final EncoderInput input;
  final List<Waiter> waiters = new ArrayList<>(1);
  Stage stage = Stage.ARRIVED;
  Priority priority;

  /** Its age within its class: the lower, the older. */
  long sequence;

  /** Estimated until the text is tokenised. */
  int lengthTokens;

  /**
   * What its encoding is stored under; null for nowhere. Set by the thread that tokenises it,
   * before it waits for a batch.
   */
  byte @Nullable [] storeKey;

  long tokenizedNanoTime;
  long tokenizeNanos;
  private @Nullable TokenizedText tokens;

  Work(EncoderInput input, Priority priority, long sequence, int lengthTokens) {
    this.input = input;
    this.priority = priority;
    this.sequence = sequence;
    this.lengthTokens = lengthTokens;
  }

  /** Notes what the tokenizer made of the text. */
  void setTokens(TokenizedText made, long nanos, long nanoTime) {
    tokens = made;
    lengthTokens = made.lengthTokens();
    tokenizeNanos = nanos;
    tokenizedNanoTime = nanoTime;
  }

  /** Returns how far the nearest deadline of its waiters is, {@link Long#MAX_VALUE} for none. */
  long remainingNanos() {
    long least = Long.MAX_VALUE;
    for (Waiter waiter : waiters) {
      least = Math.min(least, waiter.remainingNanos());
    }
    return least;
  }

  /** Returns what the tokenizer made of the text; only after that. */
  TokenizedText tokens() {
    return Objects.requireNonNull(tokens, "tokens");
  }
}

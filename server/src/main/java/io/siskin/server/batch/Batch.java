package io.siskin.server.batch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts to be inferred together. Each is itself only, whatever it has in common with others.
 *
 * @param works one or more; none when there was only something to drop
 * @param dropped callers who need no answer any more
 * @param startNanoTime when it was formed
 * @param expectedNanos how long it should take; 0 if unknown
 */
record Batch(
    List<Work> works, List<Waiter.Dropped> dropped, long startNanoTime, long expectedNanos) {
  /** Returns the tokens of the texts. */
  long tokens() {
    return works.stream().mapToLong(work -> work.lengthTokens).sum();
  }

  /** Returns the tokens after padding. */
  long paddedTokens() {
    return paddedTokens(works);
  }

  /** Returns the tokens that texts have together after padding. */
  static long paddedTokens(List<Work> works) {
    return works.stream().mapToLong(work -> work.lengthTokens).max().orElse(0) * works.size();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}

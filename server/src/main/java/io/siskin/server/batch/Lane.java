package io.siskin.server.batch;

import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * What waits in one class: for a tokenizer in the order of arrival, then for a batch. What a thread
 * has in hand is in neither list, but counted all the same until its batch begins.
 *
 * <p>Not safe for concurrent use: the queue's lock guards it.
 */
final class Lane {
  private final LinkedHashSet<Work> arrivals = new LinkedHashSet<>();
  private final LengthBuckets tokenized = new LengthBuckets();
  private long waitingTokens;

  /** Takes in a text that is to be tokenised. */
  void arrive(Work work) {
    arrivals.add(work);
    waitingTokens += work.lengthTokens;
  }

  /** Takes back a text from its tokenizer, its length now being known. */
  void putTokenized(Work work, int lengthBefore) {
    waitingTokens += work.lengthTokens - lengthBefore;
    tokenized.add(work);
  }

  /** Takes in what has waited in another class, at the stage that it has reached. */
  void moveIn(Work work) {
    waitingTokens += work.lengthTokens;
    switch (work.stage) {
      case ARRIVED -> arrivals.add(work);
      case TOKENIZED -> tokenized.add(work);
      default -> {
        // With the tokenizer, which will put it where its class says.
      }
    }
  }

  /** Lets go of a text that has not begun to be inferred, whatever its stage. */
  void moveOut(Work work) {
    waitingTokens -= work.lengthTokens;
    switch (work.stage) {
      case ARRIVED -> arrivals.remove(work);
      case TOKENIZED -> tokenized.remove(work);
      default -> {
        // With a thread, in no list.
      }
    }
  }

  /** Gives the oldest text to a tokenizer; it goes on counting as waiting. */
  Work takeArrival() {
    return arrivals.removeFirst();
  }

  /** Gives the oldest text of at most so many characters to a tokenizer, null for none. */
  @Nullable Work takeArrival(int charactersMax) {
    for (Work work : arrivals) {
      if (work.input.lengthCharacters() <= charactersMax) {
        arrivals.remove(work);
        return work;
      }
    }
    return null;
  }

  /** Tells whether texts wait for a tokenizer. */
  boolean hasArrivals() {
    return !arrivals.isEmpty();
  }

  /** Tells whether texts wait for a batch. */
  boolean hasTokenized() {
    return !tokenized.isEmpty();
  }

  /** Returns the texts that wait for a batch. */
  LengthBuckets tokenized() {
    return tokenized;
  }

  /** Returns how many tokens wait for a batch to begin, in part estimated. */
  long waitingTokens() {
    return waitingTokens;
  }
}

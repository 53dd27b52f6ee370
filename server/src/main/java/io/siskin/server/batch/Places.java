package io.siskin.server.batch;

import io.siskin.index.error.InvalidInputException;
import java.util.EnumMap;
import java.util.Map;

/**
 * The places of a queue: how many texts callers wait for, and how much memory those take. A text
 * has its place from admission to its answer, once for each caller.
 *
 * <p>Not safe for concurrent use: the queue's lock guards it.
 */
final class Places {
  // All open texts together, in UTF-16 code units: 64 MiB of heap.
  private static final long CHARACTERS_MAX = 32L << 20;

  private final int capacity;
  private final Map<Priority, Integer> taken = new EnumMap<>(Priority.class);
  private long characters;

  /**
   * Makes empty places.
   *
   * @param capacity how many there are, 2 or more
   */
  Places(int capacity) {
    this.capacity = capacity;
    for (Priority priority : Priority.values()) {
      taken.put(priority, 0);
    }
  }

  /**
   * Checks that texts could come in together if nobody else were there.
   *
   * @param texts how many
   * @param textCharacters how many UTF-16 code units they have
   * @param priority their class
   * @throws InvalidInputException when there are not so many places
   */
  void checkFits(int texts, long textCharacters, Priority priority) {
    if (texts > capacity(priority) || textCharacters > CHARACTERS_MAX) {
      throw new InvalidInputException(
          "texts",
          texts + " with " + textCharacters + " characters",
          "at most " + capacity(priority) + " with " + CHARACTERS_MAX + " at a time");
    }
  }

  /** Tells whether texts of a class can come in now. */
  boolean haveRoom(int texts, long textCharacters, Priority priority) {
    return all() + texts <= capacity
        && taken(priority) + texts <= capacity(priority)
        && characters + textCharacters <= CHARACTERS_MAX;
  }

  void enter(Waiter waiter) {
    taken.merge(waiter.terms().priority(), 1, Integer::sum);
    characters += waiter.characters();
  }

  void leave(Waiter waiter) {
    taken.merge(waiter.terms().priority(), -1, Integer::sum);
    characters -= waiter.characters();
  }

  /** Returns how many places a class has taken. */
  int taken(Priority priority) {
    return taken.getOrDefault(priority, 0);
  }

  /** Returns how many places are taken. */
  int all() {
    return taken(Priority.INTERACTIVE) + taken(Priority.BULK);
  }

  private int capacity(Priority priority) {
    // Documents may come in any number at once; queries shall find room all the same.
    return priority == Priority.BULK ? capacity / 2 : capacity;
  }
}

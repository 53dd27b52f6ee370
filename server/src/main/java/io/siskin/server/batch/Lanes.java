package io.siskin.server.batch;

import io.siskin.server.encode.QueryEncoder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The classes of texts side by side, and whose turn it is.
 *
 * <p>Not safe for concurrent use: the queue's lock guards it.
 */
final class Lanes {
  // What a tokenizer does in some 50 ms.
  private static final int QUICK_CHARACTERS_MAX = QueryEncoder.TEXT_LENGTH_MAX;

  private final Map<Priority, Lane> byPriority = new EnumMap<>(Priority.class);
  private final Turns arrivalTurns = new Turns();
  private final Turns batchTurns = new Turns();

  /** Makes empty lanes. */
  Lanes() {
    for (Priority priority : Priority.values()) {
      byPriority.put(priority, new Lane());
    }
  }

  Lane of(Priority priority) {
    return Objects.requireNonNull(byPriority.get(priority));
  }

  /** Returns the lane that a text is in. */
  Lane of(Work work) {
    return of(work.priority);
  }

  /** Gives a text to a tokenizer, null for none. */
  @Nullable Work takeArrival() {
    boolean interactiveWaits = of(Priority.INTERACTIVE).hasArrivals();
    boolean bulkWaits = of(Priority.BULK).hasArrivals();
    if (!interactiveWaits && !bulkWaits) {
      return null;
    }
    Priority turn = arrivalTurns.next(interactiveWaits, bulkWaits);
    arrivalTurns.took(turn, bulkWaits);
    return of(turn).takeArrival();
  }

  /** Gives a short interactive text to a tokenizer, null for none. */
  @Nullable Work takeQuickArrival() {
    return of(Priority.INTERACTIVE).takeArrival(QUICK_CHARACTERS_MAX);
  }

  /** Returns the class whose batch is next, null when none can begin. */
  @Nullable Priority nextBatch() {
    boolean interactiveWaits = of(Priority.INTERACTIVE).hasTokenized();
    boolean bulkWaits = of(Priority.BULK).hasTokenized();
    return interactiveWaits || bulkWaits ? batchTurns.next(interactiveWaits, bulkWaits) : null;
  }

  /** Notes that a batch of a class has begun. */
  void beganBatch(Priority turn) {
    batchTurns.took(turn, of(Priority.BULK).hasTokenized());
  }

  /**
   * Lets a bulk text go with the interactive ones, as the youngest of them.
   *
   * @param work a text that has not begun to be inferred
   * @param sequence its new age
   */
  void promote(Work work, long sequence) {
    of(Priority.BULK).moveOut(work);
    work.priority = Priority.INTERACTIVE;
    work.sequence = sequence;
    of(Priority.INTERACTIVE).moveIn(work);
  }

  /**
   * Returns what is ahead of new texts.
   *
   * @param openTexts how many texts wait or are in flight
   */
  Admission.Load load(int openTexts) {
    return new Admission.Load(
        of(Priority.INTERACTIVE).waitingTokens(), of(Priority.BULK).waitingTokens(), openTexts);
  }
}

package io.siskin.server.batch;

/**
 * Whose turn it is: the interactive texts', but while both classes wait, one turn in eight is that
 * of the bulk texts.
 *
 * <p>Not safe for concurrent use: the queue's lock guards it.
 */
final class Turns {
  /** While bulk texts wait, one turn in so many is theirs. */
  static final int BULK_TURN = 8;

  private int interactiveInRow;

  /**
   * Returns the class whose turn it is; says nothing about what will be taken.
   *
   * @param interactiveWaits whether interactive texts wait
   * @param bulkWaits whether bulk texts wait; one of the classes has to
   */
  Priority next(boolean interactiveWaits, boolean bulkWaits) {
    boolean bulk = bulkWaits && (!interactiveWaits || interactiveInRow >= BULK_TURN - 1);
    return bulk ? Priority.BULK : Priority.INTERACTIVE;
  }

  /**
   * Notes a turn.
   *
   * @param taken the class that had it
   * @param bulkWaits whether bulk texts waited meanwhile
   */
  void took(Priority taken, boolean bulkWaits) {
    interactiveInRow = taken == Priority.BULK || !bulkWaits ? 0 : interactiveInRow + 1;
  }
}

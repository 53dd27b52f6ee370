package io.siskin.index.store;

/** What stands under the names of files that were mapped. Damage is an exception and no state. */
public enum FileState {
  /** The files that were mapped, as they were. */
  SAME,
  /**
   * The files that were mapped, of the same lengths, but somebody has written to one: only reading
   * it tells whether it is damaged.
   */
  WRITTEN,
  /** Nothing: a file was removed. What was mapped stays readable, but cannot be verified. */
  GONE,
  /** Another file: it was put there after the mapping, which stays that of the old one. */
  EXCHANGED;

  /**
   * Returns what holds for two files together: the one of both states that says less good.
   *
   * @param other the state of the other file
   */
  public FileState and(FileState other) {
    return compareTo(other) >= 0 ? this : other;
  }
}

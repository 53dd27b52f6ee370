package io.siskin.server.write;

import java.util.List;

/** A collection has no snapshot of a name. */
public final class SnapshotNotFoundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String snapshot;

  /**
   * Creates the error.
   *
   * @param collection the collection
   * @param snapshot the name that was asked for
   * @param names the names that there are
   */
  public SnapshotNotFoundException(String collection, String snapshot, List<String> names) {
    super(
        "collection '"
            + collection
            + "' has no snapshot '"
            + snapshot
            + "'"
            + (names.isEmpty() ? "" : "; it has: " + String.join(", ", names)));
    this.snapshot = snapshot;
  }

  /** Returns the name that was asked for. */
  public String snapshot() {
    return snapshot;
  }
}

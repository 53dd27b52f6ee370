package io.siskin.server.counters;

/**
 * What was written to one collection, and what its writer holds now.
 *
 * @param documents what became of documents
 * @param rejections the requests that were refused with RESOURCE_EXHAUSTED
 * @param loggedBytes the bytes that were appended to the log
 * @param forces how long the forces of the log took
 * @param seals the growing segments that were built into files
 * @param merges the segments that were built of others
 * @param writerFailures how often a writer has ended because it failed
 * @param state what the writer holds now
 */
public record WriteCounts(
    Documents documents,
    Rejections rejections,
    long loggedBytes,
    DurationHistogram.Counts forces,
    Builds seals,
    Builds merges,
    long writerFailures,
    State state) {
  /** Nothing was written, and there is no writer. */
  public static final WriteCounts NONE = new WriteTotals().counts(State.CLOSED);

  /**
   * What became of documents.
   *
   * @param written those that were created or replaced
   * @param updated those whose fields were changed
   * @param deleted those that were deleted
   * @param refused documents and changes of fields that were found invalid
   */
  public record Documents(long written, long updated, long deleted, long refused) {}

  /**
   * Requests that were refused with RESOURCE_EXHAUSTED, by what was full.
   *
   * @param queueFull too many writes waited
   * @param memoryFull the documents that are not in files took too much memory
   * @param diskFull the disk of the log was full
   */
  public record Rejections(long queueFull, long memoryFull, long diskFull) {}

  /**
   * Builds of segments of one kind.
   *
   * @param durations how long those took that ended well
   * @param failures how many have failed
   * @param writtenBytes the length of the files that were made
   * @param waiting how many wait for the thread of all builds, now
   * @param running how many are under way, now: 0 or 1
   */
  public record Builds(
      DurationHistogram.Counts durations,
      long failures,
      long writtenBytes,
      long waiting,
      long running) {}

  /**
   * What a writer holds.
   *
   * @param waitingBytes about how many bytes of heap the writes take that wait
   * @param waitingBytesMax how many they may take; 0 without a writer
   * @param growingDocuments documents that are in no file, deleted ones included
   * @param growingBytes the bytes that these take, outside of the heap and on it
   * @param frozenSegments the growing segments that wait to be built into files
   * @param logBytes the bytes of the disk that the log takes
   */
  public record State(
      long waitingBytes,
      long waitingBytesMax,
      long growingDocuments,
      long growingBytes,
      long frozenSegments,
      long logBytes) {
    /** There is no writer. */
    public static final State CLOSED = new State(0, 0, 0, 0, 0, 0);
  }
}

package io.siskin.server.counters;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what was written to one collection since the process started, or since the collection was
 * created. It outlives the collection's writers. Safe for concurrent use.
 */
public final class WriteTotals {
  private final LongAdder written = new LongAdder();
  private final LongAdder updated = new LongAdder();
  private final LongAdder deleted = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder queueFull = new LongAdder();
  private final LongAdder memoryFull = new LongAdder();
  private final LongAdder diskFull = new LongAdder();
  private final LongAdder loggedBytes = new LongAdder();
  private final DurationHistogram forces = new DurationHistogram();
  private final Builds seals = new Builds();
  private final Builds merges = new Builds();
  private final LongAdder writerFailures = new LongAdder();

  /** Creates zeros. */
  public WriteTotals() {}

  /** Counts the builds of segments of one kind. Safe for concurrent use. */
  public static final class Builds {
    private final DurationHistogram durations = new DurationHistogram();
    private final LongAdder failures = new LongAdder();
    private final LongAdder writtenBytes = new LongAdder();
    private final LongAdder waiting = new LongAdder();
    private final LongAdder running = new LongAdder();

    private Builds() {}

    /** Counts a build that waits for its thread; {@link #began} follows. */
    public void queued() {
      waiting.increment();
    }

    /** Counts a build that has got its thread; {@link #ended} follows. */
    public void began() {
      running.increment();
      waiting.decrement();
    }

    /** Counts a build that is over, however it ended. */
    public void ended() {
      running.decrement();
    }

    /**
     * Counts a build that has ended well.
     *
     * @param nanos how long it took, in nanoseconds
     * @param lengthBytes the length of the files that it has made
     */
    public void finished(long nanos, long lengthBytes) {
      durations.add(nanos);
      writtenBytes.add(lengthBytes);
    }

    /** Counts a build that has failed and is tried again. */
    public void failed() {
      failures.increment();
    }

    private WriteCounts.Builds counts() {
      return new WriteCounts.Builds(
          durations.counts(), failures.sum(), writtenBytes.sum(), waiting.sum(), running.sum());
    }
  }

  /** Counts a document that was created or replaced. */
  public void written() {
    written.increment();
  }

  /** Counts a document whose fields were changed. */
  public void updated() {
    updated.increment();
  }

  /**
   * Counts documents that were deleted.
   *
   * @param documents how many
   */
  public void deleted(long documents) {
    deleted.add(documents);
  }

  /** Counts a document or a change of fields that was found invalid. */
  public void refused() {
    refused.increment();
  }

  /** Counts a request that was refused because too many writes wait. */
  public void queueFull() {
    queueFull.increment();
  }

  /** Counts a request that was refused because the documents in memory take too much of it. */
  public void memoryFull() {
    memoryFull.increment();
  }

  /** Counts a request that was refused because the disk of the log is full. */
  public void diskFull() {
    diskFull.increment();
  }

  /**
   * Counts a frame that was appended to the log.
   *
   * @param bytes its length, with what surrounds its content
   */
  public void logged(long bytes) {
    loggedBytes.add(bytes);
  }

  /**
   * Counts a force of the log.
   *
   * @param nanos how long it took, in nanoseconds
   */
  public void forced(long nanos) {
    forces.add(nanos);
  }

  /** Counts a writer that has ended because it failed. */
  public void writerFailed() {
    writerFailures.increment();
  }

  /** Returns where the seals of growing segments are counted. */
  public Builds seals() {
    return seals;
  }

  /** Returns where the merges of segments are counted. */
  public Builds merges() {
    return merges;
  }

  /**
   * Returns what was counted so far.
   *
   * @param state what the writer holds now
   */
  public WriteCounts counts(WriteCounts.State state) {
    return new WriteCounts(
        new WriteCounts.Documents(written.sum(), updated.sum(), deleted.sum(), refused.sum()),
        new WriteCounts.Rejections(queueFull.sum(), memoryFull.sum(), diskFull.sum()),
        loggedBytes.sum(),
        forces.counts(),
        seals.counts(),
        merges.counts(),
        writerFailures.sum(),
        state);
  }
}

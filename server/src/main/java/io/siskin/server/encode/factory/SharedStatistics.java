package io.siskin.server.encode.factory;

/**
 * The statistics of a collection that changes, for encoders that outlive its snapshots.
 *
 * <p>Within {@link #in} they are those of one snapshot, so that a query is encoded by the same
 * documents that are searched. Elsewhere they are those of the newest one.
 *
 * <p>Safe for concurrent use.
 */
public final class SharedStatistics implements TermStatistics {
  private final ScopedValue<TermStatistics> scoped = ScopedValue.newInstance();
  private volatile TermStatistics newest = TermStatistics.EMPTY;

  /**
   * Sets what holds from now on.
   *
   * @param statistics those of the newest snapshot
   */
  public void set(TermStatistics statistics) {
    newest = statistics;
  }

  /**
   * Does work by the statistics of one snapshot.
   *
   * @param statistics those of the snapshot
   * @param work what to do, on the calling thread
   * @return what the work returns
   */
  public <T> T in(TermStatistics statistics, ScopedValue.CallableOp<T, RuntimeException> work) {
    return ScopedValue.where(scoped, statistics).call(work);
  }

  private TermStatistics current() {
    return scoped.isBound() ? scoped.get() : newest;
  }

  @Override
  public long documentCount() {
    return current().documentCount();
  }

  @Override
  public long documentFrequency(String token) {
    return current().documentFrequency(token);
  }
}

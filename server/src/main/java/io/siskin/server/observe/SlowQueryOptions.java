package io.siskin.server.observe;

import io.siskin.index.error.Ranges;

/**
 * Which searches are slow, and how many of them are remembered. Immutable.
 *
 * @param limitMillis searches that take longer are slow, 0 to 3,600,000 ms; 0 for none. Lowering it
 *     fills the memory sooner. Default: 200
 * @param countMax how many slow searches are remembered, 1 to 10,000. Default: 1,000
 * @param sizeBytesMax how many bytes they may take, 65,536 or more. Default: 8 MiB
 * @param queries whether they are remembered with their queries. Default: true, since they are in
 *     memory only, and only callers who may read a collection see them
 */
public record SlowQueryOptions(long limitMillis, int countMax, int sizeBytesMax, boolean queries) {
  /** What holds where nothing is said. */
  public static final SlowQueryOptions DEFAULTS = new SlowQueryOptions(200, 1_000, 8 << 20, true);

  private static final long LIMIT_MILLIS_MAX = 3_600_000;
  private static final int COUNT_MAX = 10_000;
  private static final int SIZE_BYTES_MIN = 1 << 16;

  /**
   * Checks the ranges.
   *
   * @throws io.siskin.index.error.InvalidInputException when one is left
   */
  public SlowQueryOptions {
    Ranges.check("slow_queries.limit_millis", limitMillis, 0, LIMIT_MILLIS_MAX);
    Ranges.check("slow_queries.count_max", countMax, 1, COUNT_MAX);
    Ranges.check("slow_queries.mib_max in bytes", sizeBytesMax, SIZE_BYTES_MIN, Integer.MAX_VALUE);
  }

  /**
   * Returns the same with another limit.
   *
   * @param millis searches that take longer are slow; 0 for none
   */
  public SlowQueryOptions withLimitMillis(long millis) {
    return new SlowQueryOptions(millis, countMax, sizeBytesMax, queries);
  }
}

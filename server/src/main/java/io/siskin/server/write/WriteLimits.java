package io.siskin.server.write;

import io.siskin.index.error.Ranges;
import java.util.concurrent.TimeUnit;

/**
 * How much memory and time the writes of one collection may take.
 *
 * @param queueBytesMax about how many bytes of heap writes may take that wait, 1 or more
 * @param growingDocumentsMax after how many documents a growing segment is sealed, 1 to 32,768
 * @param growingBytesMax after how many bytes it is sealed, 1 or more: off the heap, and about how
 *     many on the heap for declared fields. While so much is being sealed already, writes wait, and
 *     are refused when the queue is full
 * @param growingAgeNanosMax how long after its first document it is sealed, in nanoseconds
 * @param idleNanosMax how long after its last write a collection is given back to other processes,
 *     in nanoseconds
 */
public record WriteLimits(
    long queueBytesMax,
    int growingDocumentsMax,
    long growingBytesMax,
    long growingAgeNanosMax,
    long idleNanosMax) {
  /** 64 MiB of waiting writes; 32,768 documents, 256 MiB or ten minutes; 30 seconds. */
  public static final WriteLimits DEFAULTS =
      new WriteLimits(
          64 << 20, 32_768, 256 << 20, TimeUnit.MINUTES.toNanos(10), TimeUnit.SECONDS.toNanos(30));

  /** How many frozen segments may wait to be sealed before writes wait. */
  static final int FROZEN_MAX = 2;

  /** Checks the ranges. */
  public WriteLimits {
    Ranges.check("bytes of waiting writes", queueBytesMax, 1, Long.MAX_VALUE);
    Ranges.check("documents of a growing segment", growingDocumentsMax, 1, 32_768);
    Ranges.check("bytes of a growing segment", growingBytesMax, 1, Long.MAX_VALUE);
  }

  /** Returns when growing segments are frozen. */
  CollectionParts.GrowthLimits growth() {
    return new CollectionParts.GrowthLimits(growingBytesMax, growingAgeNanosMax, FROZEN_MAX);
  }
}

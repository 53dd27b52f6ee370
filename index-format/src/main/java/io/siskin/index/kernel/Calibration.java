package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Times two implementations of a kernel on made-up data, in turns for a tenth of a second, and
 * keeps the one whose best round is the faster one: other work on the machine can only add to a
 * round.
 */
final class Calibration {
  private static final int RECORDS = 256;
  private static final int POSTINGS = 120;
  private static final int PASSES = 20;
  // Long enough for the compiler to be done with both.
  private static final long BUDGET_NANOS = 120_000_000;

  private Calibration() {}

  /** Returns the implementation whose best round is the faster one. */
  static Supplier<ForwardKernel> faster(
      Supplier<ForwardKernel> first, Supplier<ForwardKernel> second) {
    ForwardKernel firstKernel = first.get();
    ForwardKernel secondKernel = second.get();
    Random random = new Random(1);
    int recordLength = 3 * POSTINGS;
    // Off the heap, as mapped records are: heap memory would teach the compiled kernels a second
    // kind of access.
    MemorySegment records =
        MemorySegment.ofBuffer(ByteBuffer.allocateDirect(RECORDS * recordLength + 64));
    for (int record = 0; record < RECORDS; record++) {
      for (int i = 0; i < POSTINGS; i++) {
        // Skewed as term numbers are: most of them are small.
        int term = (int) (30_000 * Math.pow(random.nextDouble(), 3));
        records.set(FileLayout.U16, (long) record * recordLength + 2L * i, (short) term);
        records.set(
            FileLayout.U8,
            (long) record * recordLength + 2L * POSTINGS + i,
            (byte) random.nextInt(256));
      }
    }
    int[] page = new int[ForwardKernel.PAGE_LENGTH];
    long firstNanos = Long.MAX_VALUE;
    long secondNanos = Long.MAX_VALUE;
    long start = System.nanoTime();
    while (System.nanoTime() - start < BUDGET_NANOS) {
      firstNanos = Math.min(firstNanos, time(firstKernel, records, recordLength, page));
      secondNanos = Math.min(secondNanos, time(secondKernel, records, recordLength, page));
    }
    return firstNanos <= secondNanos ? first : second;
  }

  private static long time(
      ForwardKernel kernel, MemorySegment records, int recordLength, int[] page) {
    long start = System.nanoTime();
    int sum = 0;
    for (int pass = 0; pass < PASSES; pass++) {
      for (int record = 0; record < RECORDS; record++) {
        long terms = (long) record * recordLength;
        sum += kernel.dot(records, terms, terms + 2L * POSTINGS, POSTINGS, page);
      }
    }
    long nanos = System.nanoTime() - start;
    return sum == 1 ? nanos + 1 : nanos;
  }
}

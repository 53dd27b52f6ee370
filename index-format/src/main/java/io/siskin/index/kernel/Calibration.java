package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Times two implementations of a kernel on made-up data for some milliseconds and keeps the faster
 * one.
 */
final class Calibration {
  private static final int RECORDS = 256;
  private static final int POSTINGS = 120;
  private static final int ROUNDS = 7;
  private static final int PASSES = 40;

  private Calibration() {}

  /** Returns the implementation whose best round is the faster one. */
  static Supplier<ForwardKernel> faster(
      Supplier<ForwardKernel> first, Supplier<ForwardKernel> second) {
    ForwardKernel firstKernel = first.get();
    ForwardKernel secondKernel = second.get();
    Random random = new Random(1);
    int recordLength = 3 * POSTINGS;
    MemorySegment records = MemorySegment.ofArray(new byte[RECORDS * recordLength + 64]);
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
    for (int round = 0; round < ROUNDS; round++) {
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

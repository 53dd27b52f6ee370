package io.siskin.loadtest.bench;

import io.siskin.index.format.FileLayout;
import io.siskin.index.kernel.ForwardKernel;
import io.siskin.index.kernel.KernelProvider;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the forward dot product in nanoseconds per document. A document has 104 postings, which
 * is the mean of real SPLADE passages. The records fit the cache ({@code hot}) or are spread over
 * 192 MiB ({@code cold}).
 *
 * <p>Memory latency bounds the cold case. A record of 320 bytes has 5 to 6 cache lines.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ForwardKernelBenchmark {
  private static final int POSTINGS = 104;
  private static final int RECORD_LENGTH = 320;
  private static final int DOCUMENTS_PER_CALL = 64;
  private static final int TERMS = 30_000;

  /** Which implementation. */
  @Param({"scalar", "panama"})
  public String kernel = "scalar";

  /** The number of records. 64 records stay in the first-level cache, and 600,000 take 192 MiB. */
  @Param({"64", "600000"})
  public int records;

  private ForwardKernel forward = KernelProvider.of(false).newForwardKernel();
  private MemorySegment memory = MemorySegment.NULL;
  private final int[] page = new int[ForwardKernel.PAGE_LENGTH];
  private final Random random = new Random(1);

  /** Draws the records. Their term numbers are skewed in the way of document frequencies. */
  @Setup
  public void draw() {
    forward = KernelProvider.of(kernel.equals("panama")).newForwardKernel();
    memory = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(records * RECORD_LENGTH + 64));
    for (long record = 0; record < records; record++) {
      for (int i = 0; i < POSTINGS; i++) {
        int term = (int) (TERMS * Math.pow(random.nextDouble(), 3));
        memory.set(FileLayout.U16, record * RECORD_LENGTH + 2L * i, (short) term);
        memory.set(
            FileLayout.U8, record * RECORD_LENGTH + 2L * POSTINGS + i, (byte) random.nextInt(256));
      }
    }
    for (int i = 0; i < 20; i++) {
      page[random.nextInt(TERMS)] = 1 + random.nextInt(100_000);
    }
  }

  /** Scores 64 random documents. The result is the time per document. */
  @Benchmark
  @OperationsPerInvocation(DOCUMENTS_PER_CALL)
  public int documents() {
    int sum = 0;
    for (int i = 0; i < DOCUMENTS_PER_CALL; i++) {
      long terms = (long) random.nextInt(records) * RECORD_LENGTH;
      sum += forward.dot(memory, terms, terms + 2L * POSTINGS, POSTINGS, page);
    }
    return sum;
  }

  /**
   * Scores the same documents with refined weights. The residuals are in the same memory, at the
   * same distances as in a segment.
   */
  @Benchmark
  @OperationsPerInvocation(DOCUMENTS_PER_CALL)
  public long refinedDocuments() {
    long sum = 0;
    for (int i = 0; i < DOCUMENTS_PER_CALL; i++) {
      long terms = (long) random.nextInt(records) * RECORD_LENGTH;
      long impacts = terms + 2L * POSTINGS;
      sum += forward.refinedDot(memory, terms, impacts, memory, terms / 3, POSTINGS, page);
    }
    return sum;
  }
}

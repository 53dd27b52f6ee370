package io.siskin.loadtest.bench;

import io.siskin.index.format.FileLayout;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.kernel.SummaryKernel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the summary kernel of the clustered mode, for one list of 1,000 posting blocks.
 *
 * <p>A dense row has one byte per block. Its bound is the time to read 1 kB, which is about 10 ns
 * from the first-level cache. A sparse row is added one entry at a time, at about one nanosecond
 * per entry.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SummaryKernelBenchmark {
  private static final int BLOCKS = 1000;
  private static final int ENTRIES = 200;

  /** Which implementation. */
  @Param({"scalar", "panama"})
  public String kernel = "scalar";

  private SummaryKernel summaries = KernelProvider.of(false).summaryKernel();
  private MemorySegment lists = MemorySegment.NULL;
  private final int[] sums = new int[BLOCKS + 64];
  private final int[] selected = new int[BLOCKS + 64];

  /** Draws a dense row, followed by a sparse row. */
  @Setup
  public void draw() {
    summaries = KernelProvider.of(kernel.equals("panama")).summaryKernel();
    Random random = new Random(1);
    lists = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(BLOCKS + 3 * ENTRIES + 64));
    for (int i = 0; i < BLOCKS; i++) {
      lists.set(FileLayout.U8, i, (byte) random.nextInt(256));
    }
    for (int i = 0; i < ENTRIES; i++) {
      lists.set(FileLayout.U16, BLOCKS + 2L * i, (short) (i * BLOCKS / ENTRIES));
      lists.set(FileLayout.U8, BLOCKS + 2L * ENTRIES + i, (byte) random.nextInt(256));
    }
  }

  /** Adds a dense row. */
  @Benchmark
  public int dense() {
    summaries.addDense(lists, 0, BLOCKS, 3, sums);
    return sums[1];
  }

  /** Adds a sparse row of 200 entries. */
  @Benchmark
  public int sparse() {
    summaries.addSparse(lists, BLOCKS, ENTRIES, 2, 3, sums);
    return sums[1];
  }

  /** Selects the blocks of the upper half. */
  @Benchmark
  public int select() {
    return summaries.selectAtLeast(sums, BLOCKS, sums[BLOCKS / 2], selected);
  }
}

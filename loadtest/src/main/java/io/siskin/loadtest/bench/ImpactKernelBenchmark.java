package io.siskin.loadtest.bench;

import io.siskin.index.format.FileLayout;
import io.siskin.index.kernel.ImpactKernel;
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
 * Measures the impact kernel of the score-at-a-time mode, for one window of 65,536 documents.
 *
 * <p>Adding a posting reads 3 consecutive bytes and changes one sum somewhere in 64 KiB. The sums
 * are too large for the first-level cache, but fit the second-level cache well. With one store per
 * cycle, the bound is about 0.3 ns per posting. If nothing overlapped, the latency of the second
 * level would make it 4 ns.
 *
 * <p>Collecting reads and writes 64 KiB each. This is 128 KiB of traffic with the second level,
 * which takes about 1.3 µs per window at 32 bytes per cycle. Each found document adds one or two
 * nanoseconds, so a low floor takes several times as long. Each call clears the sums, so they are
 * copied in before. {@link #copied} measures the copy alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ImpactKernelBenchmark {
  private static final int WINDOW = 1 << 16;
  private static final int POSTINGS = 8192;
  private static final int SCAN = 4096;

  /** The weight of the term. It is so small that an impact adds 0 or 1. */
  private static final int WEIGHT = 200;

  /** Which implementation. */
  @Param({"scalar", "panama"})
  public String kernel = "scalar";

  private ImpactKernel impacts = KernelProvider.of(false).impactKernel();
  private MemorySegment postings = MemorySegment.NULL;
  private final byte[] sums = new byte[WINDOW];
  private final byte[] drawn = new byte[WINDOW];
  private final int[] found = new int[SCAN];

  /**
   * Draws the postings of a window in random order of documents. It also draws sums, of which few
   * are large.
   */
  @Setup
  public void draw() {
    impacts = KernelProvider.of(kernel.equals("panama")).impactKernel();
    Random random = new Random(1);
    postings = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(3 * POSTINGS + 64));
    for (int i = 0; i < POSTINGS; i++) {
      postings.set(FileLayout.U16, 2L * i, (short) random.nextInt(WINDOW));
      postings.set(FileLayout.U8, 2L * POSTINGS + i, (byte) (1 + random.nextInt(255)));
    }
    for (int i = 0; i < WINDOW; i++) {
      drawn[i] = (byte) Math.min(255, (int) (20 * -Math.log(1 - random.nextDouble())));
    }
  }

  /** Adds the postings of a list. The result is in nanoseconds per posting. */
  @Benchmark
  @OperationsPerInvocation(POSTINGS)
  public int add() {
    impacts.add(postings, 0, 2L * POSTINGS, POSTINGS, WEIGHT, sums);
    return sums[1];
  }

  /** Copies in the sums of a window. The next two benchmarks do this before they collect. */
  @Benchmark
  public int copied() {
    System.arraycopy(drawn, 0, sums, 0, WINDOW);
    return sums[1];
  }

  /** Collects a window at a floor that about one sum in 3,000 reaches. */
  @Benchmark
  public int collectFew() {
    return collect(160);
  }

  /** Collects a window at a floor that about one sum in 20 reaches. */
  @Benchmark
  public int collectMany() {
    return collect(60);
  }

  private int collect(int floor) {
    System.arraycopy(drawn, 0, sums, 0, WINDOW);
    int count = 0;
    for (int from = 0; from < WINDOW; from += SCAN) {
      count += impacts.collect(sums, from, SCAN, floor, found);
    }
    return count;
  }
}

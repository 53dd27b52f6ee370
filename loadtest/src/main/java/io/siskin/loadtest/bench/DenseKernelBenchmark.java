package io.siskin.loadtest.bench;

import io.siskin.index.format.FileLayout;
import io.siskin.index.kernel.DenseKernel;
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
 * Measures the inner product with a dense vector of 384 dimensions in nanoseconds per vector. The
 * rows are read one after another, as a scan reads them. They fit the cache (64 rows) or are spread
 * over up to 900 MiB.
 *
 * <p>A row has 1,536 bytes as f32, 768 as f16 and 384 as int8, so the bytes per second are these
 * divided by the time. The bound of rows that are not in the cache is what {@link #read} reaches,
 * which only adds up the words of rows of f32.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DenseKernelBenchmark {
  private static final int DIMENSIONS = 384;
  private static final int ROWS_PER_CALL = 64;
  private static final int PADDING = 64;

  /** Which implementation. */
  @Param({"scalar", "panama"})
  public String kernel = "scalar";

  /** The number of rows. */
  @Param({"64", "600000"})
  public int records;

  private DenseKernel dense = KernelProvider.of(false).newDenseKernel();
  private MemorySegment memory = MemorySegment.NULL;
  private final float[] query = new float[DIMENSIONS];
  private final int[] levels = new int[DIMENSIONS];
  private int next;

  /** Draws the rows. Every byte of a row is a small number in all three storages. */
  @Setup
  public void draw() {
    Random random = new Random(1);
    dense = KernelProvider.of(kernel.equals("panama")).newDenseKernel();
    long rowBytes = (long) Float.BYTES * DIMENSIONS;
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Math.toIntExact(rowBytes * records + 2L * PADDING));
    MemorySegment whole = MemorySegment.ofBuffer(buffer);
    memory = whole.asSlice(-whole.address() & (PADDING - 1));
    for (long at = 0; at < rowBytes * records; at += Float.BYTES) {
      // As two half-precision numbers, both are near 1.
      memory.set(FileLayout.U32, at, 0x3C003C00 | random.nextInt(512));
    }
    for (int i = 0; i < DIMENSIONS; i++) {
      query[i] = (float) random.nextGaussian();
      levels[i] = random.nextInt(20_000) - 10_000;
    }
  }

  private int row() {
    next = next + 1 == records ? 0 : next + 1;
    return next;
  }

  /** Scores 64 rows of f32. The result is the time per row. */
  @Benchmark
  @OperationsPerInvocation(ROWS_PER_CALL)
  public float f32() {
    float sum = 0;
    for (int i = 0; i < ROWS_PER_CALL; i++) {
      sum += dense.dotF32(memory, (long) row() * Float.BYTES * DIMENSIONS, query, DIMENSIONS);
    }
    return sum;
  }

  /** Scores 64 rows of f16. */
  @Benchmark
  @OperationsPerInvocation(ROWS_PER_CALL)
  public float f16() {
    float sum = 0;
    for (int i = 0; i < ROWS_PER_CALL; i++) {
      sum += dense.dotF16(memory, (long) row() * Short.BYTES * DIMENSIONS, query, DIMENSIONS);
    }
    return sum;
  }

  /** Scores 64 rows of int8. */
  @Benchmark
  @OperationsPerInvocation(ROWS_PER_CALL)
  public int int8() {
    int sum = 0;
    for (int i = 0; i < ROWS_PER_CALL; i++) {
      sum += dense.dotInt8(memory, (long) row() * DIMENSIONS, levels, DIMENSIONS);
    }
    return sum;
  }

  /** Reads 64 rows of f32 and adds up their words: the bound of the memory. */
  @Benchmark
  @OperationsPerInvocation(ROWS_PER_CALL)
  public long read() {
    long sum = 0;
    for (int i = 0; i < ROWS_PER_CALL; i++) {
      long at = (long) row() * Float.BYTES * DIMENSIONS;
      for (int word = 0; word < DIMENSIONS / 2; word++) {
        sum += memory.get(FileLayout.U64, at + (long) Long.BYTES * word);
      }
    }
    return sum;
  }
}

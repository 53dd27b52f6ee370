package io.siskin.loadtest.bench;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.RowBlock;
import io.siskin.index.format.FileLayout;
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
 * Measures how rows of 384 dimensions are looked up and scanned, in nanoseconds per row. Looked up
 * rows are drawn by chance. With 200,000 rows, those of f32 take 307 MB.
 *
 * <p>{@link #single} and {@link #block} look up the same rows, and {@link #each} and {@link #run}
 * scan the same ones. The bound of a scan is what {@link DenseKernelBenchmark#read} reaches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DenseRowsBenchmark {
  private static final int DIMENSIONS = 384;
  private static final int PADDING = 64;
  private static final int LISTED = 1 << 16;

  /** How rows are stored. */
  @Param({"F32", "F16", "INT8", "BINARY"})
  public String storage = "F32";

  /** The number of rows. */
  @Param({"200000"})
  public int records;

  private DenseQuery query = query(DenseStorage.F32, new Random(1));
  private MemorySegment memory = MemorySegment.NULL;
  private MemorySegment scales = MemorySegment.NULL;
  private final RowBlock block = new RowBlock();
  private final double[] scores = new double[DenseQuery.RUN_LENGTH];
  private final int[] list = new int[LISTED];
  private int rowBytes;
  private int next;

  private static DenseQuery query(DenseStorage storage, Random random) {
    float[] values = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      values[i] = (float) random.nextGaussian();
    }
    DenseType type = new DenseType(DIMENSIONS, storage, DenseSimilarity.DOT);
    return DenseQuery.of(new DenseFieldSpec("v", type, 1), values);
  }

  /** Draws the rows. Every byte of a row is a small number in all storages. */
  @Setup
  public void draw() {
    Random random = new Random(1);
    query = query(DenseStorage.valueOf(storage), random);
    rowBytes = query.type().rowBytes();
    memory = aligned((long) rowBytes * records);
    scales = aligned((long) Float.BYTES * records);
    for (long at = 0; at < (long) rowBytes * records; at += Float.BYTES) {
      memory.set(FileLayout.U32, at, 0x3C003C00 | random.nextInt(512));
    }
    for (int row = 0; row < records; row++) {
      scales.set(FileLayout.F32, (long) Float.BYTES * row, 1);
    }
    for (int i = 0; i < LISTED; i++) {
      list[i] = random.nextInt(records);
    }
  }

  private static MemorySegment aligned(long bytes) {
    MemorySegment whole =
        MemorySegment.ofBuffer(ByteBuffer.allocateDirect(Math.toIntExact(bytes + 2L * PADDING)));
    return whole.asSlice(-whole.address() & (PADDING - 1));
  }

  private int nextBlock() {
    next = (next + RowBlock.LENGTH) & (LISTED - 1);
    return next;
  }

  private int nextRun() {
    int length = Math.min(RowBlock.LENGTH, records);
    next = next + 2 * length > records ? 0 : next + length;
    return next;
  }

  /** Looks up 64 rows, one after another. */
  @Benchmark
  @OperationsPerInvocation(RowBlock.LENGTH)
  public double single() {
    int from = nextBlock();
    double sum = 0;
    for (int i = 0; i < RowBlock.LENGTH; i++) {
      int row = list[from + i];
      float scale = scales.get(FileLayout.F32, (long) Float.BYTES * row);
      sum += query.score(memory, (long) rowBytes * row, scale);
    }
    return sum;
  }

  /** Looks up 64 rows as one block. */
  @Benchmark
  @OperationsPerInvocation(RowBlock.LENGTH)
  public double block() {
    int from = nextBlock();
    block.clear();
    for (int i = 0; i < RowBlock.LENGTH; i++) {
      int row = list[from + i];
      block.add(memory, (long) rowBytes * row, scales, (long) Float.BYTES * row, 1);
    }
    block.touch(query.type());
    query.scores(block, scores, 0);
    return scores[RowBlock.LENGTH - 1];
  }

  /** Scans 64 rows, one after another. */
  @Benchmark
  @OperationsPerInvocation(RowBlock.LENGTH)
  public double each() {
    int first = nextRun();
    double sum = 0;
    for (int row = first; row < first + RowBlock.LENGTH; row++) {
      float scale = scales.get(FileLayout.F32, (long) Float.BYTES * row);
      sum += query.score(memory, (long) rowBytes * row, scale);
    }
    return sum;
  }

  /** Scans 64 rows as one run. */
  @Benchmark
  @OperationsPerInvocation(RowBlock.LENGTH)
  public double run() {
    int first = nextRun();
    query.scores(
        memory,
        (long) rowBytes * first,
        scales,
        (long) Float.BYTES * first,
        RowBlock.LENGTH,
        scores);
    return scores[RowBlock.LENGTH - 1];
  }
}

package io.siskin.loadtest.bench;

import io.siskin.index.kernel.BlockMaxKernels;
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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The bound kernels of block-max evaluation, for one query of 18 terms over a million documents:
 * superblock bounds, the selection of superblocks, and the block bounds of the selected ones.
 *
 * <p>The bound of {@code superblockBounds} is reading 18 rows of one byte a superblock: 70 kB,
 * about 7 µs from memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BlockMaxKernelsBenchmark {
  private static final int TERMS = 18;
  private static final int SUPERBLOCKS = 3920;
  private static final int ENTRY_LENGTH = 16;

  /** Which implementation. */
  @Param({"scalar", "panama"})
  public String kernel = "scalar";

  private BlockMaxKernels kernels = KernelProvider.of(false).blockMaxKernels();
  private MemorySegment maxima = MemorySegment.NULL;
  private MemorySegment entries = MemorySegment.NULL;
  private final int[] bounds = new int[SUPERBLOCKS];
  private final int[] positions = new int[SUPERBLOCKS];
  private final int[] blockBounds = new int[SUPERBLOCKS * BlockMaxKernels.BLOCKS];

  /** Draws rows of maxima. */
  @Setup
  public void draw() {
    kernels = KernelProvider.of(kernel.equals("panama")).blockMaxKernels();
    Random random = new Random(1);
    byte[] rows = new byte[TERMS * SUPERBLOCKS];
    random.nextBytes(rows);
    maxima = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(rows.length + 64).put(rows).clear());
    byte[] packed = new byte[SUPERBLOCKS * ENTRY_LENGTH];
    random.nextBytes(packed);
    entries =
        MemorySegment.ofBuffer(ByteBuffer.allocateDirect(packed.length + 64).put(packed).clear());
    for (int i = 0; i < SUPERBLOCKS; i++) {
      positions[i] = i;
    }
  }

  /** Adds the superblock maxima of all terms. */
  @Benchmark
  public int superblockBounds() {
    java.util.Arrays.fill(bounds, 0);
    for (int term = 0; term < TERMS; term++) {
      kernels.addSuperblockMaxima(
          maxima, (long) term * SUPERBLOCKS, SUPERBLOCKS, 100 + term, bounds, 0);
    }
    return bounds[1];
  }

  /** Adds the packed block maxima of one term for 400 superblocks. */
  @Benchmark
  public int packedBlockBounds() {
    kernels.addPackedBlockMaxima(entries, 0, positions, 400, 1, blockBounds);
    return blockBounds[1];
  }

  /** Selects the superblocks whose bound is in a range that a tenth of them are in. */
  @Benchmark
  public int select() {
    return kernels.select(bounds, SUPERBLOCKS, 1, 26, positions);
  }
}

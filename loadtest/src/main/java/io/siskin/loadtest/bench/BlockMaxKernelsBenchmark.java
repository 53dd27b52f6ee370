package io.siskin.loadtest.bench;

import io.siskin.index.format.FileLayout;
import io.siskin.index.kernel.BlockMaxKernels;
import io.siskin.index.kernel.DenseLists;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.kernel.ScoreRows;
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
 * Measures the kernels of block-max evaluation, for one query of 18 terms over a million documents.
 * There are superblock bounds, the selection of superblocks, the bounds of their document blocks,
 * and the postings of the superblocks that are scored.
 *
 * <p>{@code superblockBounds} cannot be faster than reading 18 rows of one byte per superblock.
 * This is 70 kB, which takes about 7 µs from memory.
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
  private static final int SCORED = 64;

  /** Which implementation. */
  @Param({"scalar", "panama"})
  public String kernel = "scalar";

  private BlockMaxKernels kernels = KernelProvider.of(false).blockMaxKernels();
  private MemorySegment maxima = MemorySegment.NULL;
  private MemorySegment entries = MemorySegment.NULL;
  private MemorySegment listEntries = MemorySegment.NULL;
  private MemorySegment postings = MemorySegment.NULL;
  private final DenseLists lists = new DenseLists(TERMS);
  private final ScoreRows rows = new ScoreRows(SCORED, 256);
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
    drawPostings(random);
  }

  /**
   * Draws lists with postings in 64 superblocks, 18 postings in each on average. All superblocks
   * are scored.
   */
  private void drawPostings(Random random) {
    byte[] postingBytes = new byte[TERMS * SCORED * 2 * 36 + 64];
    MemorySegment entryBytes = MemorySegment.ofArray(new byte[TERMS * SCORED * ENTRY_LENGTH + 64]);
    int at = 0;
    for (int list = 0; list < TERMS; list++) {
      lists.entries[list] = (long) list * SCORED * ENTRY_LENGTH;
      lists.postings[list] = at;
      lists.weights[list] = 100 + list;
      int start = 0;
      for (int superblock = 0; superblock < SCORED; superblock++) {
        int count = random.nextInt(37);
        long entry = lists.entries[list] + (long) superblock * ENTRY_LENGTH;
        entryBytes.set(FileLayout.U64, entry, -1L);
        entryBytes.set(FileLayout.U32, entry + Long.BYTES, start);
        entryBytes.set(FileLayout.U16, entry + Long.BYTES + Integer.BYTES, (short) count);
        int[] locals = random.ints(0, 256).distinct().limit(count).sorted().toArray();
        for (int i = 0; i < count; i++) {
          postingBytes[at + i] = (byte) locals[i];
          postingBytes[at + count + i] = (byte) (1 + random.nextInt(255));
        }
        at += 2 * count;
        start += count;
      }
    }
    lists.count = TERMS;
    rows.count = SCORED;
    for (int row = 0; row < SCORED; row++) {
      rows.superblocks[row] = row;
      rows.lasts[row] = 255;
      rows.masks[row] = -1L;
    }
    listEntries =
        MemorySegment.ofBuffer(ByteBuffer.allocateDirect((int) entryBytes.byteSize()))
            .copyFrom(entryBytes);
    postings =
        MemorySegment.ofBuffer(
            ByteBuffer.allocateDirect(postingBytes.length).put(postingBytes).clear());
  }

  /**
   * Adds all 20,000 postings of 64 superblocks. Each posting needs one addition in memory, which
   * vectors cannot do for several postings at once. So the bound is about 0.3 ns per posting.
   */
  @Benchmark
  public int postings() {
    return kernels.addPostings(listEntries, 4, postings, lists, rows);
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

  /** Selects the superblocks whose bound is in a range. A tenth of them are in it. */
  @Benchmark
  public int select() {
    return kernels.select(bounds, SUPERBLOCKS, 1, 26, positions);
  }
}

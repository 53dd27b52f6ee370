package io.siskin.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.format.FileLayout;
import io.siskin.index.testing.KernelAllocation;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.VectorWidths;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that the SIMD kernel gives the same bits as its scalar twin, and both the bits of the
 * rule, for several lengths, contents and vector widths.
 */
final class DenseKernelTest {
  private static final int PADDING = 64;
  private static final DenseKernel SCALAR = new ScalarDenseKernel();
  private static final Map<Integer, DenseKernel> PANAMA =
      VectorWidths.of("PanamaDenseKernel", DenseKernel.class);

  /** The kind of values. */
  enum Content {
    RANDOM,
    LARGEST,
    SMALLEST,
    ZERO
  }

  private static IntStream lengths() {
    return IntStream.of(64, 128, 192, 384, 1024, 4096);
  }

  @ParameterizedTest
  @EnumSource(Content.class)
  void allGiveTheSameBits(Content content) {
    Random random = new Random(Seeds.next());
    lengths()
        .forEach(
            length -> {
              Row row = Row.draw(content, length, random);
              check(row, SCALAR, "scalar");
              PANAMA.forEach((bits, kernel) -> check(row, kernel, bits + " bits"));
            });
  }

  /** Rows of floats may have a length that is no multiple of 64. */
  @Test
  void halfGroupsAreSummed() {
    Random random = new Random(Seeds.next());
    for (int length = 32; length <= 32 * 9; length += 32) {
      Row row = Row.draw(Content.RANDOM, length, random);
      for (DenseKernel kernel : PANAMA.values()) {
        assertThat(kernel.dotF32(row.f32, Row.START, row.query, length))
            .isEqualTo(SCALAR.dotF32(row.f32, Row.START, row.query, length));
        assertThat(kernel.dotF16(row.f16, Row.START, row.query, length))
            .isEqualTo(SCALAR.dotF16(row.f16, Row.START, row.query, length));
      }
    }
  }

  private static void check(Row row, DenseKernel kernel, String name) {
    int length = row.query.length;
    assertThat(kernel.dotF32(row.f32, Row.START, row.query, length))
        .as("%s, f32, %d values", name, length)
        .isEqualTo(row.sumF32());
    assertThat(kernel.dotF16(row.f16, Row.START, row.query, length))
        .as("%s, f16, %d values", name, length)
        .isEqualTo(row.sumF16());
    assertThat((long) kernel.dotInt8(row.int8, Row.START, row.levels, length))
        .as("%s, int8, %d values", name, length)
        .isEqualTo(row.sumInt8());
  }

  /** A block gives what one query after another gives, to the last bit. */
  @ParameterizedTest
  @EnumSource(Content.class)
  void blocksGiveTheBitsOfSingleQueries(Content content) {
    Random random = new Random(Seeds.next());
    for (int length : new int[] {32, 64, 96, 128, 768}) {
      float[] queries = new float[length * DenseKernel.BLOCK_LENGTH];
      float[] expected = new float[DenseKernel.BLOCK_LENGTH];
      Row row = Row.draw(content, length, random);
      for (int query = 0; query < expected.length; query++) {
        float[] values = Row.draw(content, length, random).query;
        for (int i = 0; i < length; i++) {
          queries[i * DenseKernel.BLOCK_LENGTH + query] = values[i];
        }
        expected[query] = SCALAR.dotF16(row.f16, Row.START, values, length);
      }
      checkBlock(row, queries, expected, SCALAR);
      PANAMA.values().forEach(kernel -> checkBlock(row, queries, expected, kernel));
    }
  }

  private static void checkBlock(Row row, float[] queries, float[] expected, DenseKernel kernel) {
    int length = row.query.length;
    float[] widened = new float[length];
    kernel.widenF16(row.f16, Row.START, widened, length);
    float[] dots = new float[expected.length];
    kernel.dotBlock(widened, queries, length, dots);
    assertThat(dots).isEqualTo(expected);
  }

  @Test
  void bitsAreCountedAlike() {
    Random random = new Random(Seeds.next());
    for (int length : new int[] {8, 16, 64}) {
      for (int round = 0; round < 50; round++) {
        MemorySegment memory = Arena.ofAuto().allocate(7 + 8L * length);
        long[] query = new long[length];
        int expected = 0;
        int common = 0;
        for (int i = 0; i < length; i++) {
          long bits = round == 0 ? -1L : random.nextLong();
          query[i] = round == 0 ? 0 : random.nextLong();
          memory.set(FileLayout.U64, 7 + 8L * i, bits);
          for (int bit = 0; bit < 64; bit++) {
            expected += (bits >>> bit & 1) == (query[i] >>> bit & 1) ? 0 : 1;
            common += (int) ((bits & query[i]) >>> bit) & 1;
          }
        }
        assertThat(SCALAR.unequalBits(memory, 7, query, length)).isEqualTo(expected);
        assertThat(SCALAR.commonBits(memory, 7, query, length)).isEqualTo(common);
        for (DenseKernel kernel : PANAMA.values()) {
          assertThat(kernel.unequalBits(memory, 7, query, length)).isEqualTo(expected);
          assertThat(kernel.commonBits(memory, 7, query, length)).isEqualTo(common);
        }
      }
    }
  }

  /** Rows that follow one another are counted as single rows are. */
  @Test
  void bitsOfRunsAreCountedAlike() {
    Random random = new Random(Seeds.next());
    for (int length : new int[] {8, 16, 24, 64}) {
      for (int rows : new int[] {0, 1, 2, 7, 64, 256}) {
        byte[] bytes = new byte[7 + 8 * length * rows];
        random.nextBytes(bytes);
        MemorySegment memory = Arena.ofAuto().allocate(bytes.length);
        memory.copyFrom(MemorySegment.ofArray(bytes));
        long[] query = random.longs(length).toArray();
        int[] expected = new int[rows];
        for (int row = 0; row < rows; row++) {
          expected[row] = SCALAR.unequalBits(memory, 7 + 8L * length * row, query, length);
        }
        int[] counts = new int[rows];
        SCALAR.unequalBits(memory, 7, query, length, rows, counts);
        assertThat(counts).isEqualTo(expected);
        for (DenseKernel kernel : PANAMA.values()) {
          Arrays.fill(counts, -1);
          kernel.unequalBits(memory, 7, query, length, rows, counts);
          assertThat(counts).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void slicesAreGatedAlike() {
    Random random = new Random(Seeds.next());
    for (int length : new int[] {64, 128, 768, 4096}) {
      for (int round = 0; round < 20; round++) {
        Slices slices = Slices.draw(length, random);
        long expected = 0;
        for (int i = 0; i < length; i++) {
          int index = slices.memory.get(FileLayout.U16, 7L + length + 2L * i) & 0xFFFF;
          int value = slices.memory.get(FileLayout.U8, 7L + i);
          expected += index == slices.indexes[i] ? (long) value * slices.levels[i] : 0;
        }
        assertThat((long) slices.dot(SCALAR)).isEqualTo(expected);
        for (DenseKernel kernel : PANAMA.values()) {
          assertThat((long) slices.dot(kernel)).isEqualTo(expected);
        }
      }
    }
  }

  /**
   * A row of slices at an odd offset, and a query.
   *
   * @param memory the memory of the row
   * @param levels the query's whole numbers
   * @param indexes the query's indexes
   */
  private record Slices(MemorySegment memory, int[] levels, int[] indexes) {
    static Slices draw(int length, Random random) {
      Slices slices =
          new Slices(
              Arena.ofAuto().allocate(7 + 3L * length + PADDING), new int[length], new int[length]);
      int levelMax = Integer.MAX_VALUE / 128 / length;
      for (int i = 0; i < length; i++) {
        // Also indexes that are negative as numbers of 16 bits.
        slices.indexes[i] = random.nextBoolean() ? random.nextInt(3) : 65_535 - random.nextInt(3);
        int index = random.nextBoolean() ? slices.indexes[i] : random.nextInt(65_536);
        slices.memory.set(FileLayout.U16, 7L + length + 2L * i, (short) index);
        slices.memory.set(FileLayout.U8, 7L + i, (byte) (random.nextInt(255) - 127));
        slices.levels[i] = random.nextInt(2 * levelMax + 1) - levelMax;
      }
      return slices;
    }

    int dot(DenseKernel kernel) {
      return kernel.dotSlices(memory, 7, levels, indexes, levels.length);
    }
  }

  /** Every f16 that is finite is read as the f32 that the JDK makes of it. */
  @Test
  void everyF16IsReadExactly() {
    MemorySegment memory = Arena.ofAuto().allocate(2 * 32 + PADDING);
    float[] one = new float[32];
    one[0] = 1;
    for (int bits = 0; bits < 1 << 16; bits++) {
      float expected = Float.float16ToFloat((short) bits);
      if (!Float.isFinite(expected)) {
        continue;
      }
      memory.set(FileLayout.U16, 0, (short) bits);
      for (DenseKernel kernel : PANAMA.values()) {
        assertThat(kernel.dotF16(memory, 0, one, 32) + 0f).isEqualTo(expected + 0f);
      }
    }
  }

  /**
   * Allocation means that the compiler has not kept the vectors in registers. The kernel runs in a
   * separate process, as in a server.
   */
  @ParameterizedTest
  @ValueSource(strings = {"scalar", "panama"})
  void aWarmKernelAllocatesNothing(String kernel) throws IOException, InterruptedException {
    KernelAllocation.check(DenseKernelTest.class, kernel);
  }

  /** The main method of the separate process. */
  public static void main(String[] arguments) {
    DenseKernel kernel = KernelProvider.of(arguments[0].equals("panama")).newDenseKernel();
    Row row = Row.draw(Content.RANDOM, 384, new Random(1));
    float[] sum = {0};
    KernelAllocation.report(
        arguments[0] + " f32",
        2_000,
        () -> sum[0] += kernel.dotF32(row.f32, Row.START, row.query, 384));
    KernelAllocation.report(
        arguments[0] + " f16",
        2_000,
        () -> sum[0] += kernel.dotF16(row.f16, Row.START, row.query, 384));
    KernelAllocation.report(
        arguments[0] + " int8",
        2_000,
        () -> sum[0] += kernel.dotInt8(row.int8, Row.START, row.levels, 384));
    reportOthers(arguments[0], kernel, row, sum);
    System.out.println("The sum is " + sum[0]);
  }

  private static void reportOthers(String name, DenseKernel kernel, Row row, float[] sum) {
    float[] queries = new float[384 * DenseKernel.BLOCK_LENGTH];
    float[] dots = new float[DenseKernel.BLOCK_LENGTH];
    float[] widened = new float[384];
    KernelAllocation.report(
        name + " block",
        2_000,
        () -> {
          kernel.widenF16(row.f16, Row.START, widened, 384);
          kernel.dotBlock(widened, queries, 384, dots);
          sum[0] += dots[0];
        });
    long[] bits = new long[16];
    KernelAllocation.report(
        name + " bits",
        2_000,
        () -> sum[0] += kernel.unequalBits(row.f32, Row.START, bits, bits.length));
    int[] counts = new int[24];
    KernelAllocation.report(
        name + " runs of bits",
        2_000,
        () -> {
          kernel.unequalBits(row.f32, Row.START, bits, 8, counts.length, counts);
          sum[0] += counts[7];
        });
    KernelAllocation.report(
        name + " common bits",
        2_000,
        () -> sum[0] += kernel.commonBits(row.f32, Row.START, bits, bits.length));
    Slices slices = Slices.draw(768, new Random(1));
    KernelAllocation.report(name + " slices", 2_000, () -> sum[0] += slices.dot(kernel));
  }

  /**
   * One row in each storage, and a query. Rows begin at an odd offset, so that no kernel needs an
   * alignment. The memory ends where the padding of the row ends, so that a read after it throws.
   *
   * @param f32 singles
   * @param f16 half-precision numbers
   * @param int8 bytes
   * @param query the query of floats
   * @param levels the query of whole numbers
   */
  private record Row(
      MemorySegment f32, MemorySegment f16, MemorySegment int8, float[] query, int[] levels) {
    static final long START = 7;

    static Row draw(Content content, int length, Random random) {
      Arena arena = Arena.ofAuto();
      Row row =
          new Row(
              arena.allocate(START + 4L * length + PADDING),
              arena.allocate(START + 2L * length + PADDING),
              arena.allocate(START + length + PADDING),
              new float[length],
              new int[length]);
      // The contract of whole numbers is that their sum times 128 fits an int.
      int levelMax = Integer.MAX_VALUE / 128 / length;
      for (int i = 0; i < length; i++) {
        float value =
            switch (content) {
              case RANDOM -> (float) random.nextGaussian();
              case LARGEST -> random.nextBoolean() ? 1e15f : -1e15f;
              case SMALLEST -> random.nextBoolean() ? Float.MIN_VALUE : -Float.MIN_VALUE;
              case ZERO -> random.nextBoolean() ? 0f : -0f;
            };
        row.f32.set(FileLayout.F32, START + 4L * i, value);
        float half = Math.max(-65_504f, Math.min(65_504f, value));
        row.f16.set(FileLayout.U16, START + 2L * i, Float.floatToFloat16(half));
        row.query[i] = content == Content.RANDOM ? (float) random.nextGaussian() : value;
        boolean largest = content == Content.LARGEST;
        row.int8.set(FileLayout.U8, START + i, (byte) (largest ? -127 : random.nextInt(255) - 127));
        row.levels[i] = largest ? -levelMax : random.nextInt(2 * levelMax + 1) - levelMax;
      }
      return row;
    }

    float sumF32() {
      float[] products = new float[query.length];
      for (int i = 0; i < products.length; i++) {
        products[i] = f32.get(FileLayout.F32, START + 4L * i) * query[i];
      }
      return sum(products);
    }

    float sumF16() {
      float[] products = new float[query.length];
      for (int i = 0; i < products.length; i++) {
        products[i] = Float.float16ToFloat(f16.get(FileLayout.U16, START + 2L * i)) * query[i];
      }
      return sum(products);
    }

    /** Adds as docs/format.md says, one partial sum after another. */
    private static float sum(float[] products) {
      float[] partial = new float[32];
      for (int which = 0; which < 32; which++) {
        for (int i = which; i < products.length; i += 32) {
          partial[which] = partial[which] + products[i];
        }
      }
      for (float[] sums = partial; ; sums = folded(sums)) {
        if (sums.length == 1) {
          return sums[0];
        }
      }
    }

    private static float[] folded(float[] sums) {
      float[] folded = new float[sums.length / 2];
      for (int i = 0; i < folded.length; i++) {
        folded[i] = sums[i] + sums[i + folded.length];
      }
      return folded;
    }

    long sumInt8() {
      long sum = 0;
      for (int i = 0; i < levels.length; i++) {
        sum += (long) int8.get(FileLayout.U8, START + i) * levels[i];
      }
      return sum;
    }
  }
}

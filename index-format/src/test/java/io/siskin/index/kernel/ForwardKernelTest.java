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
 * Checks that the SIMD kernel equals its scalar twin, for several lengths, contents and vector
 * widths.
 */
final class ForwardKernelTest {
  private static final int PADDING = 64;
  private static final ForwardKernel SCALAR = new ScalarForwardKernel();
  private static final Map<Integer, ForwardKernel> PANAMA =
      VectorWidths.of("PanamaForwardKernel", ForwardKernel.class);

  /** The kind of terms, impacts and weights. */
  enum Content {
    RANDOM,
    ALL_MAX,
    ALL_ZERO
  }

  /**
   * Returns every length up to a little more than four of the widest vectors, and lengths near the
   * limits of a byte and of a run.
   */
  private static IntStream counts() {
    return IntStream.concat(
        IntStream.rangeClosed(0, 70), IntStream.of(255, 256, 257, 4095, 65_534, 65_535));
  }

  @ParameterizedTest
  @EnumSource(Content.class)
  void panamaEqualsScalarAndBothEqualTheNaiveSum(Content content) {
    Random random = new Random(Seeds.next());
    counts()
        .forEach(
            count -> {
              Run run = Run.draw(content, count, random);
              long expected = run.naiveSum();
              assertThat(run.dot(SCALAR))
                  .as("scalar, %d postings", count)
                  .isEqualTo((int) expected);
              PANAMA.forEach(
                  (bits, kernel) ->
                      assertThat(run.dot(kernel))
                          .as("%d bits, %d postings", bits, count)
                          .isEqualTo((int) expected));
            });
  }

  @ParameterizedTest
  @EnumSource(Content.class)
  void refinedSumsEqualTheNaiveOne(Content content) {
    Random random = new Random(Seeds.next());
    counts()
        .forEach(
            count -> {
              Run run = Run.draw(content, count, random);
              long expected = run.naiveRefinedSum();
              assertThat(run.refinedDot(SCALAR))
                  .as("scalar, %d postings", count)
                  .isEqualTo(expected);
              PANAMA.forEach(
                  (bits, kernel) ->
                      assertThat(run.refinedDot(kernel))
                          .as("%d bits, %d postings", bits, count)
                          .isEqualTo(expected));
            });
  }

  /** The bytes after a run belong to another run or are padding. They must not be counted. */
  @Test
  void whatFollowsARunDoesNotCount() {
    Random random = new Random(Seeds.next());
    for (int count = 0; count < 40; count++) {
      Run run = Run.draw(Content.RANDOM, count, random);
      run.memory.asSlice(run.impacts + count, PADDING).fill((byte) 0xFF);
      run.page[0xFFFF] = 1 << 20;
      run.page[0] = 1 << 20;
      for (ForwardKernel kernel : PANAMA.values()) {
        assertThat(run.dot(kernel)).isEqualTo(run.dot(SCALAR));
        assertThat(run.refinedDot(kernel)).isEqualTo(run.refinedDot(SCALAR));
      }
    }
  }

  @Test
  void theSimdKernelsAreInUse() {
    if (Boolean.getBoolean("siskin.requireSimd")) {
      assertThat(KernelProvider.current().simd())
          .as(KernelProvider.current().description())
          .isTrue();
      assertThat(KernelProvider.current().vectorBits()).isIn(128, 256, 512);
    }
  }

  /**
   * Allocation means that the compiler has not kept the vectors in registers. The kernel runs in a
   * separate process, as in a server. In this process, the compiler has seen three widths and other
   * memory, which is more than it can inline.
   */
  @ParameterizedTest
  @ValueSource(strings = {"scalar", "panama"})
  void aWarmKernelAllocatesNothing(String kernel) throws IOException, InterruptedException {
    KernelAllocation.check(ForwardKernelTest.class, kernel);
  }

  /** The main method of the separate process. */
  public static void main(String[] arguments) {
    ForwardKernel kernel = KernelProvider.of(arguments[0].equals("panama")).newForwardKernel();
    Run run = Run.draw(Content.RANDOM, 120, new Random(1));
    long[] sum = {0};
    KernelAllocation.report(
        arguments[0], 2_000, () -> sum[0] += run.dot(kernel) + (int) run.refinedDot(kernel));
    System.out.println("The sum is " + sum[0]);
  }

  /**
   * One run in memory. The memory ends where the padding of the run ends, so that a read after it
   * throws.
   *
   * @param memory the memory of the run
   * @param terms the offset of its terms. It is odd, because records are not aligned to vectors
   * @param impacts the offset of its impacts
   * @param count the number of its postings
   * @param page the query
   */
  private record Run(MemorySegment memory, long terms, long impacts, int count, int[] page) {
    static Run draw(Content content, int count, Random random) {
      long terms = 7;
      long impacts = terms + 2L * count;
      MemorySegment memory = Arena.ofAuto().allocate(impacts + count + PADDING);
      int[] page = new int[ForwardKernel.PAGE_LENGTH];
      // The contract of quantised queries is that the sum over a document fits an int.
      int weightMax = Integer.MAX_VALUE / (255 * Math.max(1, count));
      if (content == Content.ALL_MAX) {
        Arrays.fill(page, weightMax);
        memory.fill((byte) 0xFF);
      } else if (content == Content.RANDOM) {
        for (int i = 0; i < page.length; i++) {
          page[i] = random.nextInt(3) == 0 ? random.nextInt(weightMax + 1) : 0;
        }
        for (long i = 0; i < impacts + count; i++) {
          memory.set(FileLayout.U8, i, (byte) random.nextInt(256));
        }
      }
      return new Run(memory, terms, impacts, count, page);
    }

    int dot(ForwardKernel kernel) {
      return kernel.dot(memory, terms, impacts, count, page);
    }

    /**
     * Takes the bytes from one before the impacts as residuals. They may have any value, and they
     * are padded.
     */
    long refinedDot(ForwardKernel kernel) {
      return kernel.refinedDot(memory, terms, impacts, memory, impacts - 1, count, page);
    }

    long naiveRefinedSum() {
      long sum = 0;
      for (int i = 0; i < count; i++) {
        int term = memory.get(FileLayout.U16, terms + 2L * i) & 0xFFFF;
        int impact = memory.get(FileLayout.U8, impacts + i) & 0xFF;
        int residual = memory.get(FileLayout.U8, impacts - 1 + i) & 0xFF;
        sum += (long) page[term] * (256 * impact + residual - 128);
      }
      return sum;
    }

    long naiveSum() {
      long sum = 0;
      for (int i = 0; i < count; i++) {
        int term = memory.get(FileLayout.U16, terms + 2L * i) & 0xFFFF;
        sum += (long) page[term] * (memory.get(FileLayout.U8, impacts + i) & 0xFF);
      }
      assertThat(sum).isBetween(0L, (long) Integer.MAX_VALUE);
      return sum;
    }
  }
}

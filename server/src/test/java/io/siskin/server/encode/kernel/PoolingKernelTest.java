package io.siskin.server.encode.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.testing.KernelAllocation;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.VectorWidths;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Collection;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation of the SIMD kernel equals its scalar twin: terms × rows × contents × widths. */
final class PoolingKernelTest {
  private static final PoolingKernel SCALAR = new ScalarPoolingKernel();
  private static final Collection<PoolingKernel> PANAMA =
      VectorWidths.of("PanamaPoolingKernel", PoolingKernel.class).values();
  private static final int[] COUNTS = {
    0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 251, 1021
  };
  private static final int[] ROWS = {0, 1, 2, 3, 4, 5, 7, 8, 9, 13};

  /** What logits look like. */
  enum Content {
    RANDOM,
    EQUAL,
    LARGE,
    HOSTILE;

    float logit(Random random) {
      return switch (this) {
        case RANDOM -> (float) (3 * random.nextGaussian() - 4);
        case EQUAL -> 1;
        case LARGE -> Float.MAX_VALUE * (random.nextBoolean() ? 1 : -1);
        case HOSTILE ->
            switch (random.nextInt(6)) {
              case 0 -> Float.NaN;
              case 1 -> Float.POSITIVE_INFINITY;
              case 2 -> Float.NEGATIVE_INFINITY;
              case 3 -> -0f;
              case 4 -> 0f;
              default -> random.nextFloat() - 0.5f;
            };
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Content.class)
  void panamaEqualsScalar(Content content) {
    Random random = new Random(Seeds.next());
    for (int count : COUNTS) {
      for (int rowCount : ROWS) {
        Logits logits = Logits.draw(content, rowCount, count, random);
        for (PoolingKernel kernel : PANAMA) {
          assertThat(logits.raised(kernel)).isEqualTo(logits.raised(SCALAR));
          for (float floor : new float[] {0, -1, 2.5f}) {
            assertThat(logits.added(kernel, floor)).isEqualTo(logits.added(SCALAR, floor));
            assertThat(logits.collected(kernel, floor)).isEqualTo(logits.collected(SCALAR, floor));
          }
          for (int focus : new int[] {1, 2, 7, 64, 2000}) {
            for (float floor : new float[] {Float.NEGATIVE_INFINITY, 0, 2.5f}) {
              assertThat(logits.focused(kernel, focus, floor))
                  .isEqualTo(logits.focused(SCALAR, focus, floor));
            }
          }
        }
      }
    }
  }

  /** The focus is what sorting each row says. */
  @Test
  void theFocusIsTheLargestOfARowByValueThenTerm() {
    Random random = new Random(Seeds.next());
    for (Content content : new Content[] {Content.RANDOM, Content.EQUAL}) {
      for (int focus : new int[] {1, 3, 50, 300}) {
        int count = 251;
        Logits logits = Logits.draw(content, 3, count, random);
        float[] expected = new float[count];
        Arrays.fill(expected, Float.NEGATIVE_INFINITY);
        for (int row = 0; row < 3; row++) {
          long start = logits.rows[row];
          IntStream.range(0, count)
              .boxed()
              .sorted(
                  (a, b) -> {
                    int byLogit = Float.compare(logits.logit(start, b), logits.logit(start, a));
                    return byLogit == 0 ? Integer.compare(a, b) : byLogit;
                  })
              .filter(t -> logits.logit(start, t) > -0.5f)
              .limit(focus)
              .forEach(t -> expected[t] = Math.max(expected[t], logits.logit(start, t)));
        }
        assertThat(logits.focused(SCALAR, focus, -0.5f)).isEqualTo(expected);
      }
    }
  }

  @Test
  void activationsAreMonotoneAndZeroAtZero() {
    for (TermActivation activation : TermActivation.values()) {
      assertThat(activation.apply(0)).isZero();
      float before = 0;
      for (float excess = 0.01f; excess < 100; excess *= 1.1f) {
        assertThat(activation.apply(excess)).isGreaterThan(before);
        before = activation.apply(excess);
      }
    }
    float[] values = {2, 4, 7};
    TermActivation.LOG1P.applyAll(values, 2, 1);
    assertThat(values).containsExactly((float) Math.log(2), (float) Math.log(4), 7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "panama"})
  void aWarmKernelAllocatesNothing(String kernel) throws IOException, InterruptedException {
    KernelAllocation.check(PoolingKernelTest.class, kernel);
  }

  /** The body, for a process of its own. */
  public static void main(String[] arguments) {
    PoolingKernel kernel = NeuralKernels.pooling(KernelProvider.of(arguments[0].equals("panama")));
    int count = 1021;
    Logits logits = Logits.draw(Content.RANDOM, 7, count, new Random(1));
    float[] maxima = new float[count];
    float[] sums = new float[count];
    long[] heap = new long[32];
    int[] terms = new int[count];
    float[] out = new float[count];
    KernelAllocation.report(
        arguments[0],
        500,
        () -> {
          kernel.raise(logits.memory, logits.rows, 7, count, maxima);
          kernel.add(logits.memory, logits.rows, 7, count, 0, TermActivation.LOG1P, sums);
          kernel.raiseFocused(logits.memory, logits.rows, 7, count, 32, 0, heap, maxima);
          TermActivation.LOG1P.applyAll(out, kernel.collect(maxima, count, 0, terms, out), 0);
        });
  }

  /**
   * Rows of logits in no order, in memory that ends where the last one does, so that a read beyond
   * throws.
   *
   * @param memory holds them
   * @param rows where each starts: odd places
   * @param rowCount how many
   * @param count terms a row
   */
  private record Logits(MemorySegment memory, long[] rows, int rowCount, int count) {
    static Logits draw(Content content, int rowCount, int count, Random random) {
      long rowLength = (long) Float.BYTES * count;
      MemorySegment memory = Arena.ofAuto().allocate(3 + rowCount * rowLength);
      long[] rows = new long[rowCount];
      for (int row = 0; row < rowCount; row++) {
        rows[row] = 3 + (rowCount - 1 - row) * rowLength;
        for (int term = 0; term < count; term++) {
          memory.set(
              ValueLayout.JAVA_FLOAT_UNALIGNED,
              rows[row] + (long) Float.BYTES * term,
              content.logit(random));
        }
      }
      return new Logits(memory, rows, rowCount, count);
    }

    float logit(long row, int term) {
      return ScalarPoolingKernel.logit(memory, row, term);
    }

    float[] raised(PoolingKernel kernel) {
      float[] maxima = new float[count];
      Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
      kernel.raise(memory, rows, rowCount, count, maxima);
      return maxima;
    }

    float[] added(PoolingKernel kernel, float floor) {
      float[] sums = new float[count];
      Arrays.fill(sums, 0.25f);
      kernel.add(memory, rows, rowCount, count, floor, TermActivation.LOG1P, sums);
      return sums;
    }

    float[] focused(PoolingKernel kernel, int focus, float floor) {
      float[] maxima = new float[count];
      Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
      long[] heap = new long[focus];
      Arrays.fill(heap, Long.MAX_VALUE); // What another row has left.
      kernel.raiseFocused(memory, rows, rowCount, count, focus, floor, heap, maxima);
      return maxima;
    }

    String collected(PoolingKernel kernel, float floor) {
      int[] terms = new int[count];
      float[] out = new float[count];
      int found = kernel.collect(raised(SCALAR), count, floor, terms, out);
      return Arrays.toString(Arrays.copyOf(terms, found))
          + Arrays.toString(Arrays.copyOf(out, found));
    }
  }
}

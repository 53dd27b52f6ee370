package io.siskin.server.encode.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.testing.KernelAllocation;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.VectorWidths;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The SIMD kernel equals its scalar twin to the bit, and both equal a plain product of matrices.
 */
final class ProjectionKernelTest {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ProjectionKernel SCALAR = new ScalarProjectionKernel();
  private static final Collection<ProjectionKernel> PANAMA =
      VectorWidths.of("PanamaProjectionKernel", ProjectionKernel.class).values();

  @ParameterizedTest
  @CsvSource({"1,1", "31,7", "32,8", "33,16", "64,17", "65,128", "1021,33"})
  void panamaEqualsScalar(int terms, int size) {
    Random random = new Random(Seeds.next());
    for (int rowCount = 0; rowCount <= 13; rowCount++) {
      Case drawn = Case.draw(terms, size, rowCount, random);
      float[][] expected = drawn.raised(SCALAR, VocabularyProjection.Layout.BY_TERM);
      for (ProjectionKernel kernel : PANAMA) {
        for (VocabularyProjection.Layout layout : VocabularyProjection.Layout.values()) {
          assertThat(drawn.raised(kernel, layout)).isDeepEqualTo(expected);
        }
      }
      drawn.check(expected);
    }
  }

  /** A NaN in one token's state hides nothing that another token says. */
  @Test
  void aNanCountsNowhere() {
    Case drawn = Case.draw(64, 8, 6, new Random(Seeds.next()));
    Arrays.fill(drawn.hidden, drawn.rows[1], drawn.rows[1] + 8, Float.NaN);
    float[][] expected = drawn.raised(SCALAR, VocabularyProjection.Layout.BY_TERM);
    for (float maximum : expected[0]) {
      assertThat(maximum).isNotNaN();
    }
    for (ProjectionKernel kernel : PANAMA) {
      assertThat(drawn.raised(kernel, VocabularyProjection.Layout.BY_TERM)).isDeepEqualTo(expected);
    }
  }

  @Test
  void sizesThatDoNotFitAreNamed() {
    MemorySegment weights = MemorySegment.ofArray(new byte[4 * 6]);
    assertThatThrownBy(() -> pack(weights, 2, 4, new float[2]))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("24; allowed: 32 for 2 terms and 4 hidden units");
    assertThatThrownBy(() -> pack(weights, 2, 3, new float[3]))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("length of the bias is 3; allowed: 2");
    assertThatThrownBy(() -> pack(weights, 0, 3, new float[0]))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("terms of the projection is 0");
  }

  private static void pack(MemorySegment weights, int terms, int size, float[] bias) {
    VocabularyProjection.pack(
        weights, VocabularyProjection.Layout.BY_TERM, terms, size, bias, SCALAR);
  }

  /** C2's FreqInlineSize; the block's own comment says why. */
  @Test
  void theBlockIsTooLargeToBeInlined() throws IOException {
    String file = "PanamaProjectionKernel.class";
    try (InputStream in = PanamaProjectionKernel.class.getResourceAsStream(file)) {
      assertThat(ClassFile.of().parse(in.readAllBytes()).methods())
          .anySatisfy(
              method ->
                  assertThat(method.code().map(code -> ((CodeAttribute) code).codeLength()))
                      .hasValueSatisfying(length -> assertThat(length).isGreaterThan(325)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "panama"})
  void aWarmKernelAllocatesNothing(String kernel) throws IOException, InterruptedException {
    KernelAllocation.check(ProjectionKernelTest.class, kernel);
  }

  /** The body, for a process of its own. */
  public static void main(String[] arguments) {
    ProjectionKernel kernel =
        NeuralKernels.projection(KernelProvider.of(arguments[0].equals("panama")));
    Case drawn = Case.draw(96, 64, 7, new Random(1));
    VocabularyProjection projection = drawn.pack(kernel, VocabularyProjection.Layout.BY_TERM);
    float[][] maxima = new float[2][projection.maximaLength()];
    KernelAllocation.report(
        arguments[0],
        500,
        () ->
            projection.raise(
                drawn.hidden, drawn.rows, drawn.ends, maxima, 0, projection.panelCount()));
  }

  /**
   * A projection and two texts.
   *
   * @param terms size of the vocabulary
   * @param size of a hidden state
   * @param weights by term
   * @param bias by term
   * @param hidden states, of more tokens than count
   * @param rows where those that count start, in no order
   * @param ends of the texts
   */
  private record Case(
      int terms, int size, float[] weights, float[] bias, float[] hidden, int[] rows, int[] ends) {
    static Case draw(int terms, int size, int rowCount, Random random) {
      int[] rows = new int[rowCount];
      for (int row = 0; row < rowCount; row++) {
        rows[row] = (2 * (rowCount - row) - 1) * size;
      }
      return new Case(
          terms,
          size,
          gaussian(terms * size, random),
          gaussian(terms, random),
          gaussian(2 * rowCount * size, random),
          rows,
          new int[] {rowCount == 0 ? 0 : random.nextInt(rowCount + 1), rowCount});
    }

    private static float[] gaussian(int length, Random random) {
      float[] drawn = new float[length];
      for (int i = 0; i < length; i++) {
        drawn[i] = (float) random.nextGaussian();
      }
      return drawn;
    }

    VocabularyProjection pack(ProjectionKernel kernel, VocabularyProjection.Layout layout) {
      MemorySegment laidOut = MemorySegment.ofArray(new byte[Float.BYTES * weights.length]);
      for (int term = 0; term < terms; term++) {
        for (int h = 0; h < size; h++) {
          int index =
              layout == VocabularyProjection.Layout.BY_TERM ? term * size + h : h * terms + term;
          laidOut.set(FLOAT, 4L * index, weights[term * size + h]);
        }
      }
      return VocabularyProjection.pack(laidOut, layout, terms, size, bias, kernel);
    }

    /** In two calls, as two threads would. */
    float[][] raised(ProjectionKernel kernel, VocabularyProjection.Layout layout) {
      VocabularyProjection projection = pack(kernel, layout);
      assertThat(projection.maximaLength()).isEqualTo(32 * projection.panelCount());
      float[][] maxima = new float[ends.length][projection.maximaLength()];
      for (float[] ofText : maxima) {
        Arrays.fill(ofText, Float.NEGATIVE_INFINITY);
      }
      int middle = projection.panelCount() / 2;
      projection.raise(hidden, rows, ends, maxima, middle, projection.panelCount());
      projection.raise(hidden, rows, ends, maxima, 0, middle);
      return maxima;
    }

    /** Computes all again in double precision. */
    void check(float[][] maxima) {
      int first = 0;
      for (int text = 0; text < ends.length; text++) {
        for (int term = 0; term < terms; term++) {
          double expected = Double.NEGATIVE_INFINITY;
          for (int row = first; row < ends[text]; row++) {
            double logit = bias[term];
            for (int h = 0; h < size; h++) {
              logit += (double) weights[term * size + h] * hidden[rows[row] + h];
            }
            expected = Math.max(expected, logit);
          }
          if (ends[text] == first) {
            assertThat(maxima[text][term]).isEqualTo(Float.NEGATIVE_INFINITY);
          } else {
            assertThat((double) maxima[text][term]).isCloseTo(expected, within(1e-5 * (size + 1)));
          }
        }
        first = ends[text];
      }
    }
  }
}

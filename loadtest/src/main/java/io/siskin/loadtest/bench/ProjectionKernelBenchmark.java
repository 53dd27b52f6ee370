package io.siskin.loadtest.bench;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.server.encode.kernel.NeuralKernels;
import io.siskin.server.encode.kernel.VocabularyProjection;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
 * Measures the projection kernel, which multiplies hidden states with the weights of BERT's
 * vocabulary, for one text.
 *
 * <p>A token needs 2 × 30,522 × size operations, which is 7.8 million for 128 hidden units. The
 * rate of multiplications and additions of the machine is the bound. With one 512-bit operation per
 * cycle at 3.7 GHz, it is 118 GFLOP/s, or 66 µs per token of 128 units. {@link #peak} measures this
 * rate. The weights are read once per text. They have 15.6 MB, which takes 1 ms at 15 GB/s. For
 * fewer than about 16 tokens this takes most of the time, unless the weights are in a cache.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ProjectionKernelBenchmark {
  private static final int VOCABULARY = 30_522;

  /**
   * The number of tokens in {@link #peak}. Their states and one panel of weights fit the
   * first-level cache.
   */
  private static final int PEAK_TOKENS = 4;

  /** Which implementation. */
  @Param({"scalar", "panama"})
  public String kernel = "scalar";

  /** The length of a hidden state. */
  @Param({"128"})
  public int size = 128;

  /** The number of tokens of the text. */
  @Param({"8", "96"})
  public int tokens = 8;

  private VocabularyProjection projection = empty();
  private float[] hidden = {};
  private int[] rows = {};
  private int[] ends = {};
  private float[][] maxima = {};

  private static VocabularyProjection empty() {
    return pack(MemorySegment.ofArray(new float[1]), 1, 1, false);
  }

  private static VocabularyProjection pack(
      MemorySegment weights, int terms, int size, boolean panama) {
    return VocabularyProjection.pack(
        weights,
        VocabularyProjection.Layout.BY_TERM,
        terms,
        size,
        new float[terms],
        NeuralKernels.projection(KernelProvider.of(panama)));
  }

  /** Draws weights and hidden states. */
  @Setup
  public void draw() {
    Random random = new Random(1);
    float[] weights = new float[VOCABULARY * size];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextFloat() - 0.5f;
    }
    projection = pack(MemorySegment.ofArray(weights), VOCABULARY, size, kernel.equals("panama"));
    hidden = new float[tokens * size];
    rows = new int[tokens];
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] = (float) random.nextGaussian();
    }
    Arrays.setAll(rows, token -> token * size);
    ends = new int[] {tokens};
    maxima = new float[1][projection.maximaLength()];
  }

  /** Projects a text and takes its maxima. The result is in microseconds per text. */
  @Benchmark
  public float raise() {
    Arrays.fill(maxima[0], Float.NEGATIVE_INFINITY);
    projection.raise(hidden, rows, ends, maxima, 0, projection.panelCount());
    return maxima[0][1];
  }

  /**
   * Does the same number of operations, but only in the first panel and always with the same four
   * tokens. Their weights and states stay in the first-level cache. So this is the rate that the
   * kernel reaches if memory costs nothing.
   */
  @Benchmark
  public float peak() {
    int[] four = {Math.min(PEAK_TOKENS, tokens)};
    for (int panel = 0; panel < projection.panelCount(); panel++) {
      for (int token = 0; token < tokens; token += PEAK_TOKENS) {
        projection.raise(hidden, rows, four, maxima, 0, 1);
      }
    }
    return maxima[0][1];
  }
}

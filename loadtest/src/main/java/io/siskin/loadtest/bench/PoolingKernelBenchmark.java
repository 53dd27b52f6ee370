package io.siskin.loadtest.bench;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.server.encode.kernel.NeuralKernels;
import io.siskin.server.encode.kernel.PoolingKernel;
import io.siskin.server.encode.kernel.TermActivation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
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
 * Measures the pooling kernel over a batch of 8 texts of 64 tokens with the vocabulary of BERT. The
 * batch has 62 MB of logits, which is more than the caches of most machines hold. The row of a
 * token has 122 KB, so memory bounds each operation. At 12 GB/s the bound is 10 µs per token, which
 * {@link #read} measures. The maxima of a text stay in the second-level cache. About 60 logits of a
 * row are above zero here, as with splade-tiny.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PoolingKernelBenchmark {
  private static final int VOCABULARY = 30_522;
  private static final int TEXTS = 8;
  private static final int LENGTH = 64;
  private static final int FOCUS = 64;

  /** Which implementation. */
  @Param({"scalar", "panama"})
  public String kernel = "scalar";

  private PoolingKernel pooling = NeuralKernels.pooling(KernelProvider.of(false));
  private MemorySegment logits = MemorySegment.NULL;
  private final long[] rows = new long[LENGTH];
  private final float[] maxima = new float[VOCABULARY];
  private final long[] heap = new long[FOCUS];
  private final int[] terms = new int[VOCABULARY];
  private final float[] weights = new float[VOCABULARY];
  private int text;

  /** Draws the logits of a batch. */
  @Setup
  public void draw() {
    pooling = NeuralKernels.pooling(KernelProvider.of(kernel.equals("panama")));
    Random random = new Random(1);
    logits =
        MemorySegment.ofBuffer(
            ByteBuffer.allocateDirect(Float.BYTES * TEXTS * LENGTH * VOCABULARY)
                .order(ByteOrder.nativeOrder()));
    float[] drawn = new float[VOCABULARY];
    for (int v = 0; v < VOCABULARY; v++) {
      drawn[v] = (float) (2 * random.nextGaussian() - 5.8);
    }
    for (long row = 0; row < TEXTS * LENGTH; row++) {
      // Each row is the same logits, rotated by another number of terms.
      int turn = random.nextInt(VOCABULARY);
      long at = Float.BYTES * row * VOCABULARY;
      MemorySegment.copy(drawn, turn, logits, ValueLayout.JAVA_FLOAT, at, VOCABULARY - turn);
      MemorySegment.copy(
          drawn, 0, logits, ValueLayout.JAVA_FLOAT, at + 4L * (VOCABULARY - turn), turn);
    }
  }

  private void nextText() {
    text = (text + 1) % TEXTS;
    for (int token = 0; token < LENGTH; token++) {
      rows[token] = (long) Float.BYTES * VOCABULARY * (text * LENGTH + token);
    }
    Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
  }

  /** Copies the logits of each token into one array. Any pooling must do at least this. */
  @Benchmark
  @OperationsPerInvocation(LENGTH)
  public float read() {
    nextText();
    for (int token = 0; token < LENGTH; token++) {
      MemorySegment.copy(logits, ValueLayout.JAVA_FLOAT, rows[token], weights, 0, VOCABULARY);
    }
    return weights[1];
  }

  /** Pools the maxima of a text. The result is in microseconds per token. */
  @Benchmark
  @OperationsPerInvocation(LENGTH)
  public float raise() {
    nextText();
    pooling.raise(logits, rows, LENGTH, VOCABULARY, maxima);
    return maxima[1];
  }

  /** Pools the sums of activations of a text. The result is in microseconds per token. */
  @Benchmark
  @OperationsPerInvocation(LENGTH)
  public float add() {
    nextText();
    pooling.add(logits, rows, LENGTH, VOCABULARY, 0, TermActivation.LOG1P, maxima);
    return maxima[1];
  }

  /**
   * Pools the maxima of the 64 largest logits of each row. The result is in microseconds per token.
   */
  @Benchmark
  @OperationsPerInvocation(LENGTH)
  public float raiseFocused() {
    nextText();
    pooling.raiseFocused(logits, rows, LENGTH, VOCABULARY, FOCUS, 0, heap, maxima);
    return maxima[1];
  }

  /**
   * Lists and weighs the logits of one token that are above zero. The result is in microseconds per
   * text.
   */
  @Benchmark
  public int collect() {
    if (maxima[0] == 0) {
      nextText();
      pooling.raise(logits, rows, 1, VOCABULARY, maxima);
    }
    int found = pooling.collect(maxima, VOCABULARY, 0, terms, weights);
    TermActivation.LOG1P.applyAll(weights, found, 0);
    return found;
  }
}

package io.siskin.server.encode.model;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.kernel.NeuralKernels;
import io.siskin.server.encode.kernel.PoolingKernel;
import io.siskin.server.encode.kernel.VocabularyProjection;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * SPLADE's maximum pooling from the last hidden states: projection and maximum in one, without a
 * logit in memory (ADR 0014).
 *
 * <p>With more than one thread each takes a range of the vocabulary.
 */
final class FusedReader implements OutputReader {
  /** How many tokens are read at once, whose maxima take 122 kB each over 30,522 terms. */
  private static final int TOKENS_AT_ONCE = 64;

  /** A feed-forward layer is about so many times as wide as a hidden state. */
  private static final int INNER_WIDTH = 4;

  private final VocabularyProjection projection;
  private final Reading.Terms reading;
  private final WeightCollector collector;
  private final String modelFile;
  private final PoolingKernel kernel = NeuralKernels.pooling(KernelProvider.current());
  private final ProjectionThreads threads;
  private final ConcurrentLinkedDeque<Scratch> free = new ConcurrentLinkedDeque<>();

  FusedReader(
      VocabularyProjection projection,
      Reading.Terms reading,
      WeightCollector collector,
      String modelFile,
      int threads) {
    this.projection = projection;
    this.reading = reading;
    this.collector = collector;
    this.modelFile = modelFile;
    this.threads = new ProjectionThreads(threads);
  }

  @Override
  public long[] shape(int count, int length) {
    return new long[] {count, length, projection.hiddenSize()};
  }

  @Override
  public long largestTensorBytes(int count, int length) {
    long inner = (long) count * length * projection.hiddenSize() * INNER_WIDTH;
    long maxima = (long) count * projection.maximaLength();
    return Math.max(inner, maxima) * Float.BYTES;
  }

  @Override
  public boolean emptyWithoutTokens() {
    return true;
  }

  @Override
  public List<TextEncoding> read(List<ModelText> texts, int length, FloatBuffer output) {
    Scratch scratch = Objects.requireNonNullElseGet(free.pollFirst(), Scratch::new);
    scratch.fit(texts.size(), texts.size() * length);
    int[] ends = gather(texts, length, output, scratch);
    threads.run(
        projection.panelCount(),
        (first, end) ->
            projection.raise(scratch.hidden, scratch.rows, ends, scratch.maxima, first, end));
    List<TextEncoding> encodings = new ArrayList<>(texts.size());
    for (int i = 0; i < ends.length; i++) {
      SparseVector vector = vector(scratch.maxima[i], scratch);
      encodings.add(new TextEncoding.Sparse(vector, texts.get(i).originalTerms()));
    }
    free.addFirst(scratch);
    return encodings;
  }

  /** Each token is a text by itself, whose maximum is its only logit. */
  @Override
  public List<SparseVector> readTokens(ModelText text, FloatBuffer output) {
    Scratch scratch = Objects.requireNonNullElseGet(free.pollFirst(), Scratch::new);
    int length = text.lengthTokens();
    scratch.fit(1, length);
    int count = gather(List.of(text), length, output, scratch)[0];
    List<SparseVector> vectors = new ArrayList<>(count);
    for (int from = 0; from < count; from += TOKENS_AT_ONCE) {
      int[] rows = Arrays.copyOfRange(scratch.rows, from, Math.min(from + TOKENS_AT_ONCE, count));
      int[] ends = new int[rows.length];
      Arrays.setAll(ends, i -> i + 1);
      scratch.fit(rows.length, length);
      threads.run(
          projection.panelCount(),
          (first, end) -> projection.raise(scratch.hidden, rows, ends, scratch.maxima, first, end));
      for (int i = 0; i < rows.length; i++) {
        vectors.add(vector(scratch.maxima[i], scratch));
      }
    }
    free.addFirst(scratch);
    return vectors;
  }

  /** Copies the states that count, one after another; returns where each text ends. */
  private int[] gather(List<ModelText> texts, int length, FloatBuffer output, Scratch scratch) {
    int size = projection.hiddenSize();
    int[] ends = new int[texts.size()];
    int count = 0;
    for (int i = 0; i < ends.length; i++) {
      ModelText text = texts.get(i);
      for (int position = 0; position < text.lengthTokens(); position++) {
        if (text.pooled()[position]) {
          output.get((i * length + position) * size, scratch.hidden, count * size, size);
          check(scratch.hidden[count * size]);
          scratch.rows[count] = count * size;
          count++;
        }
      }
      ends[i] = count;
    }
    return ends;
  }

  /** The activation grows, so that it is needed once per term: for the largest logit. */
  private SparseVector vector(float[] maxima, Scratch scratch) {
    int[] terms = scratch.terms;
    float[] found = scratch.found;
    float shift = reading.logitShift();
    int count = kernel.collect(maxima, projection.termCount(), shift, terms, found);
    reading.activation().ofExcess().applyAll(found, count, shift);
    Arrays.fill(scratch.weights, 0);
    for (int i = 0; i < count; i++) {
      scratch.weights[terms[i]] = found[i];
    }
    return collector.collect(scratch.weights);
  }

  /**
   * Refuses a position whose state is not a number, because the kernel would pass it over. One such
   * number spoils the whole state in the layers before, so that it is enough to look at one.
   */
  private void check(float ofPosition) {
    NotANumber.check(ofPosition, modelFile, "a hidden state");
  }

  @Override
  public void close() {
    threads.close();
  }

  /** Memory of one batch, kept for the next: half a megabyte a text that would be touched anew. */
  private final class Scratch {
    private final int[] terms = new int[projection.termCount()];
    private final float[] found = new float[projection.termCount()];
    private final float[] weights = new float[projection.termCount()];
    private float[][] maxima = {};
    private float[] hidden = {};
    private int[] rows = {};

    void fit(int texts, int positions) {
      if (maxima.length < texts) {
        int before = maxima.length;
        maxima = Arrays.copyOf(maxima, texts);
        for (int i = before; i < texts; i++) {
          maxima[i] = new float[projection.maximaLength()];
        }
      }
      for (int i = 0; i < texts; i++) {
        Arrays.fill(maxima[i], Float.NEGATIVE_INFINITY);
      }
      if (rows.length < positions) {
        rows = new int[positions];
        hidden = new float[positions * projection.hiddenSize()];
      }
    }
  }
}

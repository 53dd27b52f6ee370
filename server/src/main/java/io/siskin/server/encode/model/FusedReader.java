package io.siskin.server.encode.model;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.kernel.PoolingKernel;
import io.siskin.index.kernel.VocabularyProjection;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.onnx.InferenceException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * SPLADE's maximum pooling from the last hidden states: projection and maximum in one, without a
 * logit in memory (ADR 0013).
 *
 * <p>With more than one thread each takes a range of the vocabulary.
 */
final class FusedReader implements OutputReader {
  /** A feed-forward layer is about so many times as wide as a hidden state. */
  private static final int INNER_WIDTH = 4;

  private final VocabularyProjection projection;
  private final Reading.Terms reading;
  private final WeightCollector collector;
  private final String modelFile;
  private final PoolingKernel kernel = KernelProvider.current().poolingKernel();
  private final ProjectionThreads threads;

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
    int size = projection.hiddenSize();
    float[] hidden = new float[texts.size() * length * size];
    int[] rows = new int[texts.size() * length];
    int[] ends = new int[texts.size()];
    float[][] maxima = new float[texts.size()][];
    int count = 0;
    for (int i = 0; i < texts.size(); i++) {
      ModelText text = texts.get(i);
      for (int position = 0; position < text.lengthTokens(); position++) {
        if (text.pooled()[position]) {
          output.get((i * length + position) * size, hidden, count * size, size);
          check(hidden[count * size]);
          rows[count] = count * size;
          count++;
        }
      }
      ends[i] = count;
      maxima[i] = new float[projection.maximaLength()];
      Arrays.fill(maxima[i], Float.NEGATIVE_INFINITY);
    }
    threads.run(
        projection.panelCount(),
        (first, end) -> projection.raise(hidden, rows, ends, maxima, first, end));
    List<TextEncoding> encodings = new ArrayList<>(texts.size());
    for (int i = 0; i < maxima.length; i++) {
      encodings.add(new TextEncoding.Sparse(vector(maxima[i]), texts.get(i).literals()));
    }
    return encodings;
  }

  /** The activation grows, so that it is needed once a term: for the largest logit. */
  private SparseVector vector(float[] maxima) {
    int[] terms = new int[projection.termCount()];
    float[] found = new float[projection.termCount()];
    float shift = reading.logitShift();
    int count = kernel.collect(maxima, projection.termCount(), shift, terms, found);
    reading.activation().ofExcess().applyAll(found, count, shift);
    float[] weights = new float[projection.termCount()];
    for (int i = 0; i < count; i++) {
      weights[terms[i]] = found[i];
    }
    return collector.collect(weights);
  }

  /**
   * Refuses a position whose state is no number: the kernel would pass it over. One number that is
   * none spoils the whole state in the layers before, so that one is looked at.
   */
  private void check(float ofPosition) {
    if (Float.isNaN(ofPosition)) {
      throw new InferenceException(
          modelFile,
          "a hidden state is NaN; expected: a number. A model in half precision overflows");
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}

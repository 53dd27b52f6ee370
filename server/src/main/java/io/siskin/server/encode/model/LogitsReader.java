package io.siskin.server.encode.model;

import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.kernel.PoolingKernel;
import java.lang.foreign.MemorySegment;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * SPLADE's pooling: logits of each position to one weight per term, read where the model put them.
 */
final class LogitsReader implements OutputReader {
  private final Reading.Terms reading;
  private final int vocabularySize;
  private final WeightCollector collector;
  private final PoolingKernel kernel;
  private final String modelFile;

  LogitsReader(
      Reading.Terms reading,
      int vocabularySize,
      WeightCollector collector,
      PoolingKernel kernel,
      String modelFile) {
    this.modelFile = modelFile;
    this.reading = reading;
    this.vocabularySize = vocabularySize;
    this.collector = collector;
    this.kernel = kernel;
  }

  @Override
  public long[] shape(int count, int length) {
    return new long[] {count, length, vocabularySize};
  }

  @Override
  public long largestTensorBytes(int count, int length) {
    return (long) count * length * vocabularySize * Float.BYTES;
  }

  @Override
  public boolean emptyWithoutTokens() {
    return true;
  }

  @Override
  public List<TextEncoding> read(List<ModelText> texts, int length, FloatBuffer output) {
    List<TextEncoding> encodings = new ArrayList<>(texts.size());
    MemorySegment logits = MemorySegment.ofBuffer(output);
    float[] weights = new float[vocabularySize];
    long[] rows = new long[length];
    for (int i = 0; i < texts.size(); i++) {
      ModelText text = texts.get(i);
      int count = 0;
      for (int position = 0; position < text.lengthTokens(); position++) {
        if (text.pooled()[position]) {
          int row = (i * length + position) * vocabularySize;
          // One NaN in a hidden state spoils all logits of its position: looking at one is enough.
          NotANumber.check(output.get(row), modelFile, "a logit");
          rows[count++] = (long) row * Float.BYTES;
        }
      }
      pool(logits, rows, count, weights);
      encodings.add(new TextEncoding.Sparse(collector.collect(weights), text.originalTerms()));
    }
    return encodings;
  }

  @Override
  public List<SparseVector> readTokens(ModelText text, FloatBuffer output) {
    MemorySegment logits = MemorySegment.ofBuffer(output);
    float[] weights = new float[vocabularySize];
    List<SparseVector> vectors = new ArrayList<>(text.lengthTokens());
    for (int position = 0; position < text.lengthTokens(); position++) {
      if (text.pooled()[position]) {
        int row = position * vocabularySize;
        NotANumber.check(output.get(row), modelFile, "a logit");
        pool(logits, new long[] {(long) row * Float.BYTES}, 1, weights);
        vectors.add(collector.collect(weights));
      }
    }
    return vectors;
  }

  private void pool(MemorySegment logits, long[] rows, int rowCount, float[] weights) {
    float shift = reading.logitShift();
    int focus = reading.positionTopK();
    switch (reading.pooling()) {
      case SUM -> {
        Arrays.fill(weights, 0);
        kernel.add(
            logits,
            rows,
            rowCount,
            vocabularySize,
            shift,
            reading.activation().ofExcess(),
            weights);
      }
      case MAX -> {
        Arrays.fill(weights, Float.NEGATIVE_INFINITY);
        if (focus == 0) {
          kernel.raise(logits, rows, rowCount, vocabularySize, weights);
        } else {
          long[] heap = new long[focus];
          kernel.raiseFocused(logits, rows, rowCount, vocabularySize, focus, shift, heap, weights);
        }
        // The activation grows, so that it is needed once per term: for the largest logit.
        for (int j = 0; j < weights.length; j++) {
          weights[j] = reading.activation().weight(weights[j], shift);
        }
      }
    }
  }
}

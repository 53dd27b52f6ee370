package io.siskin.server.encode.model;

import io.siskin.server.encode.TextEncoding;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** SPLADE's pooling: logits of each position to one weight a term. */
final class LogitsReader implements OutputReader {
  private final Reading.Terms reading;
  private final int vocabularySize;
  private final WeightCollector collector;

  LogitsReader(Reading.Terms reading, int vocabularySize, WeightCollector collector) {
    this.reading = reading;
    this.vocabularySize = vocabularySize;
    this.collector = collector;
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
    float[] weights = new float[vocabularySize];
    float[] row = new float[vocabularySize];
    for (int i = 0; i < texts.size(); i++) {
      ModelText text = texts.get(i);
      switch (reading.pooling()) {
        case MAX -> poolMaximum(text, i * length, output, row, weights);
        case SUM -> poolSum(text, i * length, output, row, weights);
      }
      encodings.add(new TextEncoding.Sparse(collector.collect(weights), text.literals()));
    }
    return encodings;
  }

  /** The activation grows, so that it is needed once a term: for the largest logit. */
  private void poolMaximum(
      ModelText text, int firstRow, FloatBuffer output, float[] row, float[] weights) {
    Arrays.fill(weights, Float.NEGATIVE_INFINITY);
    for (int position = 0; position < text.lengthTokens(); position++) {
      if (text.pooled()[position]) {
        readRow(output, firstRow + position, row);
        for (int j = 0; j < weights.length; j++) {
          weights[j] = Math.max(weights[j], row[j]);
        }
      }
    }
    for (int j = 0; j < weights.length; j++) {
      weights[j] = activate(weights[j]);
    }
  }

  private void poolSum(
      ModelText text, int firstRow, FloatBuffer output, float[] row, float[] weights) {
    Arrays.fill(weights, 0);
    for (int position = 0; position < text.lengthTokens(); position++) {
      if (text.pooled()[position]) {
        readRow(output, firstRow + position, row);
        for (int j = 0; j < weights.length; j++) {
          weights[j] += activate(row[j]);
        }
      }
    }
  }

  private float activate(float logit) {
    float shifted = logit - reading.logitShift();
    return shifted <= 0 ? 0 : (float) reading.activation().of(shifted);
  }

  private void readRow(FloatBuffer output, int number, float[] row) {
    output.get(number * vocabularySize, row);
    if (reading.positionTopK() > 0) {
      PositionFocus.keepStrongest(row, reading.positionTopK());
    }
  }
}

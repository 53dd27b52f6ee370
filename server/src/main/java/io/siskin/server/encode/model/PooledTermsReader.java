package io.siskin.server.encode.model;

import io.siskin.server.encode.TextEncoding;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Outputs that the model pooled itself: one number per term. */
final class PooledTermsReader implements OutputReader {
  private final Reading.Terms reading;
  private final int vocabularySize;
  private final WeightCollector collector;
  private final String modelFile;

  PooledTermsReader(
      Reading.Terms reading, int vocabularySize, WeightCollector collector, String modelFile) {
    this.modelFile = modelFile;
    this.reading = reading;
    this.vocabularySize = vocabularySize;
    this.collector = collector;
  }

  @Override
  public long[] shape(int count, int length) {
    return new long[] {count, vocabularySize};
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
    for (int i = 0; i < texts.size(); i++) {
      output.get(i * vocabularySize, weights);
      for (int j = 0; j < weights.length; j++) {
        NotANumber.check(weights[j], modelFile, "a weight");
        weights[j] = reading.activation().weight(weights[j], reading.logitShift());
      }
      encodings.add(
          new TextEncoding.Sparse(collector.collect(weights), texts.get(i).originalTerms()));
    }
    return encodings;
  }
}

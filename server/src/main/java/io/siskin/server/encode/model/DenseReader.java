package io.siskin.server.encode.model;

import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.onnx.InferenceException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Hidden states or finished vectors to dense encodings: of a text, of its chunks or its tokens. */
final class DenseReader implements OutputReader {
  private final Reading.Dense reading;
  private final int size;
  private final int dimensions;
  private final String modelFile;

  /**
   * Makes a reader.
   *
   * @param reading what the configuration says
   * @param size how many numbers the model gives per position or text
   * @param modelFile the model's file, for messages
   */
  DenseReader(Reading.Dense reading, int size, String modelFile) {
    this.modelFile = modelFile;
    this.reading = reading;
    this.size = size;
    this.dimensions = reading.dimensions() == 0 ? size : reading.dimensions();
  }

  /** Returns how many numbers a vector has. */
  int dimensions() {
    return dimensions;
  }

  @Override
  public long[] shape(int count, int length) {
    return reading.pooled() ? new long[] {count, size} : new long[] {count, length, size};
  }

  @Override
  public long largestTensorBytes(int count, int length) {
    return (long) count * length * size * Float.BYTES;
  }

  @Override
  public boolean emptyWithoutTokens() {
    return false;
  }

  @Override
  public List<TextEncoding> read(List<ModelText> texts, int length, FloatBuffer output) {
    List<TextEncoding> encodings = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      ModelText text = texts.get(i);
      if (!reading.pooled() && reading.pooling() == Reading.DensePooling.TOKENS) {
        encodings.add(tokens(text, i * length, output));
        continue;
      }
      List<float[]> vectors = new ArrayList<>();
      if (reading.pooled()) {
        vectors.add(row(output, i));
      } else if (reading.pooling() == Reading.DensePooling.CLS) {
        vectors.add(row(output, i * length));
      } else if (text.chunkEnds().length == 0) {
        vectors.add(mean(text, 0, text.lengthTokens(), i * length, output));
      } else {
        addChunks(text, i * length, output, vectors);
      }
      vectors.replaceAll(this::finish);
      encodings.add(new TextEncoding.Dense(vectors));
    }
    return encodings;
  }

  private TextEncoding tokens(ModelText text, int firstRow, FloatBuffer output) {
    List<float[]> vectors = new ArrayList<>(text.lengthTokens());
    int[] keys = new int[text.lengthTokens()];
    for (int position = 0; position < text.lengthTokens(); position++) {
      if (text.pooled()[position] && !text.tokens().special()[position]) {
        keys[vectors.size()] = (int) text.tokens().ids()[position];
        vectors.add(finish(row(output, firstRow + position)));
      }
    }
    return new TextEncoding.DenseTokens(vectors, Arrays.copyOf(keys, vectors.size()));
  }

  /**
   * Late chunking: a position belongs to the chunk in which its token begins; the special tokens
   * before the text belong to the first chunk, those after it to the last.
   */
  private void addChunks(ModelText text, int firstRow, FloatBuffer output, List<float[]> vectors) {
    int from = 0;
    int[] chunkEnds = text.chunkEnds();
    for (int chunk = 0; chunk < chunkEnds.length; chunk++) {
      int to = from;
      if (chunk == chunkEnds.length - 1) {
        to = text.lengthTokens();
      } else {
        while (to < text.lengthTokens() && !isAfter(text, to, chunkEnds[chunk])) {
          to++;
        }
      }
      vectors.add(mean(text, from, to, firstRow, output));
      from = to;
    }
  }

  /** Special tokens after the text have no place in it: they follow the last chunk. */
  private static boolean isAfter(ModelText text, int position, int chunkEnd) {
    if (text.tokens().special()[position] && text.tokens().ends()[position] == 0) {
      return position > 0;
    }
    return text.tokens().starts()[position] >= chunkEnd;
  }

  private float[] mean(ModelText text, int from, int to, int firstRow, FloatBuffer output) {
    float[] sum = new float[size];
    float[] row = new float[size];
    int count = 0;
    for (int position = from; position < to; position++) {
      if (text.pooled()[position]) {
        output.get((firstRow + position) * size, row);
        for (int j = 0; j < size; j++) {
          sum[j] += row[j];
        }
        count++;
      }
    }
    for (int j = 0; j < size && count > 0; j++) {
      sum[j] /= count;
    }
    return sum;
  }

  private float[] row(FloatBuffer output, int number) {
    float[] row = new float[size];
    output.get(number * size, row);
    return row;
  }

  /** Cuts first: what is cut off must not count in the length. */
  private float[] finish(float[] whole) {
    float[] vector = Arrays.copyOf(whole, dimensions);
    for (float number : vector) {
      NotANumber.check(number, modelFile, "a number of a vector");
      if (Float.isInfinite(number)) {
        throw new InferenceException(
            modelFile, "a number of a vector is " + number + "; expected: a finite number");
      }
    }
    if (reading.normalize()) {
      double squares = 0;
      for (float number : vector) {
        squares += (double) number * number;
      }
      float scale = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
      for (int j = 0; j < vector.length; j++) {
        vector[j] *= scale;
      }
    }
    return vector;
  }
}

package io.siskin.server.encode.model;

import io.siskin.server.encode.TextEncoding;
import java.nio.FloatBuffer;
import java.util.List;

/** Makes encodings of what a model gave. Safe for concurrent use. */
interface OutputReader extends AutoCloseable {
  /** Returns the shape of the output for a batch. */
  long[] shape(int count, int length);

  /**
   * Returns about how many bytes a batch's largest tensor takes, whether it is the output or stays
   * inside the model.
   */
  long largestTensorBytes(int count, int length);

  /** Returns whether an encoding is known to be empty when the text has no token of its own. */
  boolean emptyWithoutTokens();

  /**
   * Reads a batch's output.
   *
   * @param texts the batch
   * @param length positions that each text was padded to
   * @param output the numbers, in the order of the shape
   * @return one encoding per text
   */
  List<TextEncoding> read(List<ModelText> texts, int length, FloatBuffer output);

  /** Ends what the reader has started; nothing for most. */
  @Override
  default void close() {}
}

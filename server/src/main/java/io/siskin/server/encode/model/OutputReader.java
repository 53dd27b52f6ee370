package io.siskin.server.encode.model;

import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.TextEncoding;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * Reads the output of one text as a sparse vector for each position that is pooled.
   *
   * @param text the text, which was not padded
   * @param output the numbers, in the order of the shape
   * @return null where a position has no numbers over a vocabulary
   */
  default @Nullable List<SparseVector> readTokens(ModelText text, FloatBuffer output) {
    return null;
  }

  /** Ends what the reader has started; nothing for most. */
  @Override
  default void close() {}
}

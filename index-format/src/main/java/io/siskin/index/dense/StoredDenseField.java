package io.siskin.index.dense;

import org.jspecify.annotations.Nullable;

/** A dense field of one segment that can give its vectors back. */
public interface StoredDenseField extends DenseField {
  /** Returns what the vectors are. */
  DenseType type();

  /**
   * Returns the vectors of a document as they are stored.
   *
   * @param document its number in the segment
   * @return null if it has none
   */
  @Nullable DenseVectors vectors(int document);

  @Override
  default int dimensions() {
    return type().dimensions();
  }
}

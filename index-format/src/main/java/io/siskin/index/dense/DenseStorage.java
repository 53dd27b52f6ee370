package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.DenseLayout;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the values of dense vectors are stored. */
public enum DenseStorage {
  /** As they are given, in 4 bytes each. */
  F32(DenseLayout.STORAGE_F32, "f32"),
  /** Rounded to half precision, in 2 bytes each. The largest value is 65,504. */
  F16(DenseLayout.STORAGE_F16, "f16"),
  /** Rounded to 255 steps of the largest value of their vector, in 1 byte each. */
  INT8(DenseLayout.STORAGE_INT8, "int8"),
  /**
   * One bit each: 1 for a number above 0. A score is the number of equal bits less the number of
   * other ones, which is the inner product of vectors of 1 and −1.
   */
  BINARY(DenseLayout.STORAGE_BINARY, "binary"),
  /**
   * Sparse vectors of tokens, as in SLIM (Li, Lin, Ma and Lin, "SLIM: Sparsified Late Interaction
   * for Efficient Multi-Vector Retrieval with Inverted Indexes", SIGIR 2023). The dimensions are
   * the number of terms that a vector keeps.
   */
  TERMS(DenseLayout.STORAGE_TERMS, "terms"),
  /**
   * Densified lexical vectors (Lin and Lin, "A Dense Representation Framework for Lexical and
   * Semantic Matching", ACM TOIS 2023): the heaviest term of each slice of the terms. The
   * dimensions are the number of slices.
   */
  SLICES(DenseLayout.STORAGE_SLICES, "slices");

  private final int code;
  private final String word;

  DenseStorage(int code, String word) {
    this.code = code;
    this.word = word;
  }

  /** Returns the code in files. */
  public int code() {
    return code;
  }

  /** Returns its name on the command line and in files of JSON. */
  public String word() {
    return word;
  }

  /** Returns whether a vector is one number for each dimension. */
  public boolean isOfValues() {
    return this != TERMS && this != SLICES;
  }

  /**
   * Returns the storage with a code, or null if there is none.
   *
   * @param code the code in files
   */
  public static @Nullable DenseStorage ofCode(int code) {
    for (DenseStorage storage : values()) {
      if (storage.code == code) {
        return storage;
      }
    }
    return null;
  }

  /**
   * Returns the storage of a name.
   *
   * @param word {@link #word}, in any case
   * @throws InvalidInputException when there is none of the name
   */
  public static DenseStorage ofWord(String word) {
    for (DenseStorage storage : values()) {
      if (storage.word.equals(word.toLowerCase(Locale.ROOT))) {
        return storage;
      }
    }
    throw new InvalidInputException(
        "storage of a dense field", "'" + word + "'", "f32, f16, int8, binary, terms or slices");
  }
}

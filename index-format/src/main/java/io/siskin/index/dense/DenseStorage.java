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
  SLICES(DenseLayout.STORAGE_SLICES, "slices"),
  /**
   * As {@link #F32}, and each vector has a key, as the vectors of tokens have in COIL (Gao, Dai and
   * Callan, "COIL: Revisit Exact Lexical Match in Information Retrieval with Contextualized
   * Inverted List", NAACL 2021). Only vectors of one key are compared.
   */
  KEYED_F32(DenseLayout.STORAGE_KEYED_F32, "keyed-f32"),
  /** As {@link #F16}, and each vector has a key; see {@link #KEYED_F32}. */
  KEYED_F16(DenseLayout.STORAGE_KEYED_F16, "keyed-f16"),
  /**
   * The terms of the document's sparse vector, hashed into bits, as in UHD (Jang and others,
   * "Ultra-High Dimensional Sparse Representations with Binarization for Efficient Text Retrieval",
   * EMNLP 2021). A score is the number of bits that query and document have in common. The
   * dimensions are the number of bits.
   */
  HASHED(DenseLayout.STORAGE_HASHED, "hashed");

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

  /** Returns whether a vector is one number for each dimension, and nothing else. */
  public boolean isOfValues() {
    return switch (this) {
      case F32, F16, INT8, BINARY -> true;
      case TERMS, SLICES, KEYED_F32, KEYED_F16, HASHED -> false;
    };
  }

  /** Returns whether each vector has a key. */
  public boolean isKeyed() {
    return this == KEYED_F32 || this == KEYED_F16;
  }

  /** Returns whether the server makes the vector of a document of its sparse vector. */
  public boolean isOfSparse() {
    return this == SLICES || this == HASHED;
  }

  /** Returns how the values of a row are stored, whether there is a key beside them or not. */
  public DenseStorage ofRow() {
    return switch (this) {
      case KEYED_F32 -> F32;
      case KEYED_F16 -> F16;
      case F32, F16, INT8, BINARY, TERMS, SLICES, HASHED -> this;
    };
  }

  /** Returns what vectors a query or a document of such a field has, for messages. */
  String wanted() {
    return switch (this) {
      case F32, F16, INT8, BINARY -> "vectors of values, since the field stores " + word;
      case TERMS -> "token vectors, since the field stores terms";
      case SLICES, HASHED -> "a sparse vector, since the field stores " + word;
      case KEYED_F32, KEYED_F16 -> "vectors with keys, since the field stores " + word;
    };
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
        "storage of a dense field",
        "'" + word + "'",
        "f32, f16, int8, binary, terms, slices, keyed-f32, keyed-f16 or hashed");
  }
}

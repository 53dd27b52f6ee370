package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.DenseLayout;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the values of dense vectors are stored. */
public enum DenseStorage {
  /** As they are given, in 4 bytes each. */
  F32(DenseLayout.STORAGE_F32, "f32", Float.BYTES),
  /** Rounded to half precision, in 2 bytes each. The largest value is 65,504. */
  F16(DenseLayout.STORAGE_F16, "f16", Short.BYTES),
  /** Rounded to 255 steps of the largest value of their vector, in 1 byte each. */
  INT8(DenseLayout.STORAGE_INT8, "int8", Byte.BYTES);

  private final int code;
  private final String word;
  private final int valueBytes;

  DenseStorage(int code, String word, int valueBytes) {
    this.code = code;
    this.word = word;
    this.valueBytes = valueBytes;
  }

  /** Returns the code in files. */
  public int code() {
    return code;
  }

  /** Returns its name on the command line and in files of JSON. */
  public String word() {
    return word;
  }

  /** Returns the bytes of a value: 4, 2 or 1. */
  public int valueBytes() {
    return valueBytes;
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
        "storage of a dense field", "'" + word + "'", "f32, f16 or int8");
  }
}

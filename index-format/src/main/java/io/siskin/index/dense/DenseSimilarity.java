package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.DenseLayout;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the score of two dense vectors is. */
public enum DenseSimilarity {
  /** Their inner product. */
  DOT(DenseLayout.SIMILARITY_DOT, "dot"),
  /**
   * The cosine of the angle between them. Vectors and queries are divided by their lengths, so it
   * is their inner product, too.
   */
  COSINE(DenseLayout.SIMILARITY_COSINE, "cosine");

  private final int code;
  private final String word;

  DenseSimilarity(int code, String word) {
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

  /**
   * Returns the similarity with a code, or null if there is none.
   *
   * @param code the code in files
   */
  public static @Nullable DenseSimilarity ofCode(int code) {
    for (DenseSimilarity similarity : values()) {
      if (similarity.code == code) {
        return similarity;
      }
    }
    return null;
  }

  /**
   * Returns the similarity of a name.
   *
   * @param word {@link #word}, in any case
   * @throws InvalidInputException when there is none of the name
   */
  public static DenseSimilarity ofWord(String word) {
    for (DenseSimilarity similarity : values()) {
      if (similarity.word.equals(word.toLowerCase(Locale.ROOT))) {
        return similarity;
      }
    }
    throw new InvalidInputException(
        "similarity of a dense field", "'" + word + "'", "dot or cosine");
  }
}

package io.siskin.client;

import java.util.List;

/**
 * What of documents is read.
 *
 * @param vector whether their vectors are, with weights as they are stored after quantisation
 * @param fields the names of the fields, at most 64; {@code "*"} stands for all of them
 * @param dense the names of the dense fields whose vectors are, at most 16; {@code "*"} stands for
 *     all of them
 */
public record Parts(boolean vector, List<String> fields, List<String> dense) {
  /** All fields, without the vector. */
  public static final Parts FIELDS = new Parts(false, List.of("*"));

  /** All fields and all vectors. */
  public static final Parts EVERYTHING = new Parts(true, List.of("*"), List.of("*"));

  /**
   * Wants no dense vectors.
   *
   * @param vector see above
   * @param fields see above
   */
  public Parts(boolean vector, List<String> fields) {
    this(vector, fields, List.of());
  }

  /** Copies the lists. */
  public Parts {
    fields = List.copyOf(fields);
    dense = List.copyOf(dense);
  }
}

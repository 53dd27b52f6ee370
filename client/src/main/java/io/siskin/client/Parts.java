package io.siskin.client;

import java.util.List;

/**
 * What of documents is read.
 *
 * @param vector whether their vectors are, with weights as they are stored after quantisation
 * @param fields the names of the fields, at most 64; {@code "*"} stands for all of them
 */
public record Parts(boolean vector, List<String> fields) {
  /** All fields, without the vector. */
  public static final Parts FIELDS = new Parts(false, List.of("*"));

  /** All fields and the vector. */
  public static final Parts EVERYTHING = new Parts(true, List.of("*"));

  /** Copies the list. */
  public Parts {
    fields = List.copyOf(fields);
  }
}

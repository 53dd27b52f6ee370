package io.siskin.server.encode;

import io.siskin.index.vector.SparseVector;
import java.util.List;

/**
 * Encodes the text of queries, so that the inner product with an encoded document is its score.
 *
 * <p>Safe for concurrent use. Owned and closed by its {@code Encoders}.
 */
public interface QueryEncoder {
  /**
   * The longest query text, in UTF-16 code units: what the slowest tokenizer does in some 50 ms.
   */
  int TEXT_LENGTH_MAX = 65_536;

  /**
   * Encodes a batch on the calling thread.
   *
   * @param texts at most {@link #TEXT_LENGTH_MAX} code units each; a text without a token, the
   *     empty one included, gives an empty vector. Unpaired surrogates read as U+FFFD
   * @return one vector per text, in the order of the texts. Tokens that no document has are kept,
   *     so that the evaluation can count them as unknown
   * @throws io.siskin.index.error.InvalidInputException when a text is too long, or when the spec
   *     encodes no text, see {@code VectorSpec}
   */
  List<SparseVector> encode(List<String> texts);

  /**
   * Encodes one text.
   *
   * @param text as one of {@link #encode(List)}
   */
  default SparseVector encode(String text) {
    return encode(List.of(text)).getFirst();
  }
}

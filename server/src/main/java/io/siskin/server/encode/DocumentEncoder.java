package io.siskin.server.encode;

import io.siskin.index.vector.SparseVector;
import java.util.List;

/**
 * Encodes the text of documents, as a collection's {@code EncoderSpec} says.
 *
 * <p>Safe for concurrent use. Owned and closed by its {@code Encoders}.
 */
public interface DocumentEncoder {
  /**
   * Encodes a batch on the calling thread.
   *
   * @param texts as in {@link #encode(List, Checkpoint)}
   */
  default List<SparseVector> encode(List<String> texts) {
    return encode(texts, Checkpoint.NONE);
  }

  /**
   * Encodes a batch on the calling thread, and ends early when it is told to.
   *
   * @param texts any length, any characters; a text without a token, the empty one included, gives
   *     an empty vector. Unpaired surrogates read as U+FFFD
   * @param checkpoint asked before each text. Encoders without a model ask it within a text too,
   *     once every thousand tokens or so
   * @return one vector per text, in the order of the texts. What the weights mean is for the spec
   *     to say: under {@code Bm25Spec} they are term frequencies, which the segment builder weighs
   * @throws RuntimeException what the checkpoint throws
   * @throws io.siskin.index.error.InvalidInputException when the spec encodes no text, see {@code
   *     VectorSpec}
   */
  List<SparseVector> encode(List<String> texts, Checkpoint checkpoint);

  /**
   * Encodes one text.
   *
   * @param text as one of {@link #encode(List)}
   */
  default SparseVector encode(String text) {
    return encode(List.of(text)).getFirst();
  }
}

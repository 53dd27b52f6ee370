package io.siskin.server.encode;

import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.factory.Encoders;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.VectorSpec;
import java.util.List;

/**
 * Encodes the text of documents, as a collection's {@link EncoderSpec} says.
 *
 * <p>Safe for concurrent use. Owned and closed by its {@link Encoders}.
 */
public interface DocumentEncoder {
  /**
   * Encodes a batch on the calling thread.
   *
   * @param texts any length, any characters; a text without a token, the empty one included, gives
   *     an empty vector. Unpaired surrogates read as U+FFFD
   * @return one vector per text, in the order of the texts. What the weights mean is for the spec
   *     to say: under {@link Bm25Spec} they are term frequencies, which the segment builder weighs
   *     once it knows the collection
   * @throws io.siskin.index.error.InvalidInputException when the spec encodes no text, see {@link
   *     VectorSpec}
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

package io.siskin.server.ingest;

import io.siskin.index.vector.SparseVector;
import java.util.List;
import java.util.concurrent.Future;

/** Encodes batches of documents beside its caller. Used by one thread. */
interface BatchEncoder extends AutoCloseable {
  /** What became of one text of a batch. */
  sealed interface Outcome {
    /**
     * It was encoded.
     *
     * @param vector its vector
     */
    record Encoded(SparseVector vector) implements Outcome {}

    /**
     * It could not be encoded, while other texts of its batch may have been.
     *
     * @param failure why
     */
    record Failed(Throwable failure) implements Outcome {}
  }

  /**
   * Starts to encode. A text that cannot be encoded does not keep the others from it.
   *
   * @param texts one or more
   * @return one outcome per text, in the order of the texts, to come
   * @throws io.siskin.server.batch.EncoderOverloadedException when earlier batches must end first
   */
  Future<List<Outcome>> encode(List<String> texts);

  /** Ends what is under way, whatever comes of it. */
  @Override
  void close();
}

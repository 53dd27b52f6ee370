package io.siskin.server.ingest;

import io.siskin.server.encode.EncoderInput;
import java.util.List;
import java.util.concurrent.Future;

/**
 * Encodes batches of documents beside its caller. Used by one thread.
 *
 * @param <V> what a text becomes
 */
interface BatchEncoder<V> extends AutoCloseable {
  /**
   * What became of one text of a batch.
   *
   * @param <V> what a text becomes
   */
  sealed interface Outcome<V> {
    /**
     * It was encoded.
     *
     * @param value what it became
     * @param <V> what a text becomes
     */
    record Encoded<V>(V value) implements Outcome<V> {}

    /**
     * It could not be encoded, while other texts of its batch may have been.
     *
     * @param failure why
     * @param <V> what a text becomes
     */
    record Failed<V>(Throwable failure) implements Outcome<V> {}
  }

  /**
   * Starts to encode. A text that cannot be encoded does not keep the others from it.
   *
   * @param inputs one or more texts
   * @return one outcome per text, in the order of the texts, to come
   * @throws io.siskin.server.batch.EncoderOverloadedException when earlier batches must end first
   */
  Future<List<Outcome<V>>> encode(List<EncoderInput> inputs);

  /** Ends what is under way, whatever comes of it. */
  @Override
  void close();
}

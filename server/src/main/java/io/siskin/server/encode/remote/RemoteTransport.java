package io.siskin.server.encode.remote;

import io.siskin.server.encode.RemoteEncoderException;
import java.time.Duration;
import java.util.List;

/** Asks one encoder, once. Safe for concurrent use. */
interface RemoteTransport {
  /** What the encoder makes of a text. */
  sealed interface Answer {
    /**
     * A sparse vector.
     *
     * @param terms numbers of the vocabulary
     * @param weights one a term; those not above 0 are padding
     */
    record Sparse(int[] terms, float[] weights) implements Answer {}

    /**
     * A dense vector.
     *
     * @param numbers its numbers
     */
    record Dense(float[] numbers) implements Answer {}
  }

  /**
   * Encodes texts.
   *
   * @param texts at least one
   * @param timeout how long it may take
   * @return one answer a text, in the order of the texts
   * @throws RemoteEncoderException when there is no such answer
   */
  List<Answer> encode(List<String> texts, Duration timeout);

  /** Returns whether the encoder says that it can be asked. */
  boolean isReady(Duration timeout);

  /** Ends connections. */
  void close();
}

package io.siskin.server.encode.remote;

import io.siskin.index.error.InvalidInputException;
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
     * @param weights one per term; those not above 0 are padding
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

  /**
   * Asks the encoder what it is, and compares that with what it is meant to be.
   *
   * @param timeout how long to wait
   * @param expected what the caller counts on
   * @throws InvalidInputException when it is something else, with the key of the configuration
   * @throws RemoteEncoderException when there is no answer
   */
  RemoteDescription describe(Duration timeout, Expected expected);

  /**
   * What a caller counts on, besides the target.
   *
   * @param termCount how many terms the vocabulary has; 0 for dense vectors
   * @param textCountMax how many texts one request may have
   */
  record Expected(int termCount, int textCountMax) {}

  /** Returns whether the encoder says that it can be asked. */
  boolean isReady(Duration timeout);

  /** Ends connections. */
  void close();
}

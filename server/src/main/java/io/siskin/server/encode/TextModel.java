package io.siskin.server.encode;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import java.util.List;

/**
 * A model that encodes texts in padded batches: first each is tokenised, then a batch of them is
 * inferred and pooled. The one who calls it owns queues, deadlines and priorities.
 *
 * <p>Safe for concurrent use. {@link #close} waits for calls in progress; later calls throw {@link
 * IllegalStateException}.
 */
public interface TextModel extends AutoCloseable {
  /**
   * What one batch gave, and where its time went.
   *
   * @param encodings one per text, in the order of the texts
   * @param inferNanos what the model itself took
   * @param poolNanos what was made of its output
   */
  record Inference(List<TextEncoding> encodings, long inferNanos, long poolNanos) {
    /** Copies the list. */
    public Inference {
      encodings = List.copyOf(encodings);
    }
  }

  /**
   * Returns what stands for everything that a text's encoding depends on: two models of one
   * fingerprint give the same encodings. 64 lower-case hexadecimal digits.
   */
  String fingerprint();

  /** Returns the most tokens of a text that are read, special ones included; the rest is cut. */
  int lengthTokensMax();

  /** What {@link #denseDimensions} returns for a model that gives sparse vectors. */
  int SPARSE = 0;

  /** What {@link #denseDimensions} returns where it is not known before the first text. */
  int UNKNOWN_DIMENSIONS = -1;

  /**
   * Returns how many numbers its dense vectors have, 1 or more, or {@link #SPARSE} or {@link
   * #UNKNOWN_DIMENSIONS}.
   */
  default int denseDimensions() {
    return UNKNOWN_DIMENSIONS;
  }

  /**
   * Returns whether a sparse vector of this model may have a term: what a dictionary of further
   * terms must not have, too.
   *
   * @param term the term
   */
  default boolean hasTerm(String term) {
    return false;
  }

  /**
   * Cuts a text into tokens.
   *
   * @param input the text
   * @throws io.siskin.index.error.InvalidInputException when the model does not take such an input,
   *     for example chunks where it gives sparse vectors
   */
  TokenizedText tokenize(EncoderInput input);

  /**
   * Encodes a batch on the calling thread. It is padded to its longest text, so that texts of like
   * length belong together.
   *
   * @param batch what {@link #tokenize} of this model gave; at least one
   */
  Inference infer(List<TokenizedText> batch);

  /**
   * Encodes a batch of which nobody waits longer than a time for the answer. What computes here is
   * not interrupted; a model that asks elsewhere gives up then, with {@link
   * RemoteEncoderException}.
   *
   * @param batch as for {@link #infer(List)}
   * @param patienceNanos how long the most patient caller waits; {@link Long#MAX_VALUE} for ever
   */
  default Inference infer(List<TokenizedText> batch, long patienceNanos) {
    return infer(batch);
  }

  /**
   * Returns one sparse vector for each token of a text that counts when the model pools its
   * numbers, in their order. It runs on the calling thread.
   *
   * @param text what {@link #tokenize} of this model gave
   * @return one vector or more; a single empty one for a text without tokens
   * @throws io.siskin.index.error.InvalidInputException when the model does not give numbers over a
   *     vocabulary for each token
   */
  default List<SparseVector> tokenVectors(TokenizedText text) {
    throw noTokenVectors();
  }

  /** Returns the error of a model that gives no sparse vectors of tokens. */
  static InvalidInputException noTokenVectors() {
    return new InvalidInputException(
        "model",
        "one that gives no vectors of tokens",
        "a model of this process that gives numbers over a vocabulary for each token");
  }

  @Override
  void close();
}

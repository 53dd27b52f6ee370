package io.siskin.server.retrieve;

import io.siskin.server.batch.EncodedText;
import io.siskin.server.search.Cancellation;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Encodes texts as collections and models do, without searching.
 *
 * <p>Safe for concurrent use. Throws {@link io.siskin.index.error.InvalidInputException} for what
 * an encoder does not take, {@link CollectionNotFoundException} and {@link ModelNotFoundException}
 * for unknown names.
 */
public interface TextEncoders {
  /**
   * Tells whether {@link #encode} would do the work on the calling thread, because no model with a
   * front end is needed for it.
   *
   * @param request what to encode
   */
  boolean encodesHere(EncodingRequest request);

  /**
   * Encodes texts.
   *
   * @param request what to encode
   * @param cancellation the caller's deadline and cancellation, asked while texts wait and several
   *     times within a long text that is analysed without a model
   * @return one encoding per text, in the order of the texts, to come; they fail together, with the
   *     first failure
   * @throws io.siskin.server.batch.EncoderOverloadedException when the front end has no room
   */
  CompletableFuture<List<EncodedText>> encode(EncodingRequest request, Cancellation cancellation);
}

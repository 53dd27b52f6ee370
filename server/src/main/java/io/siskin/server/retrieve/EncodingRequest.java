package io.siskin.server.retrieve;

import io.siskin.server.batch.Priority;
import io.siskin.server.encode.EncoderInput;
import java.util.List;

/**
 * Texts to encode, free of any transport.
 *
 * @param encoder what encodes them
 * @param inputs the texts, all of one side; one or more
 * @param priority who goes first
 */
public record EncodingRequest(Encoder encoder, List<EncoderInput> inputs, Priority priority) {
  /** Copies the list. */
  public EncodingRequest {
    inputs = List.copyOf(inputs);
  }

  /** What encodes. */
  public sealed interface Encoder {
    /**
     * A collection's encoders: the vectors are those that it would index or search.
     *
     * @param name the collection's name
     * @param tenant for whom queries are encoded; empty for nobody in particular
     */
    record OfCollection(String name, String tenant) implements Encoder {
      /**
       * Encodes for nobody in particular.
       *
       * @param name the collection's name
       */
      public OfCollection(String name) {
        this(name, "");
      }
    }

    /**
     * A model that is open, as it is: no collection's options are applied.
     *
     * @param name its name, if need be with a dash and the first digits of its fingerprint
     */
    record OfModel(String name) implements Encoder {}
  }
}

package io.siskin.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts to encode. Made by {@link #byCollection} or {@link #byModel}; each {@code with…} method
 * returns a copy with one choice made. Ranges are checked by the server.
 *
 * @param encoder what encodes them
 * @param side on which side of a search they are; models may treat the sides differently
 * @param inputs the texts, 1 to 1,024
 * @param bulk whether they may wait until texts that are needed at once are encoded, so that they
 *     can take longer
 * @param tokens whether each encoding lists the text's own tokens
 * @param deadline how long the call may take; null for the client's default
 */
public record EncodeRequest(
    Encoder encoder,
    Side side,
    List<Input> inputs,
    boolean bulk,
    boolean tokens,
    @Nullable Duration deadline) {
  /** Copies the list. */
  public EncodeRequest {
    inputs = List.copyOf(inputs);
  }

  /** On which side of a search a text is. */
  public enum Side {
    /** It is searched for. */
    QUERY,
    /** It is searched. */
    DOCUMENT
  }

  /** What encodes. */
  public sealed interface Encoder {
    /**
     * A collection's encoder: the vectors are those that it would index or search.
     *
     * @param name the collection's name
     * @param tenant for whom queries are encoded; empty for nobody in particular
     */
    record OfCollection(String name, String tenant) implements Encoder {}

    /**
     * A model that a served collection has or that the server was started with, as it is.
     *
     * @param name its name, if need be with a dash and the first digits of its fingerprint
     */
    record OfModel(String name) implements Encoder {}
  }

  /**
   * One text.
   *
   * @param text the text
   * @param chunkEnds for late chunking with a dense model: where each chunk ends, in UTF-16 code
   *     units, ascending, the last one the text's length; empty for one vector
   */
  public record Input(String text, List<Integer> chunkEnds) {
    /** Copies the list. */
    public Input {
      chunkEnds = List.copyOf(chunkEnds);
    }
  }

  /**
   * Asks for the vectors that a collection would index or search.
   *
   * @param collection its name
   * @param side on which side the texts are
   * @param texts the texts
   */
  public static EncodeRequest byCollection(String collection, Side side, List<String> texts) {
    return new EncodeRequest(
        new Encoder.OfCollection(collection, ""), side, inputs(texts), false, false, null);
  }

  /**
   * Asks for the vectors that a model makes.
   *
   * @param model its name
   * @param side on which side the texts are
   * @param texts the texts
   */
  public static EncodeRequest byModel(String model, Side side, List<String> texts) {
    return new EncodeRequest(new Encoder.OfModel(model), side, inputs(texts), false, false, null);
  }

  /**
   * Sets the texts, with chunks.
   *
   * @param value the texts
   */
  public EncodeRequest withInputs(List<Input> value) {
    return new EncodeRequest(encoder, side, value, bulk, tokens, deadline);
  }

  /**
   * Says for whom queries are encoded: required for the queries of a collection with statistics of
   * its tenants.
   *
   * @param value the tenant; not empty
   * @throws IllegalStateException when a model encodes, which has no tenants
   */
  public EncodeRequest withTenant(String value) {
    if (!(encoder instanceof Encoder.OfCollection(String name, _))) {
      throw new IllegalStateException("a model has no tenants");
    }
    return new EncodeRequest(
        new Encoder.OfCollection(name, value), side, inputs, bulk, tokens, deadline);
  }

  /** Lets the texts wait until texts that are needed at once are encoded. */
  public EncodeRequest asBulk() {
    return new EncodeRequest(encoder, side, inputs, true, tokens, deadline);
  }

  /** Asks for the texts' own tokens too. */
  public EncodeRequest withTokens() {
    return new EncodeRequest(encoder, side, inputs, bulk, true, deadline);
  }

  /**
   * Sets how long the call may take.
   *
   * @param value above 0
   */
  public EncodeRequest withDeadline(Duration value) {
    return new EncodeRequest(encoder, side, inputs, bulk, tokens, value);
  }

  private static List<Input> inputs(List<String> texts) {
    return texts.stream().map(text -> new Input(text, List.of())).toList();
  }
}

package io.siskin.server.encode.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.Side;
import java.util.ArrayList;
import java.util.List;

/**
 * Another encoder, and a dictionary of phrases beside it: where a text has a phrase, its vector
 * gets the phrase's term with the dictionary's weight. Documents that come as vectors keep them as
 * they are.
 *
 * <p>Under {@link Bm25Spec} a phrase is a word like others. In a document it counts as often as it
 * is found, and it is weighed with the rest. In a query it has the dictionary's weight, times its
 * idf.
 *
 * @param encoder the encoder: {@link Bm25Spec}, {@link IdfSpec} or {@link LearnedSpec}; the others
 *     see no text or have phrases already
 * @param dictionary the dictionary, see {@code encode.phrase}
 * @param weights what a found term weighs
 * @param side which texts it is applied to
 */
public record PhraseSpec(EncoderSpec encoder, ResourceRef dictionary, Weights weights, Sides side)
    implements EncoderSpec {
  /** The kind's name in the stored form. */
  public static final String KIND = "phrases";

  /** What a found term weighs. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes(@JsonSubTypes.Type(value = Weights.FromDictionary.class, name = "dictionary"))
  public sealed interface Weights {
    /** What the dictionary says, in every text. */
    record FromDictionary() implements Weights {}
  }

  /** Which texts get terms. */
  public enum Sides {
    /** Documents and queries. */
    BOTH,
    /** Documents only: queries name the terms themselves. */
    DOCUMENTS,
    /** Queries only: documents came with the terms. */
    QUERIES;

    /** Returns whether texts of a side get terms. */
    public boolean has(Side side) {
      return switch (this) {
        case BOTH -> true;
        case DOCUMENTS -> side == Side.DOCUMENT;
        case QUERIES -> side == Side.QUERY;
      };
    }
  }

  /**
   * Takes the dictionary's weights.
   *
   * @param encoder the encoder
   * @param dictionary the dictionary
   * @param side which texts it is applied to
   */
  public PhraseSpec(EncoderSpec encoder, ResourceRef dictionary, Sides side) {
    this(encoder, dictionary, new Weights.FromDictionary(), side);
  }

  /** Checks the encoder. */
  public PhraseSpec {
    switch (encoder) {
      case Bm25Spec _, IdfSpec _, LearnedSpec _ -> {}
      case PhraseSpec _, VectorSpec _ ->
          throw new InvalidInputException(
              "encoder with phrases",
              encoder.kind(),
              String.join(", ", Bm25Spec.KIND, IdfSpec.KIND) + " or " + LearnedSpec.KIND);
    }
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public EncoderSpec base() {
    return encoder;
  }

  @Override
  public PhraseSpec withAverageLength(double averageLength) {
    return new PhraseSpec(encoder.withAverageLength(averageLength), dictionary, weights, side);
  }

  @Override
  public boolean usesStatistics() {
    return encoder.usesStatistics();
  }

  @Override
  public boolean encodesDocuments() {
    return encoder.encodesDocuments();
  }

  @Override
  public List<ResourceRef> resources() {
    List<ResourceRef> all = new ArrayList<>(encoder.resources());
    all.add(dictionary);
    return List.copyOf(all);
  }

  @Override
  public List<ModelRef> models() {
    return encoder.models();
  }
}

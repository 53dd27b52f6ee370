package io.siskin.server.encode.factory;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.DocumentEncoder;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.QueryEncoder;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.phrase.PhraseDictionary;
import io.siskin.server.encode.spec.VectorOptions;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One side of a collection that a model encodes: what the one who puts texts into batches needs
 * instead of a {@link QueryEncoder} or a {@link DocumentEncoder}, which encode on the calling
 * thread.
 *
 * @param model the model; belongs to the collection's {@link Encoders}
 * @param side which side
 * @param options what the collection makes of the model's vectors
 * @param phrases what a text's phrases add to its vector then; null for nothing
 */
public record ModelSide(
    TextModel model, Side side, VectorOptions options, @Nullable PhraseDictionary phrases) {
  /**
   * Makes a side without phrases.
   *
   * @param model the model
   * @param side which side
   * @param options what the collection makes of the model's vectors
   */
  public ModelSide(TextModel model, Side side, VectorOptions options) {
    this(model, side, options, null);
  }

  /**
   * Returns the same side with phrases.
   *
   * @param added what is added to its vectors
   */
  ModelSide withPhrases(PhraseDictionary added) {
    return new ModelSide(model, side, options, added);
  }

  /**
   * Returns what to give the model for a text.
   *
   * @param text the text; a query's at most {@link QueryEncoder#TEXT_LENGTH_MAX} code units
   */
  public EncoderInput input(String text) {
    return new EncoderInput(side == Side.QUERY ? QueryText.check(text) : text, side);
  }

  /**
   * Returns what the collection indexes or searches.
   *
   * @param text the text
   * @param encoding what the model gave for it
   * @throws InvalidInputException when the model is dense
   */
  public SparseVector vector(String text, TextEncoding encoding) {
    return switch (encoding) {
      case TextEncoding.Sparse sparse -> {
        SparseVector vector = options.apply(sparse);
        yield phrases == null ? vector : phrases.addTo(text, vector);
      }
      case TextEncoding.Dense _,
          TextEncoding.DenseTokens _,
          TextEncoding.SparseTokens _,
          TextEncoding.Pair _ ->
          throw new InvalidInputException(
              "model", "dense", "one that gives sparse vectors: a collection holds no others");
    };
  }

  /**
   * Returns what to give the model for the token vectors of a text.
   *
   * @param text as for {@link #input}
   */
  public EncoderInput tokenInput(String text) {
    return input(text).byToken();
  }

  /**
   * Returns the token vectors of a text.
   *
   * @param encoding what the model gave for {@link #tokenInput}
   * @throws InvalidInputException when the model gives no vectors of tokens
   */
  public static List<SparseVector> tokenVectors(TextEncoding encoding) {
    if (encoding instanceof TextEncoding.SparseTokens(List<SparseVector> vectors)) {
      return vectors;
    }
    throw TextModel.noTokenVectors();
  }

  /**
   * Returns one sparse vector for each token of a text, as the model gives them: neither the
   * options of the collection nor phrases change them.
   *
   * @param text the text
   * @throws InvalidInputException when the model gives no vectors of tokens
   */
  public List<SparseVector> tokenVectors(String text) {
    return model.tokenVectors(model.tokenize(input(text)));
  }

  /**
   * Tells whether another side gives the same vectors.
   *
   * @param other the other side, or null for none
   */
  public boolean givesSameAs(@Nullable ModelSide other) {
    return other != null
        && side == other.side
        && options.equals(other.options)
        && Objects.equals(phrases, other.phrases)
        && model.fingerprint().equals(other.model.fingerprint());
  }
}

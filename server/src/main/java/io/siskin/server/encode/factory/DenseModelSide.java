package io.siskin.server.encode.factory;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One side of a dense field that a model encodes. Safe for concurrent use.
 *
 * @param field the name of the field
 * @param model the model; belongs to the collection's {@link DenseEncoders}
 * @param side which side
 * @param prefix what is put before each text
 * @param modelDimensions how many numbers the model gives
 * @param dimensions how many of them are kept, the first ones
 */
public record DenseModelSide(
    String field, TextModel model, Side side, String prefix, int modelDimensions, int dimensions) {
  /**
   * Returns what to give the model for a text.
   *
   * @param text the text; a query's at most {@link
   *     io.siskin.server.encode.QueryEncoder#TEXT_LENGTH_MAX} code units
   */
  public EncoderInput input(String text) {
    return input(text, List.of());
  }

  /**
   * Returns what to give the model for a text in chunks.
   *
   * @param text the text
   * @param chunkEnds where the chunks end, see {@link EncoderInput}; the prefix belongs to the
   *     first one. Empty for one vector of the whole text
   */
  public EncoderInput input(String text, List<Integer> chunkEnds) {
    String checked = side == Side.QUERY ? QueryText.check(text) : text;
    return new EncoderInput(
        prefix + checked, side, chunkEnds.stream().map(end -> prefix.length() + end).toList());
  }

  /**
   * Returns the vectors of a text as the field takes them. Of a text in chunks, a chunk of which
   * the model read nothing has none.
   *
   * @param encoding what the model gave
   * @return vectors of {@link #dimensions} numbers, which are not to be changed
   * @throws InvalidInputException when the model gives sparse vectors, or other dimensions
   */
  public List<float[]> vectors(TextEncoding encoding) {
    if (!(encoding instanceof TextEncoding.Dense(List<float[]> given))) {
      throw new InvalidInputException(
          "model of dense field '" + field + "'", "sparse", "one that gives dense vectors");
    }
    List<float[]> vectors = new ArrayList<>(given.size());
    for (float[] whole : given) {
      if (whole.length != modelDimensions) {
        throw wrongDimensions(field, whole.length, modelDimensions);
      }
      float[] vector = dimensions == whole.length ? whole : Arrays.copyOf(whole, dimensions);
      if (given.size() == 1 || !isZero(vector)) {
        vectors.add(vector);
      }
    }
    return vectors;
  }

  private static boolean isZero(float[] vector) {
    for (float value : vector) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the same side that keeps all numbers, for a build that cuts them itself. */
  public DenseModelSide whole() {
    return new DenseModelSide(field, model, side, prefix, modelDimensions, modelDimensions);
  }

  /**
   * Encodes a text on the calling thread.
   *
   * @param input what {@link #input} gave
   */
  public TextEncoding encodeHere(EncoderInput input) {
    return model.infer(List.of(model.tokenize(input))).encodings().getFirst();
  }

  /** Returns the error of a model that gives another number of numbers than it is said to. */
  static InvalidInputException wrongDimensions(String field, int found, int allowed) {
    return new InvalidInputException(
        "model of dense field '" + field + "'",
        "of " + found + " numbers",
        "one that gives " + allowed + " numbers");
  }
}

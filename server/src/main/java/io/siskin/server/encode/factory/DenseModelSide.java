package io.siskin.server.encode.factory;

import io.siskin.index.dense.KeyedVector;
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
   * @param tokensMax how many vectors of tokens are taken at most, the first ones; chunks are all
   *     taken
   * @return vectors of {@link #dimensions} numbers, which are not to be changed
   * @throws InvalidInputException when the model gives sparse vectors, or other dimensions
   */
  public List<float[]> vectors(TextEncoding encoding, int tokensMax) {
    List<float[]> given =
        switch (encoding) {
          case TextEncoding.Dense(List<float[]> ofChunks) -> ofChunks;
          case TextEncoding.DenseTokens(List<float[]> ofTokens, int[] _) -> ofTokens;
          case TextEncoding.Sparse _, TextEncoding.SparseTokens _, TextEncoding.Pair _ ->
              throw new InvalidInputException(
                  "model of dense field '" + field + "'", "sparse", "one that gives dense vectors");
        };
    int most = encoding instanceof TextEncoding.DenseTokens ? tokensMax : given.size();
    List<float[]> vectors = new ArrayList<>(given.size());
    for (int i = 0; i < given.size() && vectors.size() < most; i++) {
      float[] vector = cut(given.get(i));
      if (given.size() == 1 || !isZero(vector)) {
        vectors.add(vector);
      }
    }
    return vectors;
  }

  /**
   * Returns the vectors of the tokens of a text with their keys: the ids of the tokens in the
   * vocabulary of the model.
   *
   * @param encoding what the model gave
   * @param tokensMax how many are taken at most, the first ones
   * @return vectors of {@link #dimensions} numbers, which are not to be changed; those of zeros are
   *     left out
   * @throws InvalidInputException when the model gives no vectors of tokens, or other dimensions
   */
  public List<KeyedVector> keyedVectors(TextEncoding encoding, int tokensMax) {
    if (!(encoding instanceof TextEncoding.DenseTokens(List<float[]> given, int[] keys))) {
      throw new InvalidInputException(
          "model of dense field '" + field + "'",
          "one that gives no vectors of tokens",
          "one with 'pooling: tokens', since the field stores keys");
    }
    List<KeyedVector> vectors = new ArrayList<>(given.size());
    for (int i = 0; i < keys.length && vectors.size() < tokensMax; i++) {
      float[] vector = cut(given.get(i));
      if (!isZero(vector)) {
        vectors.add(new KeyedVector(keys[i], vector));
      }
    }
    return vectors;
  }

  /**
   * Returns the vector of a text.
   *
   * @param encoding what the model gave
   * @throws InvalidInputException when it gives several ones
   */
  public float[] vector(TextEncoding encoding) {
    if (encoding instanceof TextEncoding.DenseTokens) {
      throw new InvalidInputException(
          "model of dense field '" + field + "'",
          "one that gives a vector for each token",
          "one that gives a vector for a text, or a stage of late interaction");
    }
    return vectors(encoding, 1).getFirst();
  }

  private float[] cut(float[] whole) {
    if (whole.length != modelDimensions) {
      throw wrongDimensions(field, whole.length, modelDimensions);
    }
    return dimensions == whole.length ? whole : Arrays.copyOf(whole, dimensions);
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

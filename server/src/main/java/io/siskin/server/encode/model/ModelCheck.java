package io.siskin.server.encode.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.onnx.InferenceException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tries out an open model: finds what only shows when texts go through it, and how fast they do.
 * Used by one thread.
 */
public final class ModelCheck {
  /** How far the vector of a padded text may be from that of the same text alone. */
  public static final float PADDING_DIFFERENCE_MAX = 0.01f;

  private static final String PASSAGE =
      "A moth is an insect with two pairs of broad wings covered in microscopic scales, drably"
          + " coloured in most species and held flat when the animal is at rest. Moths are active"
          + " by night and fly towards lamps, for reasons that biologists still discuss. ";
  private static final int TIMED_RUNS_MIN = 2;

  private final TextModel model;
  private final Path directory;

  /**
   * Prepares a check.
   *
   * @param model the model, closed by the caller
   * @param directory its folder, for messages
   */
  public ModelCheck(TextModel model, Path directory) {
    this.model = model;
    this.directory = directory;
  }

  /**
   * How fast batches are.
   *
   * @param batch texts a batch
   * @param lengthTokens tokens a text
   * @param millis of the quickest batch, tokenising not counted
   * @param poolMillis of these, what was made of the model's output
   * @param tokensPerSecond at that speed
   */
  public record Timing(
      int batch, int lengthTokens, double millis, double poolMillis, double tokensPerSecond) {}

  /**
   * Encodes a short and a long text, alone and in one batch, and a text as long as the model reads.
   * Looks at every number that the model gives for them.
   *
   * @return the short text's encoding as a document
   * @throws InvalidInputException when a number is NaN or infinite, a vector is empty, padding
   *     changes it, or the model does not take a text of its greatest length
   */
  public TextEncoding checkSamples() {
    TokenizedText brief = tokenize("A moth flies towards lamps.");
    TokenizedText passage = tokenize(PASSAGE);
    checkNumbers(brief);
    // Before the passage, which is too long for a model of few positions.
    checkLongest();
    checkNumbers(passage);
    TextEncoding alone = encodeFirst(List.of(brief));
    TextEncoding padded = encodeFirst(List.of(brief, passage));
    double difference = difference(alone, padded);
    if (!(difference <= PADDING_DIFFERENCE_MAX)) {
      throw wrong(
          "difference of a vector when its text is padded",
          difference,
          "at most " + PADDING_DIFFERENCE_MAX + ": the graph must heed attention_mask");
    }
    if (alone instanceof TextEncoding.Sparse(SparseVector vector, List<String> _)
        && vector.size() == 0) {
      throw wrong("vector of a sample", "empty", "terms: see output, activation and logit_shift");
    }
    return alone;
  }

  private void checkLongest() {
    TokenizedText longest = textOfLength(model.lengthTokensMax());
    try {
      checkNumbers(longest);
      model.infer(List.of(longest));
    } catch (InferenceException refused) {
      throw new InvalidInputException(
              "max_length",
              model.lengthTokensMax(),
              "a length that the model takes (" + refused.getMessage() + ")")
          .at(directory.resolve(EncoderYaml.FILE_NAME).toString());
    }
  }

  /**
   * Times batches of equal texts.
   *
   * @param batch texts a batch, 1 or more
   * @param lengthTokens about how many tokens each has
   * @param budgetMillis about how long to measure
   */
  public Timing time(int batch, int lengthTokens, long budgetMillis) {
    TokenizedText text = textOfLength(Math.min(lengthTokens, model.lengthTokensMax()));
    List<TokenizedText> texts = Collections.nCopies(batch, text);
    long deadline = System.nanoTime() + budgetMillis * 1_000_000;
    long best = Long.MAX_VALUE;
    long bestPool = 0;
    for (int run = 0; run < TIMED_RUNS_MIN || System.nanoTime() < deadline; run++) {
      TextModel.Inference inference = model.infer(texts);
      long nanos = inference.inferNanos() + inference.poolNanos();
      if (nanos < best) {
        best = nanos;
        bestPool = inference.poolNanos();
      }
    }
    int length = text.lengthTokens();
    return new Timing(
        batch, length, best / 1e6, bestPool / 1e6, (double) batch * length * 1e9 / best);
  }

  /** A model that is served elsewhere is asked for vectors only, which are checked as they come. */
  private void checkNumbers(TokenizedText text) {
    if (model instanceof LoadedModel loaded) {
      loaded
          .firstNotFinite(text)
          .ifPresent(
              found -> {
                throw wrong(
                    "output of the model",
                    found,
                    "finite numbers: a model in half precision may overflow");
              });
    }
  }

  private TextEncoding encodeFirst(List<TokenizedText> texts) {
    try {
      return model.infer(texts).encodings().getFirst();
    } catch (InferenceException failed) {
      throw wrong(
          "output of the model",
          "none that can be used",
          "a vector for a sample text. " + failed.getMessage());
    }
  }

  private TokenizedText tokenize(String text) {
    return model.tokenize(new EncoderInput(text, Side.DOCUMENT));
  }

  private TokenizedText textOfLength(int lengthTokens) {
    StringBuilder text = new StringBuilder();
    List<String> words = new ArrayList<>(Arrays.asList(PASSAGE.split(" ")));
    TokenizedText tokenized = tokenize("moth");
    for (int i = 0; tokenized.lengthTokens() < lengthTokens; i++) {
      text.append(words.get(i % words.size())).append(' ');
      tokenized = tokenize(text.toString());
    }
    return tokenized;
  }

  private static double difference(TextEncoding one, TextEncoding other) {
    double largest = 0;
    switch (one) {
      case TextEncoding.Dense(List<float[]> vectors) -> {
        float[] found = ((TextEncoding.Dense) other).vectors().getFirst();
        for (int i = 0; i < found.length; i++) {
          largest = Math.max(largest, Math.abs(vectors.getFirst()[i] - found[i]));
        }
      }
      case TextEncoding.DenseTokens(List<float[]> vectors, int[] _) -> {
        List<float[]> found = ((TextEncoding.DenseTokens) other).vectors();
        for (int token = 0; token < found.size(); token++) {
          for (int i = 0; i < found.get(token).length; i++) {
            largest = Math.max(largest, Math.abs(vectors.get(token)[i] - found.get(token)[i]));
          }
        }
      }
      case TextEncoding.SparseTokens _ -> throw new AssertionError("it is not asked for");
      case TextEncoding.Pair pair ->
          largest = Math.abs(pair.score() - ((TextEncoding.Pair) other).score());
      case TextEncoding.Sparse(SparseVector vector, List<String> _) -> {
        Map<String, Float> found = weights(((TextEncoding.Sparse) other).vector());
        for (Map.Entry<String, Float> term : weights(vector).entrySet()) {
          Float there = found.remove(term.getKey());
          largest =
              Math.max(largest, Math.abs(term.getValue() - (there == null ? 0 : (float) there)));
        }
        for (float extra : found.values()) {
          largest = Math.max(largest, extra);
        }
      }
    }
    return largest;
  }

  private static Map<String, Float> weights(SparseVector vector) {
    Map<String, Float> weights = new HashMap<>();
    if (vector instanceof TokenVector tokens) {
      for (int i = 0; i < tokens.size(); i++) {
        weights.put(tokens.token(i), tokens.weight(i));
      }
    }
    return weights;
  }

  private InvalidInputException wrong(String field, Object value, String allowed) {
    return new InvalidInputException(field, value, allowed).at(directory.toString());
  }
}

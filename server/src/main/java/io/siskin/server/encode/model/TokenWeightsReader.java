package io.siskin.server.encode.model;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.onnx.InferenceException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** uniCOIL and DeepImpact: one weight per token of the text. */
final class TokenWeightsReader implements OutputReader {
  private final Reading.TokenWeights reading;
  private final boolean threeDimensional;
  private final String modelFile;

  /**
   * Makes a reader.
   *
   * @param reading what the configuration says
   * @param threeDimensional whether the output is [batch, length, 1] instead of [batch, length]
   * @param modelFile the model's file, for messages
   */
  TokenWeightsReader(Reading.TokenWeights reading, boolean threeDimensional, String modelFile) {
    this.reading = reading;
    this.threeDimensional = threeDimensional;
    this.modelFile = modelFile;
  }

  @Override
  public long[] shape(int count, int length) {
    return threeDimensional ? new long[] {count, length, 1} : new long[] {count, length};
  }

  @Override
  public long largestTensorBytes(int count, int length) {
    return (long) count * length * Float.BYTES;
  }

  @Override
  public boolean emptyWithoutTokens() {
    return true;
  }

  @Override
  public List<TextEncoding> read(List<ModelText> texts, int length, FloatBuffer output) {
    List<TextEncoding> encodings = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      Map<String, Float> weights = new LinkedHashMap<>();
      ModelText text = texts.get(i);
      for (int position = 0; position < text.lengthTokens(); position++) {
        String term = term(text, position);
        if (term != null) {
          float weight = weight(term, output.get(i * length + position));
          switch (reading.occurrence()) {
            case LARGEST -> weights.merge(term, weight, Math::max);
            case FIRST -> weights.putIfAbsent(term, weight);
          }
        }
      }
      encodings.add(
          new TextEncoding.Sparse(TokenVector.of(weights), List.copyOf(weights.keySet())));
    }
    return encodings;
  }

  private @Nullable String term(ModelText text, int position) {
    if (!text.isOwn(position)) {
      return null;
    }
    return switch (reading.unit()) {
      case PIECES -> text.tokens().pieces()[position];
      case WORDS -> isFirstOfWord(text, position) ? word(text, position) : null;
    };
  }

  private static boolean isFirstOfWord(ModelText text, int position) {
    int[] words = text.tokens().words();
    return position == 0 || words[position - 1] != words[position];
  }

  private static @Nullable String word(ModelText text, int position) {
    int[] words = text.tokens().words();
    int last = position;
    while (last + 1 < words.length && words[last + 1] == words[position]) {
      last++;
    }
    String word =
        text.text()
            .substring(text.tokens().starts()[position], text.tokens().ends()[last])
            .strip()
            .toLowerCase(Locale.ROOT);
    return word.codePoints().anyMatch(Character::isLetterOrDigit) ? word : null;
  }

  private float weight(String term, float number) {
    NotANumber.check(number, modelFile, "the weight of term '" + term + "'");
    float weight = reading.activation().weight(number, 0);
    if (!(weight <= SparseVector.WEIGHT_MAX)) {
      throw new InferenceException(
          modelFile,
          "the weight of term '" + term + "' is " + weight + "; expected: a finite number");
    }
    return weight;
  }
}

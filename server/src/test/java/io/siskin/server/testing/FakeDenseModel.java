package io.siskin.server.testing;

import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A model without a model: a text becomes a vector that is drawn with the text as the seed, and a
 * text in chunks one for each. What it was asked is recorded. Safe for concurrent use.
 */
public final class FakeDenseModel implements TextModel {
  /** What {@link #fingerprint} returns. */
  public static final String FINGERPRINT = "d".repeat(64);

  private final int dimensions;
  private final List<String> texts = new CopyOnWriteArrayList<>();
  private volatile Consumer<String> hook = _ -> {};

  private record Taken(EncoderInput input) implements TokenizedText {
    @Override
    public int lengthTokens() {
      return 2 + input.text().length() / 4;
    }
  }

  /**
   * Makes a model.
   *
   * @param dimensions how many numbers a vector has
   */
  public FakeDenseModel(int dimensions) {
    this.dimensions = dimensions;
  }

  /**
   * Makes files that stand for the model.
   *
   * @param folder where they are made
   */
  public static ModelFiles files(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("model.onnx"), "none");
    // Its fingerprint is not that of its file.
    return new ModelFiles(new ModelRef("fake", FINGERPRINT), folder, List.of("model.onnx"), true);
  }

  /** Sets what is called before each text is encoded; it may throw. */
  public void onText(Consumer<String> newHook) {
    hook = newHook;
  }

  /** Returns the texts that were encoded. */
  public List<String> texts() {
    return List.copyOf(texts);
  }

  /** Returns what a text becomes. */
  public float[] vector(String text) {
    Random random = new Random(text.hashCode());
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  @Override
  public String fingerprint() {
    return FINGERPRINT;
  }

  @Override
  public int lengthTokensMax() {
    return 1_000;
  }

  @Override
  public int denseDimensions() {
    return dimensions;
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    return new Taken(input);
  }

  @Override
  public Inference infer(List<TokenizedText> batch) {
    List<TextEncoding> encodings = new ArrayList<>();
    for (TokenizedText one : batch) {
      EncoderInput input = ((Taken) one).input;
      hook.accept(input.text());
      texts.add(input.text());
      List<float[]> vectors = new ArrayList<>();
      int from = 0;
      for (int end : input.chunkEnds()) {
        vectors.add(vector(input.text().substring(from, end)));
        from = end;
      }
      encodings.add(
          new TextEncoding.Dense(vectors.isEmpty() ? List.of(vector(input.text())) : vectors));
    }
    return new Inference(encodings, 1, 1);
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}

package io.siskin.server.rank.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.WellFormedText;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.onnx.InferenceException;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.onnx.OnnxSession;
import io.siskin.server.encode.onnx.OutputMemory;
import io.siskin.server.encode.onnx.TensorData;
import io.siskin.server.encode.onnx.TensorDescription;
import io.siskin.server.encode.wordpiece.PairTokenizer;
import io.siskin.server.encode.wordpiece.PairTokens;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A cross-encoder, open: an ONNX graph that takes {@code input_ids} and, if it wants, {@code
 * attention_mask} and {@code token_type_ids}, each INT64 {@code [batch, length]}.
 *
 * <p>A score of two numbers is the second minus the first, the logarithm of the odds of the second
 * class. Safe for concurrent use. {@link #close} waits for calls in progress.
 */
final class CrossEncoderModel implements TextModel {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String TYPES = "token_type_ids";
  private static final Set<String> INPUTS = Set.of(IDS, MASK, TYPES);

  // Attention takes the square of the length: without a bound, a batch could take gigabytes.
  private static final long ATTENTION_NUMBERS_MAX = 16L << 20;

  private final String file;
  private final String fingerprint;
  private final RankerConfig.CrossEncoder config;
  private final PairTokenizer tokenizer;
  private final OnnxSession session;
  private final TensorDescription output;
  private final List<TensorDescription> keeps;
  private final OutputMemory memory = new OutputMemory();

  /**
   * A pair as this model reads it.
   *
   * @param tokens its tokens
   */
  private record Pair(PairTokens tokens) implements TokenizedText {
    @Override
    public int lengthTokens() {
      return tokens.length();
    }
  }

  private CrossEncoderModel(
      String file,
      String fingerprint,
      RankerConfig.CrossEncoder config,
      PairTokenizer tokenizer,
      OnnxSession session) {
    this.file = file;
    this.fingerprint = fingerprint;
    this.config = config;
    this.tokenizer = tokenizer;
    this.session = session;
    checkInputs();
    this.output = output(config.output(), "output.name", 1);
    this.keeps =
        config.keepOutput().isEmpty()
            ? List.of()
            : List.of(output(config.keepOutput(), "context.output", 2));
  }

  /**
   * Opens a model.
   *
   * @param directory its folder
   * @param fingerprint what stands for its files
   * @param config what the folder's {@code ranker.yaml} says
   * @param options how it runs
   * @throws InvalidInputException when a file is not what the configuration says
   * @throws IOException when a file cannot be read
   */
  static CrossEncoderModel open(
      Path directory, String fingerprint, RankerConfig.CrossEncoder config, OnnxOptions options)
      throws IOException {
    Path tokenizerFile = directory.resolve(config.tokenizerFile());
    PairTokenizer tokenizer =
        PairTokenizer.open(
            tokenizerFile.toString(),
            BoundedFile.readInput(tokenizerFile, ModelDirectory.TEXT_LENGTH_BYTES_MAX),
            config.maxLength(),
            config.maxQueryLength());
    OnnxSession session = null;
    boolean opened = false;
    try {
      Path modelFile = directory.resolve(config.modelFile());
      session = OnnxSession.open(modelFile, options);
      CrossEncoderModel model =
          new CrossEncoderModel(modelFile.toString(), fingerprint, config, tokenizer, session);
      opened = true;
      return model;
    } finally {
      if (!opened) {
        tokenizer.close();
        if (session != null) {
          session.close();
        }
      }
    }
  }

  private void checkInputs() {
    boolean known =
        session.inputs().stream()
            .allMatch(
                input ->
                    INPUTS.contains(input.name())
                        && input.elementType().equals("INT64")
                        && input.shape().size() == 2);
    if (!known || session.inputs().stream().noneMatch(input -> input.name().equals(IDS))) {
      throw new InvalidInputException(
              "inputs",
              session.inputs(),
              "input_ids, and perhaps attention_mask and token_type_ids, each INT64 [batch,"
                  + " length]")
          .at(file);
    }
  }

  /** Returns an output with a number, or two, for each item of some dimensions. */
  private TensorDescription output(String name, String key, int dimensions) {
    for (TensorDescription each : session.outputs()) {
      int rank = each.shape().size();
      // The length is what a batch has: a stated one is something else.
      boolean hasItems = rank >= dimensions && each.shape().get(dimensions - 1) < 0;
      boolean hasColumns = rank == dimensions + 1 && columns(each, dimensions) <= 2;
      if (each.name().equals(name)
          && each.elementType().equals("FLOAT")
          && hasItems
          && (rank == dimensions || (hasColumns && columns(each, dimensions) > 0))) {
        return each;
      }
    }
    String items = dimensions == 1 ? "batch" : "batch, length";
    throw new InvalidInputException(
            key,
            name,
            "an output of FLOAT numbers, ["
                + items
                + "] or ["
                + items
                + ", 1 or 2]. The outputs are "
                + session.outputs())
        .at(file);
  }

  private static int columns(TensorDescription tensor, int dimensions) {
    return tensor.shape().size() == dimensions ? 1 : (int) (long) tensor.shape().getLast();
  }

  /** Returns whether it says of each token how likely it is needed. */
  boolean marksTokens() {
    return !keeps.isEmpty();
  }

  /**
   * Returns the beginning of a query that is read.
   *
   * @param query the query
   */
  String cut(String query) {
    return tokenizer.cutFirst(WellFormedText.of(query));
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int lengthTokensMax() {
    return config.maxLength();
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    String document = input.pair() == null ? "" : input.pair();
    return new Pair(tokenizer.encode(cut(input.text()), WellFormedText.of(document)));
  }

  @Override
  public Inference infer(List<TokenizedText> batch) {
    List<TextEncoding> encodings = new ArrayList<>(batch.size());
    long start = System.nanoTime();
    List<PairTokens> part = new ArrayList<>();
    int longest = 0;
    for (TokenizedText each : batch) {
      PairTokens tokens = ((Pair) each).tokens();
      long longer = Math.max(longest, tokens.length());
      if (!part.isEmpty() && (part.size() + 1) * longer * longer > ATTENTION_NUMBERS_MAX) {
        encodings.addAll(infer(part, longest));
        part.clear();
        longer = tokens.length();
      }
      longest = (int) longer;
      part.add(tokens);
    }
    encodings.addAll(infer(part, longest));
    return new Inference(encodings, System.nanoTime() - start, 0);
  }

  private List<TextEncoding> infer(List<PairTokens> part, int length) {
    int count = part.size();
    List<TensorData.Floats> made = new ArrayList<>();
    made.add(target(output, new long[] {count}));
    keeps.forEach(keep -> made.add(target(keep, new long[] {count, length})));
    session.run(inputs(part, length), made, count + " pairs of " + length + " tokens");
    List<TextEncoding> encodings = new ArrayList<>(count);
    int columns = columns(output, 1);
    for (int i = 0; i < count; i++) {
      float score = config.activation().of(number(made.getFirst().values(), i, columns));
      encodings.add(marked(part.get(i), score, made, i * length));
    }
    made.forEach(each -> memory.giveBack(each.values()));
    return encodings;
  }

  private TensorData.Floats target(TensorDescription described, long[] items) {
    int columns = columns(described, items.length);
    boolean flat = described.shape().size() == items.length;
    long[] shape = flat ? items : Arrays.copyOf(items, items.length + 1);
    long numbers = columns;
    for (long size : items) {
      numbers *= size;
    }
    if (!flat) {
      shape[items.length] = columns;
    }
    return new TensorData.Floats(described.name(), shape, memory.take(numbers));
  }

  private TextEncoding.Pair marked(
      PairTokens tokens, float score, List<TensorData.Floats> made, int from) {
    int count = 0;
    for (boolean ofSecond : tokens.ofSecond()) {
      count += ofSecond && !keeps.isEmpty() ? 1 : 0;
    }
    float[] needed = new float[count];
    int[] starts = new int[count];
    int[] ends = new int[count];
    int at = 0;
    for (int i = 0; i < tokens.length() && at < count; i++) {
      if (tokens.ofSecond()[i]) {
        starts[at] = tokens.starts()[i];
        ends[at] = tokens.ends()[i];
        needed[at++] = needed(made.get(1).values(), from + i, columns(keeps.getFirst(), 2));
      }
    }
    return new TextEncoding.Pair(score, needed, starts, ends);
  }

  private float needed(FloatBuffer numbers, int index, int columns) {
    if (config.keepActivation() == RankerConfig.Activation.NONE) {
      return checked(numbers.get(index * columns + columns - 1));
    }
    return config.keepActivation().of(number(numbers, index, columns));
  }

  private float number(FloatBuffer numbers, int index, int columns) {
    float last = numbers.get(index * columns + columns - 1);
    return checked(columns == 1 ? last : last - numbers.get(index * columns));
  }

  private float checked(float number) {
    if (!Float.isFinite(number)) {
      throw new InferenceException(file, "an output is " + number + "; expected: a finite number");
    }
    return number;
  }

  private List<TensorData> inputs(List<PairTokens> part, int length) {
    long[] ids = new long[part.size() * length];
    long[] mask = new long[ids.length];
    long[] types = new long[ids.length];
    Arrays.fill(ids, tokenizer.padId());
    for (int i = 0; i < part.size(); i++) {
      PairTokens tokens = part.get(i);
      System.arraycopy(tokens.ids(), 0, ids, i * length, tokens.length());
      System.arraycopy(tokens.typeIds(), 0, types, i * length, tokens.length());
      Arrays.fill(mask, i * length, i * length + tokens.length(), 1);
    }
    long[] shape = {part.size(), length};
    List<TensorData> given = new ArrayList<>();
    for (TensorDescription input : session.inputs()) {
      long[] values =
          switch (input.name()) {
            case IDS -> ids;
            case MASK -> mask;
            default -> types;
          };
      given.add(new TensorData.Longs(input.name(), shape, values));
    }
    return given;
  }

  @Override
  public void close() {
    session.close();
    tokenizer.close();
  }
}

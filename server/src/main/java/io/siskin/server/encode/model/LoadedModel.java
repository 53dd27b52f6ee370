package io.siskin.server.encode.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.WellFormedText;
import io.siskin.server.encode.kernel.NeuralKernels;
import io.siskin.server.encode.kernel.VocabularyProjection;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.onnx.OnnxSession;
import io.siskin.server.encode.onnx.OutputMemory;
import io.siskin.server.encode.onnx.TensorDescription;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.encode.vocabulary.Vocabulary;
import io.siskin.server.encode.wordpiece.ModelTokenizer;
import io.siskin.server.encode.wordpiece.ModelTokens;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The model of a {@link ModelDirectory}, open.
 *
 * <p>A batch whose logits would be large is computed in parts: the numbers of one position over a
 * vocabulary of 30,522 terms are 122 kB. Texts without a token of their own, the empty one and
 * those of special tokens only, have an empty sparse vector, and no inference is run for them; a
 * dense model encodes them like any other.
 */
public final class LoadedModel implements TextModel {
  /** How large a batch's largest tensor may be, but for one text that needs more: 64 MiB. */
  static final long TENSOR_BYTES_MAX = 64L << 20;

  private final ModelDirectory directory;
  private final ModelTokenizer tokenizer;
  private final OnnxSession session;
  private final List<String> inputs;
  private final TensorDescription output;
  private final @Nullable VocabularyProjection projection;
  private final @Nullable TermNames terms;
  private final OutputReader reader;
  private final OutputMemory memory = new OutputMemory();

  private LoadedModel(
      ModelDirectory directory, ModelTokenizer tokenizer, ModelSession opened, int threads)
      throws IOException {
    this.directory = directory;
    this.tokenizer = tokenizer;
    this.session = opened.session();
    this.projection = opened.projection();
    ModelConfig config = directory.config();
    String configFile = path(EncoderYaml.FILE_NAME).toString();
    ModelOutline outline = new ModelOutline(modelFile(), configFile, session);
    this.inputs = outline.inputs();
    this.output = outline.output(opened.output());
    this.terms = config.reading() instanceof Reading.Terms reading ? terms(reading) : null;
    this.reader =
        switch (config.reading()) {
          case Reading.Terms reading -> termsReader(outline, reading, terms, threads);
          case Reading.TokenWeights reading -> {
            boolean three = output.shape().size() == 3 && output.shape().get(2) == 1;
            outline.checkRank(output, three ? "batch, length, 1" : "batch, length");
            yield new TokenWeightsReader(reading, three, modelFile());
          }
          case Reading.Dense reading -> {
            outline.checkRank(output, reading.pooled() ? "batch, size" : "batch, length, size");
            yield new DenseReader(reading, outline.denseSize(output, reading), modelFile());
          }
        };
  }

  /**
   * Opens a model.
   *
   * @param directory its folder
   * @param options how it runs
   * @throws InvalidInputException when a file is not what the configuration says it is
   * @throws IOException when a file cannot be read
   */
  public static LoadedModel open(ModelDirectory directory, OnnxOptions options) throws IOException {
    Path tokenizerFile = directory.files().directory().resolve(directory.config().tokenizerFile());
    ModelTokenizer tokenizer =
        ModelTokenizer.open(
            tokenizerFile.toString(),
            BoundedFile.readInput(tokenizerFile, ModelDirectory.TEXT_LENGTH_BYTES_MAX),
            directory.config().maxLength());
    ModelSession session = null;
    boolean opened = false;
    try {
      session = ModelSession.open(directory, options);
      LoadedModel model = new LoadedModel(directory, tokenizer, session, options.threads());
      opened = true;
      return model;
    } finally {
      if (!opened) {
        tokenizer.close();
        if (session != null) {
          session.session().close();
        }
      }
    }
  }

  private OutputReader termsReader(
      ModelOutline outline, Reading.Terms reading, @Nullable TermNames names, int threads) {
    TermNames known = Objects.requireNonNull(names);
    WeightCollector collector = new WeightCollector(modelFile(), known);
    if (projection != null) {
      outline.checkVocabulary(
          output.withLast(projection.termCount()), known.size(), reading.vocabulary());
      return new FusedReader(projection, reading, collector, modelFile(), threads);
    }
    outline.checkRank(output, reading.pooled() ? "batch, terms" : "batch, length, terms");
    outline.checkVocabulary(output, known.size(), reading.vocabulary());
    return reading.pooled()
        ? new PooledTermsReader(reading, known.size(), collector, modelFile())
        : new LogitsReader(
            reading,
            known.size(),
            collector,
            NeuralKernels.pooling(KernelProvider.current()),
            modelFile());
  }

  private TermNames terms(Reading.Terms reading) throws IOException {
    String file = reading.vocabulary().file();
    Vocabulary vocabulary = tokenizer.vocabulary();
    if (file != null) {
      byte[] content = BoundedFile.readInput(path(file), ModelDirectory.TEXT_LENGTH_BYTES_MAX);
      vocabulary = Vocabulary.read(path(file).toString(), content).withSpecialOf(vocabulary);
    }
    return TermNames.of(reading.vocabulary(), vocabulary, reading.keepSpecialTerms());
  }

  /** Returns the folder and the configuration. */
  public ModelDirectory directory() {
    return directory;
  }

  /** Returns which model it is. */
  public ModelRef ref() {
    return directory.files().ref();
  }

  /** Returns the session that runs it; the model closes it. */
  public OnnxSession session() {
    return session;
  }

  /** Returns whether the projection onto the vocabulary runs in a kernel of ours. */
  public boolean isFused() {
    return projection != null;
  }

  /**
   * Returns how many terms a vector may have; 0 where they are the words of the texts, or dense.
   */
  public int vocabularySize() {
    return terms == null ? 0 : terms.size();
  }

  @Override
  public String fingerprint() {
    return ref().fingerprint();
  }

  @Override
  public int lengthTokensMax() {
    return directory.config().maxLength();
  }

  @Override
  public int denseDimensions() {
    return reader instanceof DenseReader dense ? dense.dimensions() : SPARSE;
  }

  @Override
  public boolean hasTerm(String term) {
    return terms != null && terms.has(term);
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    if (!input.chunkEnds().isEmpty() && !takesChunks()) {
      throw new InvalidInputException(
          "chunk ends",
          input.chunkEnds(),
          "none, since the model does not give a mean of positions");
    }
    String prompt = directory.config().prompt(input.side());
    String text = prompt + WellFormedText.of(input.text());
    ModelTokens tokens = tokenizer.encode(text);
    int[] chunkEnds = input.chunkEnds().stream().mapToInt(end -> prompt.length() + end).toArray();
    boolean[] pooled = new boolean[tokens.length()];
    Set<String> originalTerms = new LinkedHashSet<>();
    for (int i = 0; i < pooled.length; i++) {
      boolean special = tokens.special()[i];
      boolean ofPrompt = !special && tokens.ends()[i] <= prompt.length();
      pooled[i] = special ? poolsSpecialTokens() : !ofPrompt || directory.config().poolPrompt();
      if (!special && !ofPrompt) {
        String piece = tokens.pieces()[i];
        originalTerms.add(terms == null ? piece : terms.spelling(piece));
      }
    }
    return new ModelText(
        fingerprint(),
        text,
        tokens,
        prompt.length(),
        pooled,
        List.copyOf(originalTerms),
        chunkEnds,
        input.ofTokens());
  }

  private boolean takesChunks() {
    return directory.config().reading() instanceof Reading.Dense dense
        && !dense.pooled()
        && dense.pooling() == Reading.DensePooling.MEAN;
  }

  private boolean poolsSpecialTokens() {
    return !(directory.config().reading() instanceof Reading.Terms reading)
        || reading.poolSpecialTokens();
  }

  @Override
  public Inference infer(List<TokenizedText> batch) {
    TextEncoding[] encodings = new TextEncoding[batch.size()];
    List<ModelText> part = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    long[] nanos = new long[2];
    int length = 0;
    for (int i = 0; i < encodings.length; i++) {
      ModelText text = mine(batch.get(i));
      if (text.ofTokens()) {
        // Alone: the numbers of each of its tokens over the vocabulary are kept.
        long start = System.nanoTime();
        encodings[i] = new TextEncoding.SparseTokens(tokenVectors(text));
        nanos[0] += System.nanoTime() - start;
        continue;
      }
      if (text.originalTerms().isEmpty() && reader.emptyWithoutTokens()) {
        encodings[i] = new TextEncoding.Sparse(TokenVector.EMPTY, List.of());
        continue;
      }
      int longer = Math.max(length, text.lengthTokens());
      if (!part.isEmpty()
          && reader.largestTensorBytes(part.size() + 1, longer) > TENSOR_BYTES_MAX) {
        infer(part, length, places, encodings, nanos);
        part.clear();
        places.clear();
        longer = text.lengthTokens();
      }
      length = longer;
      part.add(text);
      places.add(i);
    }
    if (!part.isEmpty()) {
      infer(part, length, places, encodings, nanos);
    }
    return new Inference(Arrays.asList(encodings), nanos[0], nanos[1]);
  }

  @Override
  public List<SparseVector> tokenVectors(TokenizedText text) {
    ModelText mine = mine(text);
    if (mine.originalTerms().isEmpty() && reader.emptyWithoutTokens()) {
      return List.of(TokenVector.EMPTY);
    }
    int length = mine.lengthTokens();
    long[] shape = reader.shape(1, length);
    FloatBuffer numbers = memory.take(count(shape));
    session.run(inputs(List.of(mine), length), 1, length, output.name(), shape, numbers);
    List<SparseVector> vectors = reader.readTokens(mine, numbers);
    memory.giveBack(numbers);
    return vectors == null ? TextModel.super.tokenVectors(text) : vectors;
  }

  /**
   * Looks for what is not a finite number anywhere in the model's output for one text. Encoding
   * looks at a few places only, to cost nothing.
   *
   * @param text the text, tokenised by this model
   * @return what was found and where, in words; empty when every number is finite. An infinite
   *     negative logit counts as a number: it says that a term never occurs
   */
  public Optional<String> firstNotFinite(TokenizedText text) {
    ModelText mine = mine(text);
    int length = mine.lengthTokens();
    long[] shape = reader.shape(1, length);
    FloatBuffer numbers = memory.take(count(shape));
    session.run(inputs(List.of(mine), length), 1, length, output.name(), shape, numbers);
    boolean dense = directory.config().reading() instanceof Reading.Dense;
    int width = Math.max(1, (int) (count(shape) / length));
    Optional<String> found = Optional.empty();
    for (int at = 0; at < numbers.limit() && found.isEmpty(); at++) {
      float number = numbers.get(at);
      boolean wrong = Float.isNaN(number) || number == Float.POSITIVE_INFINITY;
      if (wrong || (dense && number == Float.NEGATIVE_INFINITY)) {
        String place = shape.length == 3 ? " at token " + at / width : "";
        found = Optional.of(number + " in output " + output.name() + place);
      }
    }
    memory.giveBack(numbers);
    return found;
  }

  private ModelText mine(TokenizedText text) {
    if (!(text instanceof ModelText mine) || !mine.model().equals(fingerprint())) {
      throw new IllegalArgumentException("a text that another model has tokenised");
    }
    return mine;
  }

  private void infer(
      List<ModelText> part,
      int length,
      List<Integer> places,
      TextEncoding[] encodings,
      long[] nanos) {
    long start = System.nanoTime();
    long[] shape = reader.shape(part.size(), length);
    FloatBuffer numbers = memory.take(count(shape));
    session.run(inputs(part, length), part.size(), length, output.name(), shape, numbers);
    long inferred = System.nanoTime();
    List<TextEncoding> read = reader.read(part, length, numbers);
    memory.giveBack(numbers);
    for (int i = 0; i < read.size(); i++) {
      encodings[places.get(i)] = read.get(i);
    }
    nanos[0] += inferred - start;
    nanos[1] += System.nanoTime() - inferred;
  }

  private Map<String, long[]> inputs(List<ModelText> part, int length) {
    long[] ids = new long[part.size() * length];
    long[] mask = new long[ids.length];
    Arrays.fill(ids, tokenizer.padId());
    for (int i = 0; i < part.size(); i++) {
      long[] own = part.get(i).tokens().ids();
      System.arraycopy(own, 0, ids, i * length, own.length);
      Arrays.fill(mask, i * length, i * length + own.length, 1);
    }
    Map<String, long[]> given = new HashMap<>();
    for (String input : inputs) {
      switch (input) {
        case ModelOutline.IDS -> given.put(input, ids);
        case ModelOutline.MASK -> given.put(input, mask);
        default -> given.put(input, new long[ids.length]); // one sentence: all of type 0
      }
    }
    return given;
  }

  private static long count(long[] shape) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    return count;
  }

  private String modelFile() {
    return path(directory.config().modelFile()).toString();
  }

  private Path path(String name) {
    return directory.files().directory().resolve(name);
  }

  @Override
  public void close() {
    session.close();
    reader.close();
    tokenizer.close();
  }
}

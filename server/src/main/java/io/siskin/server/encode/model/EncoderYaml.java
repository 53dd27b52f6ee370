package io.siskin.server.encode.model;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.file.FileText;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads an {@code encoder.yaml}, strictly. */
public final class EncoderYaml {
  /** The version of the file's form that this build reads. */
  public static final int VERSION = 1;

  /** The file's name. */
  public static final String FILE_NAME = "encoder.yaml";

  /** The longest file that is read, in bytes. */
  static final int LENGTH_BYTES_MAX = 1 << 20;

  /** The {@code max_length} where none is stated, in tokens. */
  public static final int MAX_LENGTH_DEFAULT = 512;

  /** The least {@code max_length}, in tokens: the two around a text, and one of it. */
  public static final int MAX_LENGTH_MIN = 3;

  /** The most {@code max_length}, in tokens. */
  public static final int MAX_LENGTH_MAX = 1 << 17;

  /** The most rows of padding, and the largest of other sizes. */
  public static final int SIZE_MAX = 1 << 20;

  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

  private EncoderYaml() {}

  /** The families, which decide which keys there are and what the others default to. */
  private enum Family {
    SPLADE,
    SPLADE_DOC,
    UNICOIL,
    DEEPIMPACT,
    DENSE
  }

  /** What an output holds. */
  private enum Kind {
    LOGITS,
    SPARSE,
    WEIGHTS,
    HIDDEN,
    EMBEDDING
  }

  /**
   * Reads the file's content.
   *
   * @param file the file's path, for messages
   * @param content its bytes
   * @throws InvalidInputException when it is malformed, with the key, its value and what is allowed
   */
  public static ModelConfig read(String file, byte[] content) {
    ConfigKeys keys = new ConfigKeys(file, "", tree(file, content));
    int version = keys.integer("version", 0, 0, Integer.MAX_VALUE);
    if (version != VERSION) {
      throw keys.wrong("version", version == 0 ? "missing" : version, "" + VERSION);
    }
    Family family = keys.choice("family", Family.values(), null);
    ConfigKeys output = keys.section("output");
    Reading reading =
        switch (family) {
          case SPLADE, SPLADE_DOC -> terms(keys, output);
          case UNICOIL -> tokenWeights(keys, output, Reading.Unit.PIECES);
          case DEEPIMPACT -> tokenWeights(keys, output, Reading.Unit.WORDS);
          case DENSE -> dense(keys, output);
        };
    ConfigKeys prompts = keys.section("prompts");
    boolean poolPrompt = reading instanceof Reading.Dense;
    ModelConfig config =
        new ModelConfig(
            ConfigKeys.spelling(family),
            keys.fileName("model", "model.onnx"),
            keys.fileNames("external_data"),
            keys.fileName("tokenizer", "tokenizer.json"),
            keys.integer("max_length", MAX_LENGTH_DEFAULT, MAX_LENGTH_MIN, MAX_LENGTH_MAX),
            output.text("name", null),
            prompts.text("query", ""),
            prompts.text("document", ""),
            prompts.flag("pooled", poolPrompt),
            reading);
    prompts.finish();
    output.finish();
    keys.finish();
    checkPrompts(keys, config);
    return config;
  }

  /**
   * Returns the content of a YAML file.
   *
   * @param file the file's path, for messages
   * @param content its bytes
   * @throws InvalidInputException when it is not YAML, or empty
   */
  public static JsonNode tree(String file, byte[] content) {
    String text = FileText.of(file, content);
    @Nullable JsonNode tree;
    try {
      tree = YAML.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException("content", "not YAML", "a YAML mapping. " + reason(malformed))
          .at(place(file, malformed));
    }
    if (tree == null || tree.isMissingNode()) {
      throw new InvalidInputException("content", "empty", "a YAML mapping").at(file);
    }
    return tree;
  }

  /** What is beyond the library's limits has no line. */
  private static String place(String file, JsonProcessingException malformed) {
    JsonLocation location = malformed.getLocation();
    return location == null ? file : file + ":" + location.getLineNr();
  }

  /** The library shows the lines around an error between its sentences, indented. */
  private static String reason(JsonProcessingException malformed) {
    return "The reader says: "
        + malformed
            .getOriginalMessage()
            .lines()
            .filter(line -> !line.startsWith(" ") && !line.isBlank())
            .collect(Collectors.joining("; "));
  }

  private static Reading terms(ConfigKeys keys, ConfigKeys output) {
    Kind[] kinds = {Kind.LOGITS, Kind.SPARSE};
    boolean pooled = output.choice("kind", kinds, null) == Kind.SPARSE;
    ConfigKeys vocabulary = keys.section("vocabulary");
    String file = vocabulary.fileName("file", "tokenizer");
    Reading.Vocabulary names =
        new Reading.Vocabulary(
            file.equals("tokenizer") ? null : file,
            vocabulary.choice("fold", Reading.Fold.values(), Reading.Fold.NONE),
            vocabulary.integer("padding", 0, 0, SIZE_MAX));
    vocabulary.finish();
    boolean keepSpecialTerms = keys.flag("keep_special_terms", false);
    if (pooled) {
      return new Reading.Terms(
          true,
          Reading.Pooling.MAX,
          keys.choice("activation", Activation.values(), Activation.NONE),
          keys.number("logit_shift", 0),
          0,
          true,
          keepSpecialTerms,
          names);
    }
    Reading.Pooling pooling = keys.choice("pooling", Reading.Pooling.values(), Reading.Pooling.MAX);
    int positionTopK = keys.integer("position_top_k", 0, 1, SIZE_MAX);
    if (positionTopK > 0 && pooling == Reading.Pooling.SUM) {
      throw keys.wrong("position_top_k", positionTopK, "with pooling: max only");
    }
    return new Reading.Terms(
        false,
        pooling,
        keys.choice("activation", Activation.values(), Activation.LOG1P_RELU),
        keys.number("logit_shift", 0),
        positionTopK,
        keys.flag("pool_special_tokens", true),
        keepSpecialTerms,
        names);
  }

  private static Reading tokenWeights(ConfigKeys keys, ConfigKeys output, Reading.Unit unit) {
    output.choice("kind", new Kind[] {Kind.WEIGHTS}, Kind.WEIGHTS);
    return new Reading.TokenWeights(
        keys.choice("terms", Reading.Unit.values(), unit),
        keys.choice("activation", Activation.values(), Activation.RELU),
        // Not by family: a stored model must not change what it means.
        keys.choice("occurrence", Reading.Occurrence.values(), Reading.Occurrence.LARGEST));
  }

  private static Reading dense(ConfigKeys keys, ConfigKeys output) {
    boolean pooled =
        output.choice("kind", new Kind[] {Kind.HIDDEN, Kind.EMBEDDING}, null) == Kind.EMBEDDING;
    Reading.DensePooling mean = Reading.DensePooling.MEAN;
    return new Reading.Dense(
        pooled,
        pooled ? mean : keys.choice("pooling", Reading.DensePooling.values(), mean),
        keys.flag("normalize", true),
        keys.integer("dimensions", 0, 1, SIZE_MAX),
        output.integer("size", 0, 1, SIZE_MAX));
  }

  /** What the model pools itself cannot leave out the prompt. */
  private static void checkPrompts(ConfigKeys keys, ModelConfig config) {
    boolean anyPrompt = !config.queryPrompt().isEmpty() || !config.documentPrompt().isEmpty();
    boolean pooledByModel =
        switch (config.reading()) {
          case Reading.Terms terms -> terms.pooled();
          case Reading.TokenWeights _ -> false;
          case Reading.Dense dense -> dense.pooled() || dense.pooling() == Reading.DensePooling.CLS;
        };
    if (anyPrompt && pooledByModel && !config.poolPrompt()) {
      throw keys.wrong(
          "prompts.pooled", false, "true, where the output has one row per text already");
    }
  }
}

package io.siskin.server.rank.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingMetrics;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.model.ModelPaths;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.rank.scope.RankingModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ranking models of a process by the names of their folders. Each is opened once and closed
 * with this.
 *
 * <p>Safe for concurrent use, but for {@link #close}, which comes after the last search.
 */
public final class Rankers implements RankingModels, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rankers.class);

  private final OnnxOptions options;
  private final Map<String, RankingModel> models = new ConcurrentSkipListMap<>();
  private final BatchedModels crossEncoders;

  /**
   * Makes a set without models, with the usual batches.
   *
   * @param options how cross-encoders run
   */
  public Rankers(OnnxOptions options) {
    this(options, BatchingOptions.DEFAULTS);
  }

  /**
   * Makes a set without models.
   *
   * @param options how cross-encoders run; decision trees run on one thread
   * @param batching how the pairs of many searches form batches
   */
  public Rankers(OnnxOptions options, BatchingOptions batching) {
    this.options = options;
    // A pair is rarely asked for twice, so that nothing is kept.
    this.crossEncoders = new BatchedModels(this::openModel, batching, new EncodingCache(0));
  }

  private TextModel openModel(Path directory, ModelRef ref) throws IOException {
    RankerConfig config = RankerYaml.read(directory.resolve(RankerYaml.FILE_NAME));
    return CrossEncoderModel.open(
        directory, ref.fingerprint(), (RankerConfig.CrossEncoder) config, options);
  }

  private PairScorer crossEncoder(String name, Path directory, RankerConfig.CrossEncoder config)
      throws IOException {
    Path configFile = directory.resolve(RankerYaml.FILE_NAME);
    ModelPaths.check(directory, config.tokenizerFile(), configFile.toString());
    Set<String> files = new TreeSet<>(ModelPaths.externalData(directory, config.modelFile()));
    files.addAll(List.of(RankerYaml.FILE_NAME, config.modelFile(), config.tokenizerFile()));
    ModelRef ref = new ModelRef(name, ModelFiles.fingerprint(directory, files));
    return new PairScorer(name, !config.keepOutput().isEmpty(), crossEncoders.open(directory, ref));
  }

  /**
   * Returns what the front ends of cross-encoders did so far, by the models' names with 12 digits.
   */
  public Map<String, BatchingMetrics> metrics() {
    return crossEncoders.metrics();
  }

  /**
   * Opens a model.
   *
   * @param directory its folder
   * @throws InvalidInputException when there is no ranking model in it, or another one of its name
   *     is open
   * @throws IOException when it cannot be read
   */
  public void open(Path directory) throws IOException {
    Path configFile = directory.resolve(RankerYaml.FILE_NAME);
    if (!RankerYaml.isIn(directory)) {
      throw new InvalidInputException(
          "ranking model", directory, "a folder with " + RankerYaml.FILE_NAME);
    }
    String name = ModelDirectory.nameOf(directory);
    RankerConfig config = RankerYaml.read(configFile);
    ModelPaths.check(directory, config.modelFile(), configFile.toString());
    if (models.containsKey(name)) {
      throw new InvalidInputException(
          "ranking model", directory, "a folder of another name than '" + name + "'");
    }
    long start = System.nanoTime();
    models.put(
        name,
        switch (config) {
          // With one thread, the trees are added up in one order: a score does not depend on the
          // other documents of the list. No GPU computes trees.
          case RankerConfig.Trees trees ->
              TreeEnsemble.open(name, directory, trees, OnnxOptions.cpu(1));
          case RankerConfig.CrossEncoder crossEncoder ->
              crossEncoder(name, directory, crossEncoder);
        });
    LOG.info("ranking model {}: open after {} ms", name, (System.nanoTime() - start) / 1_000_000);
  }

  @Override
  public List<String> names() {
    return new ArrayList<>(models.keySet());
  }

  @Override
  public @Nullable RankingModel find(String name) {
    return models.get(name);
  }

  @Override
  public void close() {
    for (RankingModel model : models.values()) {
      switch (model) {
        case TreeEnsemble trees -> trees.close();
        case PairScorer pairs -> pairs.close();
        default -> throw new IllegalStateException("a model of another kind: " + model);
      }
    }
    models.clear();
  }
}

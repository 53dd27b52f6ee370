package io.siskin.server.rank.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import io.siskin.server.encode.model.ConfigKeys;
import io.siskin.server.encode.model.EncoderYaml;
import io.siskin.server.rank.formula.Formula;
import io.siskin.server.rank.scope.RankingModels.Feature;
import io.siskin.server.rank.tree.RankingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a {@code ranker.yaml}, strictly. */
public final class RankerYaml {
  /** The version of the file's form that this build reads. */
  public static final int VERSION = 1;

  /** The file's name. */
  public static final String FILE_NAME = "ranker.yaml";

  private static final int LENGTH_BYTES_MAX = 1 << 20;
  private static final int QUERY_LENGTH_DEFAULT = 64;
  private static final int COLUMNS_MAX = 1 << 20;

  private RankerYaml() {}

  /** What a model takes and gives. */
  private enum Kind {
    TREES,
    CROSS_ENCODER
  }

  /**
   * Tells whether a folder has a ranking model.
   *
   * @param directory the folder
   */
  public static boolean isIn(Path directory) {
    return Files.isRegularFile(directory.resolve(FILE_NAME));
  }

  /**
   * Reads the features of a file, which may be without a model: what {@code siskin features}
   * computes before a model is trained.
   *
   * @param path a {@code ranker.yaml}, or a folder that has one
   * @throws InvalidInputException when it is malformed
   * @throws IOException when it cannot be read
   */
  public static List<Feature> features(Path path) throws IOException {
    Path file = Files.isDirectory(path) ? path.resolve(FILE_NAME) : path;
    if (!Files.isReadable(file)) {
      throw new InvalidInputException("features", path, "a " + FILE_NAME + " of kind trees");
    }
    if (read(file) instanceof RankerConfig.Trees trees) {
      return trees.features();
    }
    throw new InvalidInputException("kind", "another one", "trees").at(file.toString());
  }

  /**
   * Reads a file.
   *
   * @param path the file
   * @throws InvalidInputException when it is malformed, with the key, its value and what is allowed
   * @throws IOException when it cannot be read
   */
  static RankerConfig read(Path path) throws IOException {
    String file = path.toString();
    ConfigKeys keys =
        new ConfigKeys(
            file, "", EncoderYaml.tree(file, BoundedFile.readInput(path, LENGTH_BYTES_MAX)));
    int version = keys.integer("version", 0, 0, Integer.MAX_VALUE);
    if (version != VERSION) {
      throw keys.wrong("version", version == 0 ? "missing" : version, "" + VERSION);
    }
    RankerConfig config =
        switch (keys.choice("kind", Kind.values(), null)) {
          case TREES -> trees(file, keys);
          case CROSS_ENCODER -> crossEncoder(keys);
        };
    keys.finish();
    return config;
  }

  private static RankerConfig.Trees trees(String file, ConfigKeys keys) {
    ConfigKeys output = keys.section("output");
    RankerConfig.Trees trees =
        new RankerConfig.Trees(
            keys.fileName("model", "model.onnx"),
            features(file, keys),
            output.text("name", ""),
            output.integer("columns", 0, 1, COLUMNS_MAX),
            output.integer("column", -1, 0, COLUMNS_MAX - 1));
    output.finish();
    return trees;
  }

  private static RankerConfig.CrossEncoder crossEncoder(ConfigKeys keys) {
    ConfigKeys output = keys.section("output");
    ConfigKeys context = keys.section("context");
    int maxLength =
        keys.integer("max_length", EncoderYaml.MAX_LENGTH_DEFAULT, 8, EncoderYaml.MAX_LENGTH_MAX);
    RankerConfig.CrossEncoder config =
        new RankerConfig.CrossEncoder(
            keys.fileName("model", "model.onnx"),
            keys.fileName("tokenizer", "tokenizer.json"),
            maxLength,
            keys.integer(
                "max_query_length",
                Math.min(QUERY_LENGTH_DEFAULT, maxLength / 2),
                1,
                maxLength / 2),
            output.text("name", null),
            keys.choice(
                "activation", RankerConfig.Activation.values(), RankerConfig.Activation.NONE),
            context.text("output", ""),
            context.choice(
                "activation", RankerConfig.Activation.values(), RankerConfig.Activation.SIGMOID));
    output.finish();
    context.finish();
    return config;
  }

  private static List<Feature> features(String file, ConfigKeys keys) {
    JsonNode list = keys.value("features");
    int most = RankingNode.Trees.FEATURES_MAX;
    if (list == null || !list.isArray() || list.isEmpty() || list.size() > most) {
      throw keys.wrong(
          "features",
          list == null ? "missing" : list.isArray() ? list.size() + " features" : list,
          "a list of 1 to " + most + " features, each with a name and a formula");
    }
    List<Feature> features = new ArrayList<>(list.size());
    Set<String> names = new HashSet<>();
    for (int i = 0; i < list.size(); i++) {
      ConfigKeys each = new ConfigKeys(file, "features[" + i + "].", list.get(i));
      Feature feature = feature(file, i, each);
      each.finish();
      if (!names.add(feature.name())) {
        throw each.wrong("features[" + i + "].name", feature.name(), "each name once");
      }
      features.add(feature);
    }
    return features;
  }

  private static Feature feature(String file, int index, ConfigKeys keys) {
    String text = keys.text("formula", null);
    Formula formula;
    try {
      formula = Formula.parse(text);
    } catch (InvalidInputException wrong) {
      throw new InvalidInputException(
              "features[" + index + "].formula", wrong.value(), wrong.allowed())
          .at(file);
    }
    @Nullable JsonNode undefined = keys.value("undefined");
    String name = keys.text("name", text);
    if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
      throw keys.wrong(
          "features[" + index + "].name", "blank or with control characters", "a name");
    }
    return new Feature(
        name, formula, undefined == null ? null : (double) keys.number("undefined", 0));
  }
}

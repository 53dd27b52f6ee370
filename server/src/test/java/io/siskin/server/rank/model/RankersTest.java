package io.siskin.server.rank.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.rank.scope.RankingModelException;
import io.siskin.server.rank.scope.RankingModels.TreeModel;
import io.siskin.server.testing.TinyOnnx;
import io.siskin.server.testing.TinyTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranking models give what plain Java gives, and wrong folders are refused. */
final class RankersTest {
  @TempDir private Path folder;

  private static float[] rows(Random random, int count, int features) {
    float[] rows = new float[count * features];
    for (int i = 0; i < rows.length; i++) {
      // Half of them just on a threshold.
      rows[i] = random.nextBoolean() ? (random.nextInt(17) - 8) / 2f : random.nextFloat() * 9 - 4;
    }
    return rows;
  }

  /** Also for one row alone: a score does not depend on the other documents. */
  @Test
  void anEnsembleGivesWhatWalkingItsTreesGives() throws IOException {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 12; round++) {
      int features = 1 + random.nextInt(6);
      TinyTrees trees = new TinyTrees(random, features, 1 + random.nextInt(300), 5);
      String[] formulas = new String[features];
      Arrays.setAll(formulas, i -> "score() + " + i);
      Path directory = trees.write(folder.resolve("trees" + round), formulas);
      try (Rankers rankers = new Rankers(OnnxOptions.cpu(2))) {
        rankers.open(directory);
        TreeModel model = (TreeModel) rankers.find("trees" + round);
        assertThat(model.featureCount()).isEqualTo(features);
        int count = 1 + random.nextInt(400);
        float[] rows = rows(random, count, features);
        float[] scores = model.score(rows, count);
        for (int row = 0; row < count; row++) {
          float[] one = Arrays.copyOfRange(rows, row * features, (row + 1) * features);
          assertThat(scores[row]).isEqualTo(trees.score(one));
          assertThat(model.score(one, 1)[0]).isEqualTo(scores[row]);
        }
      }
    }
  }

  /** As LightGBM, XGBoost and scikit-learn are exported without a map. */
  @Test
  void theScoreOfAClassifierIsTheProbabilityOfItsLastClass() throws IOException {
    Random random = new Random(Seeds.next());
    TinyTrees trees = new TinyTrees(random, 3, 40, 4);
    String[] formulas = {"score()", "rank()", "1"};
    for (int column : new int[] {1, 0}) {
      Path directory = trees.write(folder.resolve("classifier" + column), formulas);
      Files.write(directory.resolve("model.onnx"), trees.classifier(false));
      if (column == 0) {
        Files.writeString(
            directory.resolve("ranker.yaml"),
            "output: {name: probabilities, column: 0}\n",
            StandardOpenOption.APPEND);
      }
      try (Rankers rankers = new Rankers(OnnxOptions.cpu(1))) {
        rankers.open(directory);
        TreeModel model = (TreeModel) rankers.find("classifier" + column);
        float[] rows = rows(random, 200, 3);
        float[] scores = model.score(rows, 200);
        for (int row = 0; row < 200; row++) {
          double sum = trees.score(Arrays.copyOfRange(rows, row * 3, row * 3 + 3));
          double probability = 1 / (1 + Math.exp(column == 1 ? -sum : sum));
          assertThat((double) scores[row]).isCloseTo(probability, within(1e-6));
        }
      }
    }
  }

  @Test
  void aClassifierWithMapsIsRefusedWithWhatToDo() throws IOException {
    TinyTrees trees = new TinyTrees(new Random(1), 1, 2, 2);
    Path directory = trees.write(folder.resolve("zipped"), "score()");
    Files.write(directory.resolve("model.onnx"), trees.classifier(true));
    try (Rankers rankers = new Rankers(OnnxOptions.cpu(1))) {
      assertThatThrownBy(() -> rankers.open(directory))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("zipmap=False of onnxmltools")
          .hasMessageContaining("maps: SequenceInfo");
    }
  }

  @Test
  void modelsAreKnownByTheirFolders() throws IOException {
    TinyTrees trees = new TinyTrees(new Random(1), 1, 2, 2);
    try (Rankers rankers = new Rankers(OnnxOptions.cpu(1))) {
      rankers.open(trees.write(folder.resolve("a"), "score()"));
      rankers.open(trees.write(folder.resolve("b"), "score()"));
      assertThat(rankers.names()).containsExactly("a", "b");
      assertThat(rankers.find("c")).isNull();
      assertThat(((TreeModel) rankers.find("a")).features().getFirst().name()).isEqualTo("f0");
      Path other = trees.write(folder.resolve("below/a"), "score()");
      assertThatThrownBy(() -> rankers.open(other)).hasMessageContaining("than 'a'");
      assertThatThrownBy(() -> rankers.open(folder)).hasMessageContaining("ranker.yaml");
    }
  }

  private void refused(String yaml, String... parts) throws IOException {
    Path directory = Files.createDirectories(folder.resolve("bad"));
    Files.write(directory.resolve("model.onnx"), new TinyTrees(new Random(1), 2, 2, 2).onnx());
    Files.writeString(directory.resolve("ranker.yaml"), yaml);
    try (Rankers rankers = new Rankers(OnnxOptions.cpu(1))) {
      assertThatThrownBy(() -> rankers.open(directory))
          .as(yaml)
          .isInstanceOf(InvalidInputException.class)
          .satisfies(error -> assertThat(error.getMessage()).contains(parts));
      assertThat(rankers.names()).isEmpty();
    }
  }

  @Test
  void aWrongConfigurationIsRefusedByItsKey() throws IOException {
    String start = "version: 1\nkind: trees\n";
    String two = "features: [{formula: 'score()'}, {formula: 'rank()'}]\n";
    refused("kind: trees\n" + two, "version is missing");
    refused("version: 1\nkind: bush\n" + two, "kind is \"bush\"", "trees");
    refused(start, "features is missing");
    refused(start + "features: []\n", "features is 0 features");
    refused(start + "features: [{name: x}]\n", "features[0].formula is missing");
    refused(start + "features: [{formula: '1 +'}]\n", "features[0].formula is at its end");
    refused(start + "features: [{formula: '1', undefined: x}]\n", "features[0].undefined is \"x\"");
    refused(start + "features: [{formula: '1', defined: 1}]\n", "key is features[0].defined");
    refused(
        start + "features: [{formula: '1'}, {formula: '1'}]\n", "features[1].name is 1", "once");
    refused(start + two + "model: ../model.onnx\n", "model is ../model.onnx");
    refused(start + two + "model: other.onnx\n", "file other.onnx is missing");
    refused(start + two + "output: {name: score}\n", "output.name is score", "scores");
    refused(start + two + "output: {columns: 2}\n", "output.columns is 2");
    refused(start + two + "output: {column: 1}\n", "output.column is 1", "0 to 0");
    refused(start + two + "depth: 2\n", "key is depth");
  }

  @Test
  void aGraphThatTakesSomethingElseIsRefused() throws IOException {
    Path directory = folder.resolve("longs");
    Files.createDirectories(directory);
    Files.write(
        directory.resolve("model.onnx"),
        new TinyOnnx().input("ids").node("Identity", "out", "ids").integerOutput("out").bytes());
    Files.writeString(
        directory.resolve("ranker.yaml"), "version: 1\nkind: trees\nfeatures: [{formula: '1'}]\n");
    try (Rankers rankers = new Rankers(OnnxOptions.cpu(1))) {
      assertThatThrownBy(() -> rankers.open(directory)).hasMessageContaining("FLOAT [rows, 1]");
    }
  }

  @Test
  void whatIsNoFiniteNumberIsAnErrorOfTheModel() throws IOException {
    Path directory = folder.resolve("logs");
    Files.createDirectories(directory);
    Files.write(
        directory.resolve("model.onnx"),
        new TinyOnnx().floatInput("x").node("Log", "out", "x").output("out", "batch", 1).bytes());
    Files.writeString(
        directory.resolve("ranker.yaml"),
        "version: 1\nkind: trees\nfeatures: [{formula: 'score()'}]\n");
    try (Rankers rankers = new Rankers(OnnxOptions.cpu(1))) {
      rankers.open(directory);
      TreeModel model = (TreeModel) rankers.find("logs");
      assertThat(model.score(new float[] {1, 1}, 2)).containsExactly(0, 0);
      for (float wrong : List.of(-1f, 0f)) {
        assertThatThrownBy(() -> model.score(new float[] {1, wrong}, 2))
            .isInstanceOf(RankingModelException.class)
            .hasMessageContaining("ranking model logs");
      }
    }
  }
}

package io.siskin.server.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A random ensemble of decision trees: as an ONNX graph, and as plain Java that walks the trees.
 */
public final class TinyTrees {
  private static final String ML = "ai.onnx.ml";

  private final int features;
  private final List<Node> roots = new ArrayList<>();

  /** A node; a leaf has no children. */
  private record Node(int feature, float threshold, Node below, Node above, float weight) {
    boolean isLeaf() {
      return below == null;
    }
  }

  /** Draws an ensemble with splits between -4 and 4 and any leaves. */
  public TinyTrees(Random random, int features, int trees, int depth) {
    this.features = features;
    for (int i = 0; i < trees; i++) {
      roots.add(draw(random, depth));
    }
  }

  private Node draw(Random random, int depth) {
    if (depth == 0 || random.nextInt(8) == 0) {
      return new Node(0, 0, null, null, random.nextFloat() * 2 - 1);
    }
    // Few thresholds, so that some values are just on them.
    return new Node(
        random.nextInt(features),
        (random.nextInt(17) - 8) / 2f,
        draw(random, depth - 1),
        draw(random, depth - 1),
        0);
  }

  /** Returns the score of one row: the leaves that it reaches, added up in the order of trees. */
  public float score(float[] row) {
    float sum = 0;
    for (Node root : roots) {
      Node node = root;
      while (!node.isLeaf()) {
        node = row[node.feature] <= node.threshold ? node.below : node.above;
      }
      sum += node.weight;
    }
    return sum;
  }

  /** Writes a folder with the graph and a {@code ranker.yaml} of these features. */
  public Path write(Path directory, String... formulas) throws IOException {
    Files.createDirectories(directory);
    Files.write(directory.resolve("model.onnx"), onnx());
    StringBuilder yaml = new StringBuilder("version: 1\nkind: trees\nfeatures:\n");
    for (int i = 0; i < formulas.length; i++) {
      yaml.append("  - {name: f").append(i).append(", formula: \"").append(formulas[i]);
      yaml.append("\"}\n");
    }
    Files.writeString(directory.resolve("ranker.yaml"), yaml);
    return directory;
  }

  private Map<String, Object> attributes(boolean classifier) {
    List<long[]> ids = new ArrayList<>();
    List<Node> nodes = new ArrayList<>();
    List<Long> belows = new ArrayList<>();
    List<Long> aboves = new ArrayList<>();
    for (int tree = 0; tree < roots.size(); tree++) {
      number(roots.get(tree), tree, new int[] {0}, ids, nodes, belows, aboves);
    }
    int count = nodes.size();
    List<Integer> leaves = new ArrayList<>();
    float[] thresholds = new float[count];
    long[] featureIds = new long[count];
    String[] modes = new String[count];
    for (int i = 0; i < count; i++) {
      Node node = nodes.get(i);
      thresholds[i] = node.threshold;
      featureIds[i] = node.feature;
      modes[i] = node.isLeaf() ? "LEAF" : "BRANCH_LEQ";
      if (node.isLeaf()) {
        leaves.add(i);
      }
    }
    float[] weights = new float[leaves.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = nodes.get(leaves.get(i)).weight;
    }
    Map<String, Object> shape =
        Map.ofEntries(
            Map.entry("nodes_treeids", ids.stream().mapToLong(id -> id[0]).toArray()),
            Map.entry("nodes_nodeids", ids.stream().mapToLong(id -> id[1]).toArray()),
            Map.entry("nodes_featureids", featureIds),
            Map.entry("nodes_values", thresholds),
            Map.entry("nodes_modes", modes),
            Map.entry("nodes_truenodeids", belows.stream().mapToLong(x -> x).toArray()),
            Map.entry("nodes_falsenodeids", aboves.stream().mapToLong(x -> x).toArray()));
    Map<String, Object> ofLeaves = new LinkedHashMap<>(shape);
    String prefix = classifier ? "class_" : "target_";
    ofLeaves.put(prefix + "treeids", leaves.stream().mapToLong(i -> ids.get(i)[0]).toArray());
    ofLeaves.put(prefix + "nodeids", leaves.stream().mapToLong(i -> ids.get(i)[1]).toArray());
    ofLeaves.put(prefix + "ids", new long[leaves.size()]);
    ofLeaves.put(prefix + "weights", weights);
    return ofLeaves;
  }

  /** Returns the graph: {@code scores} [batch, 1] of {@code features} [batch, length]. */
  public byte[] onnx() {
    Map<String, Object> attributes = attributes(false);
    attributes.put("n_targets", 1L);
    attributes.put("post_transform", "NONE");
    return new TinyOnnx()
        .floatInput("features")
        .node(ML, "TreeEnsembleRegressor", "scores", List.of("features"), attributes)
        .output("scores", "batch", 1)
        .bytes();
  }

  /**
   * Returns a graph as libraries export classifiers of two classes: {@code label} [batch], and
   * {@code probabilities} [batch, 2], of which the second is the logistic function of the score.
   *
   * @param zipped whether the probabilities are a map for each row instead
   */
  public byte[] classifier(boolean zipped) {
    Map<String, Object> attributes = attributes(true);
    attributes.put("classlabels_int64s", new long[] {0, 1});
    attributes.put("post_transform", "LOGISTIC");
    TinyOnnx graph =
        new TinyOnnx()
            .floatInput("features")
            .node(
                ML,
                "TreeEnsembleClassifier",
                List.of("label", "probabilities"),
                List.of("features"),
                attributes)
            .integerOutput("label", "batch");
    return zipped
        ? graph
            .node(
                ML,
                "ZipMap",
                "maps",
                List.of("probabilities"),
                Map.of("classlabels_int64s", new long[] {0, 1}))
            .mapsOutput("maps")
            .bytes()
        : graph.output("probabilities", "batch", 2).bytes();
  }

  /** Numbers the nodes of one tree, a parent before its children. */
  private static long number(
      Node node,
      int tree,
      int[] next,
      List<long[]> ids,
      List<Node> nodes,
      List<Long> belows,
      List<Long> aboves) {
    long own = next[0]++;
    int at = nodes.size();
    ids.add(new long[] {tree, own});
    nodes.add(node);
    belows.add(0L);
    aboves.add(0L);
    if (!node.isLeaf()) {
      belows.set(at, number(node.below, tree, next, ids, nodes, belows, aboves));
      aboves.set(at, number(node.above, tree, next, ids, nodes, belows, aboves));
    }
    return own;
  }
}

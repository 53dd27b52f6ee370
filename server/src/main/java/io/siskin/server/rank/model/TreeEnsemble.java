package io.siskin.server.rank.model;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.onnx.InferenceException;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.onnx.OnnxSession;
import io.siskin.server.encode.onnx.OutputMemory;
import io.siskin.server.encode.onnx.TensorData;
import io.siskin.server.encode.onnx.TensorDescription;
import io.siskin.server.rank.scope.RankingModelException;
import io.siskin.server.rank.scope.RankingModels.Feature;
import io.siskin.server.rank.scope.RankingModels.TreeModel;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A model of decision trees, open: an ONNX graph with one input of single-precision numbers, {@code
 * [rows, features]}, and an output of them, {@code [rows, columns]} or {@code [rows]}.
 *
 * <p>Safe for concurrent use: each call computes on its own thread and those of the session. {@link
 * #close} waits for calls in progress.
 */
final class TreeEnsemble implements TreeModel, AutoCloseable {
  private final String name;
  private final List<Feature> features;
  private final OnnxSession session;
  private final TensorDescription input;
  private final TensorDescription output;
  private final int columns;
  private final int column;
  private final OutputMemory memory = new OutputMemory();

  private TreeEnsemble(String name, String file, RankerConfig.Trees config, OnnxSession session) {
    this.name = name;
    this.features = config.features();
    this.session = session;
    this.input = input(file, session, features.size());
    this.output = output(file, session, config.output());
    boolean flat = output.shape().size() == 1;
    long stated = flat ? 1 : output.shape().getLast();
    if (stated < 1 && config.columns() == 0) {
      throw new InvalidInputException(
              "output.columns", "missing", "a number, since " + file + " does not state it")
          .at(RankerYaml.FILE_NAME);
    }
    if (stated >= 1 && config.columns() != 0 && config.columns() != stated) {
      throw new InvalidInputException("output.columns", config.columns(), "" + stated)
          .at(RankerYaml.FILE_NAME);
    }
    this.columns = stated >= 1 ? Math.toIntExact(stated) : config.columns();
    if (config.column() >= columns) {
      throw new InvalidInputException("output.column", config.column(), "0 to " + (columns - 1))
          .at(RankerYaml.FILE_NAME);
    }
    this.column = config.column() < 0 ? columns - 1 : config.column();
  }

  /**
   * Opens a model.
   *
   * @param name what it is called
   * @param directory its folder
   * @param config what the folder's {@code ranker.yaml} says
   * @param options how it runs
   * @throws InvalidInputException when the graph is not what the configuration says
   */
  static TreeEnsemble open(
      String name, Path directory, RankerConfig.Trees config, OnnxOptions options) {
    Path file = directory.resolve(config.modelFile());
    OnnxSession session = OnnxSession.open(file, options);
    boolean opened = false;
    try {
      TreeEnsemble model = new TreeEnsemble(name, file.toString(), config, session);
      opened = true;
      return model;
    } finally {
      if (!opened) {
        session.close();
      }
    }
  }

  private static TensorDescription input(String file, OnnxSession session, int featureCount) {
    List<TensorDescription> inputs = session.inputs();
    TensorDescription first = inputs.getFirst();
    long width = first.shape().isEmpty() ? 0 : first.shape().getLast();
    if (inputs.size() != 1
        || !first.elementType().equals("FLOAT")
        || first.shape().size() != 2
        || (width >= 0 && width != featureCount)) {
      throw new InvalidInputException(
              "inputs",
              inputs,
              "one input, FLOAT [rows, " + featureCount + "], as ranker.yaml has features")
          .at(file);
    }
    return first;
  }

  private static TensorDescription output(String file, OnnxSession session, String wanted) {
    List<TensorDescription> found =
        session.outputs().stream()
            .filter(each -> each.elementType().equals("FLOAT"))
            .filter(each -> each.shape().size() == 1 || each.shape().size() == 2)
            .filter(each -> wanted.isEmpty() || each.name().equals(wanted))
            .toList();
    if (found.size() != 1) {
      throw new InvalidInputException(
              "output.name",
              wanted.isEmpty() ? "missing" : wanted,
              "the name of an output of FLOAT numbers, [rows, columns] or [rows]. The outputs are "
                  + session.outputs()
                  + ". A classifier is to be exported without a map: by zipmap=False of"
                  + " onnxmltools, or options={'zipmap': False} of skl2onnx")
          .at(file);
    }
    return found.getFirst();
  }

  @Override
  public int featureCount() {
    return features.size();
  }

  @Override
  public List<Feature> features() {
    return features;
  }

  @Override
  public float[] score(float[] rows, int count) {
    FloatBuffer given = memory.take(rows.length);
    FloatBuffer made = memory.take((long) count * columns);
    given.put(rows).flip();
    long[] outputShape =
        output.shape().size() == 1 ? new long[] {count} : new long[] {count, columns};
    try {
      session.run(
          List.of(new TensorData.Floats(input.name(), new long[] {count, features.size()}, given)),
          List.of(new TensorData.Floats(output.name(), outputShape, made)),
          count + " documents");
    } catch (InferenceException failed) {
      throw new RankingModelException(name, failed);
    }
    float[] scores = new float[count];
    for (int row = 0; row < count; row++) {
      scores[row] = made.get(row * columns + column);
      if (!Float.isFinite(scores[row])) {
        throw new RankingModelException(
            name, "the score of a document is " + scores[row] + "; expected: a finite number");
      }
    }
    memory.giveBack(given);
    memory.giveBack(made);
    return scores;
  }

  @Override
  public void close() {
    session.close();
  }
}

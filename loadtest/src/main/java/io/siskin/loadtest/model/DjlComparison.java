package io.siskin.loadtest.model;

import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.onnx.OnnxSession;
import io.siskin.server.encode.onnx.OutputMemory;
import io.siskin.server.encode.onnx.TensorData;
import io.siskin.server.encode.onnx.TensorDescription;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The same calls of one model by ONNX Runtime's own interface, as {@code encode.onnx} makes them,
 * and by DJL's predictor over the same runtime. Both take arrays of Java and give arrays of Java.
 * They take turns; the median over the rounds counts. It needs DJL's engine on the class path,
 * which {@code loadtest/djl-bench} fetches.
 */
public final class DjlComparison {
  private static final int ROUNDS = 21;
  private static final long ROUND_NANOS = 200_000_000;
  private static final int TOKENS = 30_000;
  private static final OutputMemory MEMORY = new OutputMemory();

  private DjlComparison() {}

  /** One way to call a model. */
  @FunctionalInterface
  private interface Call {
    float[] run() throws TranslateException;
  }

  /**
   * Compares.
   *
   * @param args a model, and how many rows and columns its inputs have
   */
  public static void main(String[] args)
      throws IOException, ModelNotFoundException, MalformedModelException, TranslateException {
    Path model = Path.of(args[0]);
    int rows = Integer.parseInt(args[1]);
    int columns = Integer.parseInt(args[2]);
    // DJL first: it refuses to begin in a process that has opened the runtime already.
    try (ZooModel<NDList, NDList> djl = djl(model);
        OnnxSession session = OnnxSession.open(model, OnnxOptions.cpu(1));
        Predictor<NDList, NDList> predictor = djl.newPredictor()) {
      Random random = new Random(1);
      float[] floats = new float[rows * columns];
      long[] longs = new long[rows * columns];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = random.nextFloat() * 8;
        longs[i] = 1L + random.nextInt(TOKENS);
      }
      Call direct = () -> direct(session, rows, columns, floats, longs);
      Call byDjl =
          () -> byDjl(session, predictor, djl.getNDManager(), rows, columns, floats, longs);
      float[] one = direct.run();
      float[] other = byDjl.run();
      double difference = 0;
      for (int i = 0; i < one.length; i++) {
        difference = Math.max(difference, Math.abs(one[i] - other[i]));
      }
      System.out.printf("largest difference of %d numbers: %g%n", one.length, difference);
      report(direct, byDjl);
    }
  }

  private static ZooModel<NDList, NDList> djl(Path model)
      throws IOException, ModelNotFoundException, MalformedModelException {
    return Criteria.builder()
        .setTypes(NDList.class, NDList.class)
        .optModelPath(model.toAbsolutePath())
        .optEngine("OnnxRuntime")
        .optTranslator(new NoopTranslator())
        .optOption("intraOpNumThreads", "1")
        .optOption("interOpNumThreads", "1")
        .build()
        .loadModel();
  }

  private static float[] direct(
      OnnxSession session, int rows, int columns, float[] floats, long[] longs) {
    List<TensorData> given = new ArrayList<>();
    FloatBuffer rowsMemory = MEMORY.take(floats.length);
    long[] shape = {rows, columns};
    for (TensorDescription input : session.inputs()) {
      given.add(
          input.elementType().equals("FLOAT")
              ? new TensorData.Floats(input.name(), shape, rowsMemory.put(floats).flip())
              : new TensorData.Longs(input.name(), shape, ofInput(input.name(), longs)));
    }
    TensorDescription output = session.outputs().getFirst();
    long[] made = output.shape().stream().mapToLong(size -> size < 0 ? rows : size).toArray();
    long count = Arrays.stream(made).reduce(1, (a, b) -> a * b);
    FloatBuffer target = MEMORY.take(count);
    session.run(given, List.of(new TensorData.Floats(output.name(), made, target)), rows + " rows");
    float[] numbers = new float[(int) count];
    target.get(numbers);
    MEMORY.giveBack(rowsMemory);
    MEMORY.giveBack(target);
    return numbers;
  }

  private static long[] ofInput(String name, long[] ids) {
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    return switch (name) {
      case "input_ids" -> ids;
      case "attention_mask" -> ones;
      default -> new long[ids.length];
    };
  }

  private static float[] byDjl(
      OnnxSession described,
      Predictor<NDList, NDList> predictor,
      NDManager manager,
      int rows,
      int columns,
      float[] floats,
      long[] longs)
      throws TranslateException {
    try (NDManager own = manager.newSubManager()) {
      NDList inputs = new NDList();
      Shape shape = new Shape(rows, columns);
      for (TensorDescription input : described.inputs()) {
        ai.djl.ndarray.NDArray array =
            input.elementType().equals("FLOAT")
                ? own.create(floats, shape)
                : own.create(ofInput(input.name(), longs), shape);
        array.setName(input.name());
        inputs.add(array);
      }
      NDList outputs = predictor.predict(inputs);
      try (outputs) {
        return outputs.getFirst().toFloatArray();
      }
    }
  }

  private static void report(Call direct, Call byDjl) throws TranslateException {
    double[] first = new double[ROUNDS];
    double[] second = new double[ROUNDS];
    // The first rounds are for the compiler.
    for (int round = -ROUNDS / 2; round < ROUNDS; round++) {
      double one = nanos(direct);
      double other = nanos(byDjl);
      if (round >= 0) {
        first[round] = one;
        second[round] = other;
      }
    }
    Arrays.sort(first);
    Arrays.sort(second);
    double ours = first[ROUNDS / 2];
    double theirs = second[ROUNDS / 2];
    System.out.printf("direct %12.0f ns a call (least %.0f)%n", ours, first[0]);
    System.out.printf("DJL    %12.0f ns a call (least %.0f)%n", theirs, second[0]);
    System.out.printf("DJL adds %.0f ns, %.1f %%%n", theirs - ours, 100 * (theirs / ours - 1));
  }

  private static double nanos(Call call) throws TranslateException {
    long start = System.nanoTime();
    long calls = 0;
    long now = start;
    while (now - start < ROUND_NANOS) {
      call.run();
      calls++;
      now = System.nanoTime();
    }
    return (double) (now - start) / calls;
  }
}

package io.siskin.server.encode.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.testing.TinyOnnx;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The session on a model that doubles what its table says of each token. */
final class OnnxSessionTest {
  private static final OnnxOptions CPU = OnnxOptions.cpu(1);

  @TempDir private Path folder;

  @Test
  void describesWhatTheModelTakesAndGives() throws IOException {
    try (OnnxSession session = OnnxSession.open(model(), CPU)) {
      assertThat(session.inputs())
          .containsExactly(new TensorDescription("input_ids", "INT64", List.of(-1L, -1L)));
      assertThat(session.outputs()).hasToString("[y: FLOAT [?, ?, 2]]");
      assertThat(session.provider()).isEqualTo(new ExecutionProvider.Cpu());
    }
  }

  @ParameterizedTest
  @EnumSource(OnnxOptions.Optimization.class)
  void writesTheOutputIntoTheGivenMemory(OnnxOptions.Optimization optimization) throws IOException {
    OnnxOptions options = new OnnxOptions(new ExecutionProvider.Cpu(), false, 2, optimization);
    try (OnnxSession session = OnnxSession.open(model(), options)) {
      assertThat(run(session, new OutputMemory(), 2, 0, 1, 2))
          .containsExactly(8, 10, 0, 2, 4, 6, 8, 10);
    }
  }

  @Test
  void memoryIsUsedAgain() throws IOException {
    OutputMemory memory = new OutputMemory();
    FloatBuffer large = memory.take(100);
    memory.giveBack(large);
    FloatBuffer small = memory.take(10);
    assertThat(small.remaining()).isEqualTo(10);
    assertThat(small.capacity()).isEqualTo(100);
    assertThat(memory.take(10).capacity()).isEqualTo(10);
    assertThatThrownBy(() -> memory.take(1L << 30)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void manyThreadsShareASession() throws Exception {
    OutputMemory memory = new OutputMemory();
    try (OnnxSession session = OnnxSession.open(model(), CPU);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> runs =
          IntStream.range(0, 200)
              .<Future<?>>mapToObj(
                  i ->
                      threads.submit(
                          () ->
                              assertThat(run(session, memory, i % 3))
                                  .containsExactly(4 * (i % 3), 4 * (i % 3) + 2)))
              .toList();
      for (Future<?> run : runs) {
        run.get();
      }
    }
  }

  @Test
  void shapeThatTheModelDoesNotComputeIsAnError() throws IOException {
    try (OnnxSession session = OnnxSession.open(model(), CPU)) {
      OutputMemory memory = new OutputMemory();
      assertThatThrownBy(
              () ->
                  session.run(
                      Map.of("input_ids", new long[] {1}),
                      1,
                      1,
                      "y",
                      new long[] {1, 1, 3},
                      memory.take(3)))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("model.onnx: a batch of 1 texts of 1 tokens failed");
    }
  }

  @Test
  void tokenThatTheModelDoesNotHaveIsAnError() throws IOException {
    try (OnnxSession session = OnnxSession.open(model(), CPU)) {
      assertThatThrownBy(() -> run(session, new OutputMemory(), 9))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("model.onnx");
    }
  }

  @Test
  void closedSessionRefuses() throws IOException {
    OnnxSession session = OnnxSession.open(model(), CPU);
    session.close();
    session.close();
    assertThatThrownBy(() -> run(session, new OutputMemory(), 1))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void fileThatIsNoModelIsRefusedByName() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.onnx"), "not a model");
    assertThatThrownBy(() -> OnnxSession.open(broken, CPU))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("broken.onnx: model is one that ONNX Runtime refuses; allowed: ")
        .hasMessageContaining("The runtime says: Error code - ");
    assertThatThrownBy(() -> OnnxSession.open(folder.resolve("missing.onnx"), CPU))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("missing.onnx");
  }

  static List<ExecutionProvider> gpus() {
    return List.of(
        new ExecutionProvider.Cuda(0, Long.MAX_VALUE),
        new ExecutionProvider.Cuda(1, 1L << 30),
        new ExecutionProvider.TensorRt(0, 1L << 30));
  }

  /**
   * As far as it goes without a GPU: the artifact for processors has neither provider, so that this
   * shows what is said then, and not that they work.
   */
  @ParameterizedTest
  @MethodSource("gpus")
  void missingProviderIsNamedOrFallsBack(ExecutionProvider gpu) throws IOException {
    Path model = model();
    OnnxOptions strict = new OnnxOptions(gpu, false, 1, OnnxOptions.Optimization.ALL);
    assertThatThrownBy(() -> OnnxSession.open(model, strict))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("encoder provider is " + gpu.label());
    OnnxOptions lenient = new OnnxOptions(gpu, true, 1, OnnxOptions.Optimization.ALL);
    try (OnnxSession session = OnnxSession.open(model, lenient)) {
      assertThat(session.provider()).isEqualTo(new ExecutionProvider.Cpu());
      assertThat(run(session, new OutputMemory(), 1)).containsExactly(4, 6);
    }
  }

  @Test
  void optionsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> OnnxOptions.cpu(0)).hasMessageContaining("encoder threads is 0");
    assertThatThrownBy(() -> new ExecutionProvider.Cuda(-1, 1)).hasMessageContaining("device id");
    assertThatThrownBy(() -> new ExecutionProvider.TensorRt(0, 0))
        .hasMessageContaining("memory limit");
  }

  private Path model() throws IOException {
    byte[] onnx =
        new TinyOnnx()
            .input("input_ids")
            .constant("table", new float[] {0, 1, 2, 3, 4, 5}, 3, 2)
            .node("Gather", "x", "table", "input_ids")
            .node("Add", "y", "x", "x")
            .output("y", "batch", "length", 2)
            .bytes();
    return Files.write(folder.resolve("model.onnx"), onnx);
  }

  private static float[] run(OnnxSession session, OutputMemory memory, long... ids) {
    FloatBuffer output = memory.take(2L * ids.length);
    session.run(
        Map.of("input_ids", ids), 1, ids.length, "y", new long[] {1, ids.length, 2}, output);
    float[] numbers = new float[2 * ids.length];
    output.get(0, numbers);
    memory.giveBack(output);
    return numbers;
  }
}

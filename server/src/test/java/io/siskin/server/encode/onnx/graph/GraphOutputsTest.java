package io.siskin.server.encode.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.onnx.OnnxSession;
import io.siskin.server.encode.onnx.TensorDescription;
import io.siskin.server.encode.onnx.graph.GraphOutputs.Output;
import io.siskin.server.testing.Seeded;
import io.siskin.server.testing.TinyModels;
import io.siskin.server.testing.TinyOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runtime, which opens the whole model, is the slow twin. */
final class GraphOutputsTest {
  @TempDir private Path folder;

  @Test
  void theyAreWhatTheRuntimeSays() throws IOException {
    Path file =
        Files.write(
            folder.resolve("model.onnx"),
            TinyModels.lookUp("logits", new float[TinyModels.SIZE * 5], 5)
                .node("Identity", "again", "logits")
                .node("Identity", "ids", "input_ids")
                .output("logits", "batch", "length", 5)
                .output("again", "batch", "length", 5)
                .integerOutput("ids", "batch", "length")
                .bytes());
    List<Output> outputs = GraphOutputs.of(file);
    assertThat(outputs).hasSize(3);
    try (OnnxSession session = OnnxSession.open(file, OnnxOptions.cpu(1))) {
      List<TensorDescription> expected = session.outputs();
      for (int i = 0; i < outputs.size(); i++) {
        assertThat(outputs.get(i).name()).isEqualTo(expected.get(i).name());
        assertThat(outputs.get(i).isFloat())
            .isEqualTo(expected.get(i).elementType().equals("FLOAT"));
        assertThat(outputs.get(i).shape()).isEqualTo(expected.get(i).shape());
      }
    }
    assertThat(outputs.getFirst()).hasToString("logits [?, ?, 5]");
    assertThat(outputs.getFirst().width()).isEqualTo(5);
    assertThat(outputs.getLast()).hasToString("ids (no 32-bit floats) [?, ?]");
    assertThat(outputs.getLast().width()).isEqualTo(-1);
  }

  @Test
  void damageIsAnErrorOfReadingOrOtherOutputs() {
    Seeded.run(
        random -> {
          byte[] whole =
              new TinyOnnx()
                  .input("input_ids")
                  .constant("table", new float[12], 12)
                  .node("Gather", "out", "table", "input_ids")
                  .output("out", "batch", "length", 3)
                  .output("other")
                  .bytes();
          int refused = 0;
          for (int round = 0; round < 2_000; round++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(whole.length)] = (byte) random.nextInt();
            damaged[random.nextInt(whole.length)] = (byte) random.nextInt();
            Path file = Files.write(folder.resolve("damaged.onnx"), damaged);
            try {
              assertThat(GraphOutputs.of(file)).hasSizeLessThanOrEqualTo(damaged.length);
            } catch (IOException malformed) {
              refused++;
            }
          }
          assertThat(refused).isPositive();
        });
  }

  @Test
  void anOutputThatIsTooLongIsRefused() throws IOException {
    Path file =
        Files.write(
            folder.resolve("long.onnx"), new TinyOnnx().output("x".repeat(1 << 17), 1).bytes());
    assertThatThrownBy(() -> GraphOutputs.of(file)).isInstanceOf(IOException.class);
  }
}

package io.siskin.server.encode.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Cuts models that are written here, and refuses what it does not understand. */
final class ProjectionCutTest {
  private static final float[][] EMBEDDINGS = {{1, 2}, {3, 4}, {5, 6}};
  private static final float[] BIAS = {7, 8, 9};

  @Test
  void aTiedProjectionIsCutOffAndItsWeightsStayForTheEmbedding() throws IOException {
    byte[] model = OnnxFixture.maskedLanguageModel(EMBEDDINGS, BIAS);
    ProjectionCut.Parts parts = cut(model);
    assertThat(parts.hidden()).isEqualTo("hidden");
    assertThat(parts.byTerm()).isTrue();
    assertThat(parts.termCount()).isEqualTo(3);
    assertThat(parts.hiddenSize()).isEqualTo(2);
    assertThat(parts.bias()).containsExactly(7, 8, 9);
    assertThat(floats(parts.weights())).containsExactly(1, 2, 3, 4, 5, 6);

    OnnxGraph left = new OnnxGraph(parts.model());
    assertThat(left.hasOutput("hidden")).isTrue();
    assertThat(left.hasOutput("logits")).isFalse();
    assertThat(left.rank("hidden")).isEqualTo(3);
    assertThat(left.producer("hidden")).isNotNull();
    assertThat(left.producer("transposed")).isNull();
    assertThat(left.initializer("embeddings")).isNotNull();
    assertThat(left.initializer("bias")).isNull();
    // All but the graph is what it was.
    assertThat(fields(parts.model(), 7)).isEqualTo(fields(model, 7));
  }

  @Test
  void weightsThatNothingElseNeedsAreLeftOut() throws IOException {
    byte[] model =
        new OnnxFixture()
            .input("states", 1, "batch", "length", 2)
            .initializer("weights", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
            .node("Relu", List.of("states"), "hidden")
            .node("Identity", List.of("weights"), "shared")
            .node("MatMul", List.of("hidden", "shared"), "product")
            .node("Identity", List.of("product"), "logits")
            .output("logits", "batch", "length", 3)
            .model();
    ProjectionCut.Parts parts = cut(model);
    assertThat(parts.byTerm()).isFalse();
    assertThat(parts.bias()).containsExactly(0, 0, 0);
    assertThat(floats(parts.weights())).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(new OnnxGraph(parts.model()).initializer("weights")).isNull();
    assertThat(parts.model().length).isLessThan(model.length);
  }

  @Test
  void whatIsNotUnderstoodIsRefusedWithAReason() {
    assertThat(refusal(new OnnxFixture().output("other", 1, 1, 1).model()))
        .contains("output logits does not state three dimensions");
    assertThat(refusal(graph().node("Softmax", List.of("states"), "logits").model()))
        .contains("no product");
    assertThat(
            refusal(
                graph()
                    .node("MatMul", List.of("states", "states"), "product")
                    .node("Add", List.of("product", "states"), "logits")
                    .model()))
        .contains("what is added last");
    assertThat(refusal(graph().node("MatMul", List.of("states", "states"), "logits").model()))
        .contains("no matrix of 32-bit floats");
    assertThat(
            refusal(
                graph()
                    .initializer("weights", new float[6], 2, 3)
                    .initializer("bias", new float[2], 2)
                    .node("MatMul", List.of("states", "weights"), "product")
                    .node("Add", List.of("product", "bias"), "logits")
                    .model()))
        .contains("has the shape [2]");
    // A circle, which a runtime would refuse later.
    assertThat(refusal(graph().node("Identity", List.of("logits"), "logits").model()))
        .contains("no product");
  }

  /** Damage may be overlooked or refused, but nothing else. */
  @Test
  void damagedFilesNeverThrow() {
    byte[] model = OnnxFixture.maskedLanguageModel(EMBEDDINGS, BIAS);
    Random random = new Random(Seeds.next());
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged =
          i % 2 == 0 ? model.clone() : Arrays.copyOf(model, random.nextInt(model.length));
      for (int j = 0; j <= i % 3 && damaged.length > 0; j++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      if (ProjectionCut.of(damaged, "logits") instanceof ProjectionCut.Refused) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(5000);
  }

  private static OnnxFixture graph() {
    return new OnnxFixture()
        .input("states", 1, "batch", "length", 2)
        .output("logits", "batch", "length", 3);
  }

  private static ProjectionCut.Parts cut(byte[] model) {
    ProjectionCut cut = ProjectionCut.of(model, "logits");
    assertThat(cut).isInstanceOf(ProjectionCut.Parts.class);
    return (ProjectionCut.Parts) cut;
  }

  private static String refusal(byte[] model) {
    ProjectionCut cut = ProjectionCut.of(model, "logits");
    assertThat(cut).isInstanceOf(ProjectionCut.Refused.class);
    return ((ProjectionCut.Refused) cut).reason();
  }

  private static float[] floats(MemorySegment weights) {
    float[] floats = new float[(int) weights.byteSize() / Float.BYTES];
    MemorySegment.copy(
        weights,
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
        0,
        floats,
        0,
        floats.length);
    return floats;
  }

  private static List<String> fields(byte[] file, int without) throws IOException {
    return new WireMessage(file, 0, file.length)
        .fields().stream()
            .filter(field -> field.number() != without)
            .map(field -> field.whole())
            .map(at -> Arrays.toString(Arrays.copyOfRange(file, at.from(), at.to())))
            .toList();
  }
}

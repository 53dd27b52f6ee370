package io.siskin.server.encode.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.siskin.server.encode.onnx.graph.ExternalData.Part;
import io.siskin.server.testing.TinyOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every place of onnx.proto that may hold a tensor is looked at. */
final class ExternalDataTest {
  @TempDir private Path folder;

  @Test
  void weightsInsideTheFileAreNone() throws IOException {
    byte[] model =
        new TinyOnnx()
            .input("input_ids")
            .constant("table", new float[] {1, 2}, 2)
            .node("Gather", "out", List.of("table", "input_ids"), "axis", 0)
            .output("out", "batch", "length")
            .bytes();
    assertThat(parts(model)).isEmpty();
  }

  @Test
  void weightsInOtherFilesAreNamed() throws IOException {
    byte[] model =
        new TinyOnnx()
            .external("a", "model.onnx_data", "8", "16", 2, 2)
            .constant("b", new float[] {1}, 1)
            .external("c", "more/c.bin", "", "", 4)
            .bytes();
    assertThat(parts(model))
        .containsExactly(
            new Part("a", "model.onnx_data", "8", "16"), new Part("c", "more/c.bin", "", ""));
  }

  @Test
  void everyPlaceIsLookedAt() throws IOException {
    ByteString graph = in(1, in(5, in(5, tensor("attribute"))));
    graph = graph.concat(in(1, in(5, in(10, tensor("attributes")))));
    graph = graph.concat(in(1, in(5, in(22, in(1, tensor("sparse attribute"))))));
    graph = graph.concat(in(1, in(5, in(23, in(2, tensor("sparse attributes"))))));
    graph = graph.concat(in(1, in(5, in(6, in(5, tensor("in a graph"))))));
    graph = graph.concat(in(1, in(5, in(11, in(1, in(5, in(6, in(5, tensor("deeper")))))))));
    graph = graph.concat(in(5, tensor("initializer")));
    graph = graph.concat(in(15, in(1, tensor("sparse values"))));
    graph = graph.concat(in(15, in(2, tensor("sparse indices"))));
    ByteString model =
        in(7, graph)
            .concat(in(20, in(1, in(5, tensor("training")))))
            .concat(in(20, in(2, in(5, tensor("algorithm")))))
            .concat(in(25, in(7, in(5, in(5, tensor("function"))))))
            .concat(in(25, in(11, in(5, tensor("function attribute")))));
    assertThat(parts(model.toByteArray()))
        .extracting(Part::location)
        .containsExactly(
            "attribute",
            "attributes",
            "sparse attribute",
            "sparse attributes",
            "in a graph",
            "deeper",
            "initializer",
            "sparse values",
            "sparse indices",
            "training",
            "algorithm",
            "function",
            "function attribute");
  }

  @Test
  void whatIsNoModelIsRefused() {
    for (byte[] wrong :
        List.of(
            new byte[] {1, 2, 3},
            new byte[] {0x3A, 0x7F, 1},
            new byte[] {0x3A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F},
            new byte[] {0x3A, 2, 0x2A, 9})) {
      assertThatThrownBy(() -> parts(wrong)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void graphsInGraphsAreBounded() throws IOException {
    ByteString graph = in(5, tensor("inside"));
    for (int i = 0; i < 20; i++) {
      graph = in(1, in(5, in(6, graph)));
    }
    assertThat(parts(in(7, graph).toByteArray())).hasSize(1);
    for (int i = 0; i < 2_000; i++) {
      graph = in(1, in(5, in(6, graph)));
    }
    byte[] deep = in(7, graph).toByteArray();
    assertThatThrownBy(() -> parts(deep)).isInstanceOf(IOException.class);
  }

  private List<Part> parts(byte[] model) throws IOException {
    return new ArrayList<>(ExternalData.of(Files.write(folder.resolve("model.onnx"), model)));
  }

  private static ByteString tensor(String location) {
    UnknownFieldSet.Builder entry = UnknownFieldSet.newBuilder();
    add(entry, 1, ByteString.copyFromUtf8("location"));
    add(entry, 2, ByteString.copyFromUtf8(location));
    UnknownFieldSet.Builder tensor = UnknownFieldSet.newBuilder();
    add(tensor, 13, entry.build().toByteString());
    tensor.mergeField(14, UnknownFieldSet.Field.newBuilder().addVarint(1).build());
    return tensor.build().toByteString();
  }

  /** A message with one field. */
  private static ByteString in(int field, ByteString content) {
    UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
    add(message, field, content);
    return message.build().toByteString();
  }

  private static void add(UnknownFieldSet.Builder message, int field, ByteString content) {
    message.mergeField(
        field, UnknownFieldSet.Field.newBuilder().addLengthDelimited(content).build());
  }
}

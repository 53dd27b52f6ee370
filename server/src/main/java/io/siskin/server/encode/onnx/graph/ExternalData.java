package io.siskin.server.encode.onnx.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of other files in which an ONNX model keeps the content of its tensors.
 *
 * <p>The file is read as a stream, and the content of tensors inside it is passed over, so that a
 * model of a gigabyte needs no memory. All places that may hold a tensor are looked at: weights,
 * sparse weights, attributes of nodes, graphs inside attributes, functions and training graphs.
 */
public final class ExternalData {
  private static final int BUFFER_BYTES = 1 << 16;

  /** Graphs inside graphs, deeper than any model: a limit for files that mean harm. */
  private static final int DEPTH_MAX = 100;

  private static final int ENTRY_KEY = 1;
  private static final int ENTRY_VALUE = 2;
  private static final int LOCATION_EXTERNAL = 1;

  private final CodedInputStream in;
  private final List<Part> parts = new ArrayList<>();
  private int depth;

  private ExternalData(CodedInputStream in) {
    this.in = in;
  }

  /**
   * A part of another file.
   *
   * @param tensor the name of the tensor; empty if it has none
   * @param location the other file as the model names it: a path relative to the model's folder
   * @param offset where the part begins, as the model writes it: bytes, empty for 0
   * @param length how long it is, as the model writes it: bytes, empty for all that follows
   */
  public record Part(String tensor, String location, String offset, String length) {}

  /** The messages of {@code onnx.proto} that hold a tensor or lead to one. */
  private enum Message {
    MODEL,
    TRAINING,
    GRAPH,
    FUNCTION,
    NODE,
    ATTRIBUTE,
    SPARSE_TENSOR,
    TENSOR;

    /** Returns what a field of this message holds; null when that leads to no tensor. */
    @Nullable Message inside(int field) {
      return switch (this) {
        case MODEL ->
            switch (field) {
              case 7 -> GRAPH;
              case 20 -> TRAINING;
              case 25 -> FUNCTION;
              default -> null;
            };
        case TRAINING -> field == 1 || field == 2 ? GRAPH : null; // initialization, algorithm
        case GRAPH ->
            switch (field) {
              case 1 -> NODE;
              case 5 -> TENSOR; // initializer
              case 15 -> SPARSE_TENSOR; // sparse_initializer
              default -> null;
            };
        case FUNCTION ->
            switch (field) {
              case 7 -> NODE;
              case 11 -> ATTRIBUTE;
              default -> null;
            };
        case NODE -> field == 5 ? ATTRIBUTE : null;
        case ATTRIBUTE ->
            switch (field) {
              case 5, 10 -> TENSOR; // t, tensors
              case 6, 11 -> GRAPH; // g, graphs
              case 22, 23 -> SPARSE_TENSOR; // sparse_tensor, sparse_tensors
              default -> null;
            };
        case SPARSE_TENSOR -> field == 1 || field == 2 ? TENSOR : null; // values, indices
        case TENSOR -> null;
      };
    }
  }

  /**
   * Returns the parts of other files that a model names, in the order of the file.
   *
   * @param model the model's file
   * @throws IOException when it cannot be read, or is not in the form of protobuf
   */
  public static List<Part> of(Path model) throws IOException {
    try (InputStream file = Files.newInputStream(model)) {
      ExternalData data = new ExternalData(CodedInputStream.newInstance(file, BUFFER_BYTES));
      data.in.setSizeLimit(Integer.MAX_VALUE);
      data.readMessage(Message.MODEL);
      return data.parts;
    }
  }

  private void readMessage(Message message) throws IOException {
    if (message == Message.TENSOR) {
      readTensor();
      return;
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      Message inside = message.inside(WireFormat.getTagFieldNumber(tag));
      if (inside != null
          && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        readInside(inside);
      } else {
        skip(tag);
      }
    }
  }

  private void readInside(Message message) throws IOException {
    if (++depth > DEPTH_MAX) {
      throw new IOException("messages lie more than " + DEPTH_MAX + " deep in one another");
    }
    int outer = in.pushLimit(in.readRawVarint32());
    readMessage(message);
    in.checkLastTagWas(0);
    in.popLimit(outer);
    depth--;
  }

  private void readTensor() throws IOException {
    String name = "";
    long place = 0;
    Map<String, String> entries = new HashMap<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case OnnxTensor.NAME -> name = in.readString();
        case OnnxTensor.EXTERNAL_DATA -> readEntry(entries);
        case OnnxTensor.DATA_LOCATION -> place = in.readInt64();
        default -> skip(tag);
      }
    }
    if (place == LOCATION_EXTERNAL) {
      parts.add(
          new Part(
              name,
              entries.getOrDefault("location", ""),
              entries.getOrDefault("offset", ""),
              entries.getOrDefault("length", "")));
    }
  }

  private void readEntry(Map<String, String> entries) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    String key = "";
    String value = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case ENTRY_KEY -> key = readText();
        case ENTRY_VALUE -> value = readText();
        default -> skip(tag);
      }
    }
    in.popLimit(outer);
    entries.put(key, value);
  }

  private String readText() throws IOException {
    return new String(in.readByteArray(), StandardCharsets.UTF_8);
  }

  private void skip(int tag) throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      in.skipRawBytes(in.readRawVarint32());
    } else if (!in.skipField(tag)) {
      throw new IOException("a group ends that did not begin");
    }
  }
}

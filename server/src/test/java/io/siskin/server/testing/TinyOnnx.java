package io.siskin.server.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes ONNX models of a few hundred bytes, by the handful of fields of onnx.proto that they need.
 */
public final class TinyOnnx {
  private static final int IR_VERSION = 8;
  private static final int OPSET_VERSION = 18;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int ATTRIBUTE_INT = 2;
  private static final int EXTERNAL = 1;

  private static final int ML_OPSET_VERSION = 3;

  private final Set<String> domains = new TreeSet<>();
  private final List<ByteString> nodes = new ArrayList<>();
  private final List<ByteString> initializers = new ArrayList<>();
  private final List<ByteString> inputs = new ArrayList<>();
  private final List<ByteString> outputs = new ArrayList<>();

  /** Writes fields of one message. */
  @FunctionalInterface
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  /** Starts a model without inputs. */
  public TinyOnnx() {
    // Everything is added.
  }

  /** Adds an input of 64-bit integers, [batch, length]. */
  public TinyOnnx input(String name) {
    inputs.add(value(name, INT64, List.of("batch", "length")));
    return this;
  }

  /** Adds an input of floats, [batch, length], which no text model of ours takes. */
  public TinyOnnx floatInput(String name) {
    inputs.add(value(name, FLOAT, List.of("batch", "length")));
    return this;
  }

  /**
   * Adds an output of floats.
   *
   * @param name its name
   * @param dimensions numbers, or names of what the input decides
   */
  public TinyOnnx output(String name, Object... dimensions) {
    outputs.add(value(name, FLOAT, List.of(dimensions)));
    return this;
  }

  /** Adds an output of 64-bit integers. */
  public TinyOnnx integerOutput(String name, Object... dimensions) {
    outputs.add(value(name, INT64, List.of(dimensions)));
    return this;
  }

  /** Adds an output of a list with a map for each row, from whole numbers to floats. */
  public TinyOnnx mapsOutput(String name) {
    ByteString number = message(out -> out.writeBytes(1, message(inner -> inner.writeInt32(1, 1))));
    ByteString map =
        message(
            out -> {
              out.writeInt32(1, INT64);
              out.writeBytes(2, number);
            });
    ByteString element = message(out -> out.writeBytes(5, map));
    ByteString sequence = message(out -> out.writeBytes(1, element));
    outputs.add(
        message(
            out -> {
              out.writeString(1, name);
              out.writeBytes(2, message(inner -> inner.writeBytes(4, sequence)));
            }));
    return this;
  }

  /** Adds a constant of floats. */
  public TinyOnnx constant(String name, float[] values, long... dimensions) {
    ByteBuffer raw =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return constant(name, FLOAT, raw.array(), dimensions);
  }

  /** Adds a constant of 64-bit integers. */
  public TinyOnnx constant(String name, long[] values, long... dimensions) {
    ByteBuffer raw = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    return constant(name, INT64, raw.array(), dimensions);
  }

  /**
   * Adds a constant of floats whose content lies in another file.
   *
   * @param name its name
   * @param location the other file, relative to the model
   * @param offset where it begins there, in bytes
   * @param length how many bytes
   * @param dimensions its shape
   */
  public TinyOnnx external(
      String name, String location, String offset, String length, long... dimensions) {
    initializers.add(
        message(
            out -> {
              for (long dimension : dimensions) {
                out.writeInt64(1, dimension);
              }
              out.writeInt32(2, FLOAT);
              out.writeString(8, name);
              out.writeBytes(13, entry("location", location));
              out.writeBytes(13, entry("offset", offset));
              out.writeBytes(13, entry("length", length));
              out.writeInt32(14, EXTERNAL);
            }));
    return this;
  }

  private static ByteString entry(String key, String value) {
    return message(
        out -> {
          out.writeString(1, key);
          out.writeString(2, value);
        });
  }

  private TinyOnnx constant(String name, int type, byte[] raw, long... dimensions) {
    initializers.add(
        message(
            out -> {
              for (long dimension : dimensions) {
                out.writeInt64(1, dimension);
              }
              out.writeInt32(2, type);
              out.writeString(8, name);
              out.writeByteArray(9, raw);
            }));
    return this;
  }

  /** Adds an operator with one output. */
  public TinyOnnx node(String operator, String output, String... operands) {
    return node(operator, output, List.of(operands), null, 0);
  }

  /** Adds an operator with one attribute, a whole number. */
  public TinyOnnx node(
      String operator, String output, List<String> operands, String attribute, long value) {
    nodes.add(
        message(
            out -> {
              for (String operand : operands) {
                out.writeString(1, operand);
              }
              out.writeString(2, output);
              out.writeString(4, operator);
              if (attribute != null) {
                ByteString attributeMessage =
                    message(
                        inner -> {
                          inner.writeString(1, attribute);
                          inner.writeInt64(3, value);
                          inner.writeInt32(20, ATTRIBUTE_INT);
                        });
                out.writeBytes(5, attributeMessage);
              }
            }));
    return this;
  }

  /**
   * Adds an operator of a domain.
   *
   * @param domain the domain, for example {@code ai.onnx.ml}
   * @param operator its name
   * @param output the one output
   * @param operands the inputs
   * @param attributes by name: a Long, a String, a float[], a long[] or a String[]
   */
  public TinyOnnx node(
      String domain,
      String operator,
      String output,
      List<String> operands,
      Map<String, Object> attributes) {
    return node(domain, operator, List.of(output), operands, attributes);
  }

  /**
   * Adds an operator of a domain that has several outputs.
   *
   * @param domain the domain, for example {@code ai.onnx.ml}
   * @param operator its name
   * @param outputNames the outputs
   * @param operands the inputs
   * @param attributes by name: a Long, a String, a float[], a long[] or a String[]
   */
  public TinyOnnx node(
      String domain,
      String operator,
      List<String> outputNames,
      List<String> operands,
      Map<String, Object> attributes) {
    nodes.add(
        message(
            out -> {
              for (String operand : operands) {
                out.writeString(1, operand);
              }
              for (String output : outputNames) {
                out.writeString(2, output);
              }
              out.writeString(4, operator);
              for (Map.Entry<String, Object> each : attributes.entrySet()) {
                out.writeBytes(
                    5, message(inner -> writeAttribute(inner, each.getKey(), each.getValue())));
              }
              out.writeString(7, domain);
            }));
    domains.add(domain);
    return this;
  }

  private static void writeAttribute(CodedOutputStream out, String name, Object value)
      throws IOException {
    out.writeString(1, name);
    switch (value) {
      case Long number -> {
        out.writeInt64(3, number);
        out.writeInt32(20, ATTRIBUTE_INT);
      }
      case String text -> {
        out.writeString(4, text);
        out.writeInt32(20, 3);
      }
      case float[] numbers -> {
        for (float number : numbers) {
          out.writeFloat(7, number);
        }
        out.writeInt32(20, 6);
      }
      case long[] numbers -> {
        for (long number : numbers) {
          out.writeInt64(8, number);
        }
        out.writeInt32(20, 7);
      }
      case String[] texts -> {
        for (String text : texts) {
          out.writeString(9, text);
        }
        out.writeInt32(20, 8);
      }
      default -> throw new IllegalArgumentException(name + " is " + value);
    }
  }

  /** Returns the model's file. */
  public byte[] bytes() {
    ByteString graph =
        message(
            out -> {
              for (ByteString node : nodes) {
                out.writeBytes(1, node);
              }
              out.writeString(2, "tiny");
              for (ByteString initializer : initializers) {
                out.writeBytes(5, initializer);
              }
              for (ByteString input : inputs) {
                out.writeBytes(11, input);
              }
              for (ByteString output : outputs) {
                out.writeBytes(12, output);
              }
            });
    ByteString opset = message(out -> out.writeInt64(2, OPSET_VERSION));
    return message(
            out -> {
              out.writeInt64(1, IR_VERSION);
              out.writeBytes(7, graph);
              out.writeBytes(8, opset);
              for (String domain : domains) {
                out.writeBytes(
                    8,
                    message(
                        inner -> {
                          inner.writeString(1, domain);
                          inner.writeInt64(2, ML_OPSET_VERSION);
                        }));
              }
            })
        .toByteArray();
  }

  private static ByteString value(String name, int elementType, List<?> dimensions) {
    ByteString shape =
        message(
            out -> {
              for (Object dimension : dimensions) {
                ByteString one =
                    message(
                        inner -> {
                          if (dimension instanceof Number number) {
                            inner.writeInt64(1, number.longValue());
                          } else {
                            inner.writeString(2, dimension.toString());
                          }
                        });
                out.writeBytes(1, one);
              }
            });
    ByteString tensor =
        message(
            out -> {
              out.writeInt32(1, elementType);
              out.writeBytes(2, shape);
            });
    ByteString type = message(out -> out.writeBytes(1, tensor));
    return message(
        out -> {
          out.writeString(1, name);
          out.writeBytes(2, type);
        });
  }

  private static ByteString message(Fields fields) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      fields.write(out);
      out.flush();
      return ByteString.copyFrom(bytes.toByteArray());
    } catch (IOException impossible) {
      throw new AssertionError("writes to memory", impossible);
    }
  }
}

package io.siskin.server.encode.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.NativeLifetime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model, open.
 *
 * <p>The output is pinned: the runtime writes it into the caller's memory, so that a logits tensor
 * of a hundred megabytes is never copied.
 *
 * <p>Safe for concurrent use: each call computes on its own thread and, with more than one thread a
 * batch, on those of the session. {@link #close} waits for calls in progress.
 */
public final class OnnxSession implements AutoCloseable {
  private final String file;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final ExecutionProvider provider;
  private final List<TensorDescription> inputs;
  private final List<TensorDescription> outputs;
  private final NativeLifetime lifetime;

  private OnnxSession(
      String file, OrtEnvironment environment, OrtSession session, ExecutionProvider provider)
      throws OrtException {
    this.file = file;
    this.lifetime = new NativeLifetime("the model " + file);
    this.environment = environment;
    this.session = session;
    this.provider = provider;
    this.inputs = describe(session.getInputInfo().values());
    this.outputs = describe(session.getOutputInfo().values());
  }

  /**
   * Opens a model. The first call in a process unpacks and loads the native library, about half a
   * second.
   *
   * @param model the model's file; external data is looked for beside it
   * @param options how it runs
   * @throws InvalidInputException when the file is no model that the runtime takes, or the provider
   *     is missing and no fall-back allowed
   */
  public static OnnxSession open(Path model, OnnxOptions options) {
    return open(
        model.toString(),
        options,
        (environment, prepared) -> environment.createSession(model.toString(), prepared));
  }

  /**
   * Opens a model that is no file, or not any more.
   *
   * @param name what to call it in messages
   * @param model its bytes, without external data; they are copied
   * @param options how it runs
   * @throws InvalidInputException as {@link #open(Path, OnnxOptions)}
   */
  public static OnnxSession open(String name, byte[] model, OnnxOptions options) {
    return open(
        name, options, (environment, prepared) -> environment.createSession(model, prepared));
  }

  /** How a session is made. */
  @FunctionalInterface
  private interface SessionSource {
    OrtSession create(OrtEnvironment environment, OrtSession.SessionOptions options)
        throws OrtException;
  }

  private static OnnxSession open(String name, OnnxOptions options, SessionSource source) {
    OrtEnvironment environment = OfflineRuntime.environment();
    try (Sessions.Prepared prepared = Sessions.prepare(options)) {
      OrtSession session = source.create(environment, prepared.options());
      boolean described = false;
      try {
        OnnxSession opened = new OnnxSession(name, environment, session, prepared.provider());
        described = true;
        return opened;
      } finally {
        if (!described) {
          session.close();
        }
      }
    } catch (OrtException refused) {
      throw new InvalidInputException(
              "model",
              "one that ONNX Runtime refuses",
              "an ONNX model that ONNX Runtime 1.28 opens. The runtime says: "
                  + refused.getMessage())
          .at(name);
    }
  }

  /** Returns what computes, which is the processor after a fall-back. */
  public ExecutionProvider provider() {
    return provider;
  }

  /** Returns what the model takes. */
  public List<TensorDescription> inputs() {
    return inputs;
  }

  /** Returns what it gives. */
  public List<TensorDescription> outputs() {
    return outputs;
  }

  /**
   * Computes one output of a batch.
   *
   * @param given by the input's name: 64-bit integers, {@code count} rows of {@code length}
   * @param count texts in the batch
   * @param length positions that each is padded to
   * @param output the output's name
   * @param shape the output's shape, which must be the one that the model computes
   * @param target memory outside the heap for the output, its remaining floats as many as the shape
   *     has
   * @throws InferenceException when the runtime fails
   * @throws IllegalStateException when the session is closed
   */
  public void run(
      Map<String, long[]> given,
      int count,
      int length,
      String output,
      long[] shape,
      FloatBuffer target) {
    List<TensorData> inputTensors = new ArrayList<>(given.size());
    long[] inputShape = {count, length};
    given.forEach(
        (name, values) -> inputTensors.add(new TensorData.Longs(name, inputShape, values)));
    run(
        inputTensors,
        List.of(new TensorData.Floats(output, shape, target)),
        count + " texts of " + length + " tokens");
  }

  /**
   * Computes outputs of a batch.
   *
   * @param given all inputs
   * @param outputs the outputs, whose shapes must be those that the model computes
   * @param what what the batch is, for messages
   * @throws InferenceException when the runtime fails
   * @throws IllegalStateException when the session is closed
   */
  public void run(List<TensorData> given, List<TensorData.Floats> outputs, String what) {
    try {
      lifetime.during(
          () -> {
            runOpen(given, outputs);
            return null;
          });
    } catch (OrtException failed) {
      throw new InferenceException(
          file, "a batch of " + what + " failed: " + failed.getMessage(), failed);
    }
  }

  private void runOpen(List<TensorData> given, List<TensorData.Floats> outputs)
      throws OrtException {
    List<OnnxTensor> tensors = new ArrayList<>();
    try {
      Map<String, OnnxTensor> named = new HashMap<>();
      for (TensorData input : given) {
        OnnxTensor tensor =
            switch (input) {
              case TensorData.Longs longs ->
                  OnnxTensor.createTensor(environment, direct(longs.values()), longs.shape());
              case TensorData.Floats floats ->
                  OnnxTensor.createTensor(environment, floats.values(), floats.shape());
            };
        tensors.add(tensor);
        named.put(input.name(), tensor);
      }
      Map<String, OnnxTensor> pinned = new HashMap<>();
      for (TensorData.Floats output : outputs) {
        OnnxTensor tensor = OnnxTensor.createTensor(environment, output.values(), output.shape());
        tensors.add(tensor);
        pinned.put(output.name(), tensor);
      }
      session.run(named, pinned).close();
    } finally {
      tensors.forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() {
    try {
      lifetime.end(session::close);
    } catch (OrtException failed) {
      throw new InferenceException(file, "closing failed: " + failed.getMessage(), failed);
    }
  }

  private static LongBuffer direct(long[] values) {
    LongBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Long.BYTES)
            .order(ByteOrder.nativeOrder())
            .asLongBuffer();
    return buffer.put(values).flip();
  }

  private static List<TensorDescription> describe(Collection<NodeInfo> nodes) {
    List<TensorDescription> descriptions = new ArrayList<>();
    for (NodeInfo node : nodes) {
      if (node.getInfo() instanceof TensorInfo tensor) {
        List<Long> shape = new ArrayList<>();
        for (long size : tensor.getShape()) {
          shape.add(size);
        }
        descriptions.add(new TensorDescription(node.getName(), tensor.type.toString(), shape));
      } else {
        descriptions.add(
            new TensorDescription(
                node.getName(), node.getInfo().getClass().getSimpleName(), List.of()));
      }
    }
    return descriptions;
  }
}

package io.siskin.server.encode.remote;

import com.google.protobuf.ByteString;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.inference.GRPCInferenceServiceGrpc;
import io.siskin.proto.inference.InferTensorContents;
import io.siskin.proto.inference.ModelInferRequest;
import io.siskin.proto.inference.ModelInferResponse;
import io.siskin.proto.inference.ModelMetadataRequest;
import io.siskin.proto.inference.ModelMetadataResponse;
import io.siskin.proto.inference.ModelReadyRequest;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.RemoteEncoderException.Reason;
import io.siskin.server.trace.RequestTrace;
import io.siskin.server.trace.TraceContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Speaks the Open Inference Protocol. */
final class KserveTransport implements RemoteTransport {
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of(TraceContext.HEADER, Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TRACESTATE =
      Metadata.Key.of(TraceContext.STATE_HEADER, Metadata.ASCII_STRING_MARSHALLER);
  private static final int ANSWER_BYTES_MAX = 256 << 20;
  private static final String BYTES = "BYTES";
  private static final String FLOATS = "FP32";
  private static final String INTS = "INT32";
  private static final String LONGS = "INT64";

  private final RemoteTarget.Kserve target;
  private final ManagedChannel channel;

  KserveTransport(RemoteTarget.Kserve target) {
    this.target = target;
    ChannelCredentials credentials =
        target.encrypted() ? TlsChannelCredentials.create() : InsecureChannelCredentials.create();
    this.channel =
        Grpc.newChannelBuilderForAddress(target.host(), target.port(), credentials)
            .maxInboundMessageSize(ANSWER_BYTES_MAX)
            .disableRetry()
            .build();
  }

  @Override
  public List<Answer> encode(List<String> texts, Duration timeout) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    texts.forEach(text -> contents.addBytesContents(ByteString.copyFromUtf8(text)));
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName(target.model())
            .setModelVersion(target.version())
            .addInputs(
                ModelInferRequest.InferInputTensor.newBuilder()
                    .setName(target.input())
                    .setDatatype(BYTES)
                    .addShape(texts.size())
                    .setContents(contents));
    for (String output : outputs()) {
      request.addOutputs(ModelInferRequest.InferRequestedOutputTensor.newBuilder().setName(output));
    }
    try {
      return answers(traced(stub(timeout)).modelInfer(request.build()), texts.size());
    } catch (StatusRuntimeException failed) {
      throw error(failed);
    }
  }

  @Override
  public boolean isReady(Duration timeout) {
    ModelReadyRequest request =
        ModelReadyRequest.newBuilder().setName(target.model()).setVersion(target.version()).build();
    try {
      return stub(timeout).modelReady(request).getReady();
    } catch (StatusRuntimeException unreachable) {
      return false;
    }
  }

  @Override
  public RemoteDescription describe(Duration timeout, Expected expected) {
    ModelMetadataRequest request =
        ModelMetadataRequest.newBuilder()
            .setName(target.model())
            .setVersion(target.version())
            .build();
    ModelMetadataResponse served;
    try {
      served = stub(timeout).modelMetadata(request);
    } catch (StatusRuntimeException failed) {
      if (failed.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        return RemoteDescription.NONE;
      }
      throw error(failed);
    }
    if (!served.getName().equals(target.model())) {
      throw new InvalidInputException(
          "model", target.model(), "what is served: " + served.getName());
    }
    if (!target.version().isEmpty()
        && served.getVersionsCount() > 0
        && !served.getVersionsList().contains(target.version())) {
      throw new InvalidInputException(
          "model_version",
          target.version(),
          "one that is served: " + String.join(", ", served.getVersionsList()));
    }
    KserveTensors inputs = new KserveTensors(served.getInputsList());
    KserveTensors outputs = new KserveTensors(served.getOutputsList());
    inputs.require("input", target.input(), BYTES);
    switch (target.output()) {
      case RemoteTarget.Output.Sparse(String terms, String weights) -> {
        outputs.require("output.terms", terms, INTS, LONGS);
        outputs.require("output.weights", weights, FLOATS);
      }
      case RemoteTarget.Output.Weights(String name) -> {
        outputs.require("output.sparse", name, FLOATS);
        outputs.requireWidth("output.sparse", name, expected.termCount());
      }
      case RemoteTarget.Output.Embedding(String name) ->
          outputs.require("output.embedding", name, FLOATS);
    }
    return new RemoteDescription(
        served.getName(),
        served.getVersionsList(),
        List.of("platform " + served.getPlatform(), "takes " + inputs, "gives " + outputs));
  }

  private GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub(Duration timeout) {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Tells the other side which trace the call belongs to, if it is recorded. */
  private static GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub traced(
      GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub) {
    RequestTrace trace = RequestTrace.current();
    if (trace == null) {
      return stub;
    }
    Metadata headers = new Metadata();
    headers.put(TRACEPARENT, trace.context().toHeader());
    if (!trace.context().state().isEmpty()) {
      headers.put(TRACESTATE, trace.context().state());
    }
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private List<String> outputs() {
    return switch (target.output()) {
      case RemoteTarget.Output.Sparse(String terms, String weights) -> List.of(terms, weights);
      case RemoteTarget.Output.Weights(String name) -> List.of(name);
      case RemoteTarget.Output.Embedding(String name) -> List.of(name);
    };
  }

  private List<Answer> answers(ModelInferResponse response, int count) {
    List<Answer> answers = new ArrayList<>(count);
    switch (target.output()) {
      case RemoteTarget.Output.Sparse(String termsName, String weightsName) -> {
        Tensor terms = tensor(response, termsName, count);
        Tensor weights = tensor(response, weightsName, count);
        if (terms.width != weights.width) {
          throw malformed(terms.width + " terms per text, but " + weights.width + " weights");
        }
        for (int i = 0; i < count; i++) {
          answers.add(new Answer.Sparse(terms.ints(i), weights.floats(i)));
        }
      }
      case RemoteTarget.Output.Weights(String name) -> {
        Tensor weights = tensor(response, name, count);
        int[] all = new int[weights.width];
        Arrays.setAll(all, term -> term);
        for (int i = 0; i < count; i++) {
          answers.add(new Answer.Sparse(all, weights.floats(i)));
        }
      }
      case RemoteTarget.Output.Embedding(String name) -> {
        Tensor numbers = tensor(response, name, count);
        for (int i = 0; i < count; i++) {
          answers.add(new Answer.Dense(numbers.floats(i)));
        }
      }
    }
    return answers;
  }

  private Tensor tensor(ModelInferResponse response, String name, int count) {
    for (int i = 0; i < response.getOutputsCount(); i++) {
      ModelInferResponse.InferOutputTensor output = response.getOutputs(i);
      if (output.getName().equals(name)) {
        boolean raw = i < response.getRawOutputContentsCount();
        Tensor tensor =
            Tensor.of(output, raw ? response.getRawOutputContents(i) : packed(output), count);
        if (tensor == null) {
          throw malformed(
              "output "
                  + name
                  + " is "
                  + output.getDatatype()
                  + output.getShapeList()
                  + " and does not hold "
                  + count
                  + " rows of FP32, INT32 or INT64");
        }
        return tensor;
      }
    }
    throw malformed("no output " + name);
  }

  /** Returns elements that came by their type in the form of raw ones. */
  private static ByteString packed(ModelInferResponse.InferOutputTensor output) {
    InferTensorContents contents = output.getContents();
    int length =
        Float.BYTES * (contents.getFp32ContentsCount() + contents.getIntContentsCount())
            + Long.BYTES * contents.getInt64ContentsCount();
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    contents.getFp32ContentsList().forEach(bytes::putFloat);
    contents.getIntContentsList().forEach(bytes::putInt);
    contents.getInt64ContentsList().forEach(bytes::putLong);
    return ByteString.copyFrom(bytes.flip());
  }

  /**
   * A tensor of one row per text.
   *
   * @param bytes its elements
   * @param type their type
   * @param width how many a row
   */
  private record Tensor(ByteBuffer bytes, String type, int width) {
    /** Returns null when the content is not what type, shape and number of texts say. */
    static @Nullable Tensor of(
        ModelInferResponse.InferOutputTensor output, ByteString content, int count) {
      int elementBytes =
          switch (output.getDatatype()) {
            case FLOATS, INTS -> Integer.BYTES;
            case LONGS -> Long.BYTES;
            default -> 0;
          };
      int rowBytes = content.size() / count;
      if (output.getShapeCount() != 2
          || output.getShape(0) != count
          || elementBytes == 0
          || output.getShape(1) != rowBytes / elementBytes
          || content.size() % (count * elementBytes) != 0) {
        return null;
      }
      return new Tensor(
          content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN),
          output.getDatatype(),
          rowBytes / elementBytes);
    }

    /** Returns a row; a number that is no int becomes −1, which is no term. */
    int[] ints(int row) {
      int[] ints = new int[width];
      for (int i = 0; i < width; i++) {
        int at = row * width + i;
        long value =
            switch (type) {
              case INTS -> bytes.getInt(Integer.BYTES * at);
              case LONGS -> bytes.getLong(Long.BYTES * at);
              default -> -1;
            };
        ints[i] = value == (int) value ? (int) value : -1;
      }
      return ints;
    }

    float[] floats(int row) {
      float[] floats = new float[width];
      for (int i = 0; i < width; i++) {
        floats[i] =
            type.equals(FLOATS) ? bytes.getFloat(Float.BYTES * (row * width + i)) : Float.NaN;
      }
      return floats;
    }
  }

  private RemoteEncoderException error(StatusRuntimeException failed) {
    Status status = failed.getStatus();
    Reason reason =
        switch (status.getCode()) {
          case DEADLINE_EXCEEDED -> Reason.DEADLINE_EXCEEDED;
          case UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED, CANCELLED -> Reason.UNAVAILABLE;
          case INTERNAL, DATA_LOSS -> Reason.MALFORMED;
          default -> Reason.REFUSED;
        };
    String what = status.getCode() + ": " + status.getDescription();
    return new RemoteEncoderException(reason, target.label(), what, failed);
  }

  private RemoteEncoderException malformed(String what) {
    return new RemoteEncoderException(Reason.MALFORMED, target.label(), what);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}

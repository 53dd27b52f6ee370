package io.siskin.server.encode.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import io.siskin.index.error.InvalidInputException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Our options as the runtime's. */
final class Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  private Sessions() {}

  /**
   * The runtime's options, to be closed once the session is open.
   *
   * @param options the runtime's
   * @param provider what will compute
   */
  record Prepared(SessionOptions options, ExecutionProvider provider) implements AutoCloseable {
    @Override
    public void close() {
      options.close();
    }
  }

  /**
   * Prepares a session.
   *
   * @throws InvalidInputException when the provider is missing and no fall-back allowed
   */
  static Prepared prepare(OnnxOptions wanted) throws OrtException {
    SessionOptions options = new SessionOptions();
    boolean prepared = false;
    try {
      options.setIntraOpNumThreads(wanted.threads());
      options.setInterOpNumThreads(1);
      // A thread that waits for work must not take a core from searches.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      options.setOptimizationLevel(
          switch (wanted.optimization()) {
            case NONE -> SessionOptions.OptLevel.NO_OPT;
            case BASIC -> SessionOptions.OptLevel.BASIC_OPT;
            case EXTENDED -> SessionOptions.OptLevel.EXTENDED_OPT;
            case ALL -> SessionOptions.OptLevel.ALL_OPT;
          });
      ExecutionProvider provider = addProvider(options, wanted);
      prepared = true;
      return new Prepared(options, provider);
    } finally {
      if (!prepared) {
        options.close();
      }
    }
  }

  private static ExecutionProvider addProvider(SessionOptions options, OnnxOptions wanted) {
    try {
      switch (wanted.provider()) {
        case ExecutionProvider.Cpu _ -> {}
        case ExecutionProvider.Cuda cuda -> addCuda(options, cuda);
        case ExecutionProvider.TensorRt tensorRt -> {
          addTensorRt(options, tensorRt);
          addCuda(options, new ExecutionProvider.Cuda(tensorRt.deviceId(), Long.MAX_VALUE));
        }
      }
      return wanted.provider();
    } catch (OrtException missing) {
      String label = wanted.provider().label();
      if (!wanted.fallback()) {
        throw new InvalidInputException(
            "encoder provider",
            label,
            "one that this build and machine have: cpu, or build with -Pgpu where CUDA is installed"
                + " ("
                + missing.getMessage()
                + ")");
      }
      LOG.warn(
          "the encoder provider {} is missing, the processor takes over: {}",
          label,
          missing.getMessage());
      return new ExecutionProvider.Cpu();
    }
  }

  private static void addCuda(SessionOptions options, ExecutionProvider.Cuda wanted)
      throws OrtException {
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(wanted.deviceId())) {
      if (wanted.memoryLimitBytes() != Long.MAX_VALUE) {
        cuda.add("gpu_mem_limit", Long.toString(wanted.memoryLimitBytes()));
        // The default doubles, which overshoots a limit.
        cuda.add("arena_extend_strategy", "kSameAsRequested");
      }
      options.addCUDA(cuda);
    }
  }

  private static void addTensorRt(SessionOptions options, ExecutionProvider.TensorRt wanted)
      throws OrtException {
    try (OrtTensorRTProviderOptions tensorRt = new OrtTensorRTProviderOptions(wanted.deviceId())) {
      if (wanted.memoryLimitBytes() != Long.MAX_VALUE) {
        tensorRt.add("trt_max_workspace_size", Long.toString(wanted.memoryLimitBytes()));
      }
      options.addTensorrt(tensorRt);
    }
  }
}

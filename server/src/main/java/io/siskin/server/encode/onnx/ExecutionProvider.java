package io.siskin.server.encode.onnx;

import io.siskin.index.error.InvalidInputException;

/** What computes a model. */
public sealed interface ExecutionProvider {
  /** Returns its name as configuration spells it. */
  String label();

  /** The processor. */
  record Cpu() implements ExecutionProvider {
    @Override
    public String label() {
      return "cpu";
    }
  }

  /**
   * An NVIDIA GPU by CUDA. Needs a build with the profile {@code gpu}.
   *
   * @param deviceId which GPU, 0 or more
   * @param memoryLimitBytes how much of its memory the session may take, 1 or more; {@link
   *     Long#MAX_VALUE} for all
   */
  record Cuda(int deviceId, long memoryLimitBytes) implements ExecutionProvider {
    /** Checks the ranges. */
    public Cuda {
      checkGpu(deviceId, memoryLimitBytes);
    }

    @Override
    public String label() {
      return "cuda";
    }
  }

  /**
   * An NVIDIA GPU by TensorRT, and by CUDA for what TensorRT does not know. Needs a build with the
   * profile {@code gpu}.
   *
   * @param deviceId which GPU, 0 or more
   * @param memoryLimitBytes how much of its memory TensorRT may take as work space, 1 or more;
   *     {@link Long#MAX_VALUE} for all
   */
  record TensorRt(int deviceId, long memoryLimitBytes) implements ExecutionProvider {
    /** Checks the ranges. */
    public TensorRt {
      checkGpu(deviceId, memoryLimitBytes);
    }

    @Override
    public String label() {
      return "tensorrt";
    }
  }

  private static void checkGpu(int deviceId, long memoryLimitBytes) {
    if (deviceId < 0) {
      throw new InvalidInputException("device id", deviceId, "0 or more");
    }
    if (memoryLimitBytes < 1) {
      throw new InvalidInputException("memory limit", memoryLimitBytes, "1 byte or more");
    }
  }
}

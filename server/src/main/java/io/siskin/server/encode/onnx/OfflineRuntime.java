package io.siskin.server.encode.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;

/** The one environment of the process, kept from reporting anything to anybody. */
final class OfflineRuntime {
  private static final String NAME = "siskin";

  private OfflineRuntime() {}

  /**
   * Returns the environment, loading the native library with the first call.
   *
   * <p>Version 1.28 has no telemetry outside Windows, where this switch is what turns it off; later
   * ones read the variable {@code ORT_DISABLE_TELEMETRY}, which {@code bin/siskin} sets.
   */
  static OrtEnvironment environment() {
    // Errors come as exceptions; printed by the library too, they would stand there twice.
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, NAME);
    try {
      environment.setTelemetry(false);
    } catch (OrtException impossible) {
      throw new AssertionError("the switch is a flag of the process", impossible);
    }
    return environment;
  }
}

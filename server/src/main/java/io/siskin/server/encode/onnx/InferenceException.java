package io.siskin.server.encode.onnx;

/**
 * A model could not compute a batch that was given to it: memory is short, a device failed, or the
 * model does not take what its description promises.
 */
public final class InferenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an error.
   *
   * @param file the model's file
   * @param what what happened
   * @param cause the runtime's error
   */
  public InferenceException(String file, String what, Throwable cause) {
    super(file + ": " + what, cause);
  }

  /**
   * Makes an error without a cause.
   *
   * @param file the model's file
   * @param what what happened
   */
  public InferenceException(String file, String what) {
    super(file + ": " + what);
  }
}

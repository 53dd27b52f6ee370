package io.siskin.server.retrieve;

/** No model of that name is open. The message names it. */
public final class ModelNotFoundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String model;

  /**
   * Creates the error.
   *
   * @param model the name that was asked for
   */
  public ModelNotFoundException(String model) {
    super(
        "no model '"
            + model
            + "' is open: a model is when a served collection has it, or when the server was"
            + " started with it (--model)");
    this.model = model;
  }

  /** Returns the name that was asked for. */
  public String model() {
    return model;
  }
}

package io.siskin.server.retrieve;

import io.siskin.index.error.NearestNames;
import java.util.Collection;

/** No model of that name is open. The message names it. */
public final class ModelNotFoundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String model;

  /**
   * Creates the error.
   *
   * @param model the name that was asked for
   * @param known the names of the open models, of which the message gives the most similar ones
   */
  public ModelNotFoundException(String model, Collection<String> known) {
    super(
        "no model '"
            + model
            + "' is open. A model is open when a served collection uses it, or when the server was"
            + " started with it (--model)"
            + NearestNames.hint(model, known));
    this.model = model;
  }

  /** Returns the name that was asked for. */
  public String model() {
    return model;
  }
}

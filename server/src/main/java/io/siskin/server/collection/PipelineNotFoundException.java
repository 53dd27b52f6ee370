package io.siskin.server.collection;

import io.siskin.index.error.NearestNames;
import java.util.Map;

/** A collection has no pipeline of a name that a call is about. */
public final class PipelineNotFoundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String pipeline;

  /**
   * Creates the error.
   *
   * @param pipeline the name that was asked for
   * @param known the pipelines that there are, by name
   */
  public PipelineNotFoundException(String pipeline, Map<String, String> known) {
    super(
        "the collection has no pipeline '"
            + pipeline
            + "'"
            + NearestNames.hint(pipeline, known.keySet()));
    this.pipeline = pipeline;
  }

  /** Returns the name that was asked for. */
  public String pipeline() {
    return pipeline;
  }
}

package io.siskin.server.ingest;

import io.siskin.server.encode.spec.DenseEncoderSpec;
import java.util.Map;

/**
 * How the dense vectors of a build come about, by the name of the dense field.
 *
 * @param encoders how texts become vectors; a field without is missing
 */
public record DenseBuild(Map<String, DenseEncoderSpec> encoders) {
  /** Takes the vectors that documents bring. */
  public static final DenseBuild NONE = new DenseBuild(Map.of());

  /** Copies the maps. */
  public DenseBuild {
    encoders = Map.copyOf(encoders);
  }
}

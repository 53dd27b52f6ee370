package io.siskin.server.encode.factory;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;

/** The models of one data directory, see {@link TextModels}. Safe for concurrent use. */
@FunctionalInterface
public interface ModelSource {
  /** Has no model. */
  ModelSource NONE =
      ref -> {
        throw new InvalidInputException("model", ref.name(), "none: there are no models here");
      };

  /**
   * Opens a model of the data directory.
   *
   * @param ref which one
   * @return the model; the caller closes it
   * @throws IOException when it is missing, damaged or cannot be read
   */
  TextModel open(ModelRef ref) throws IOException;
}

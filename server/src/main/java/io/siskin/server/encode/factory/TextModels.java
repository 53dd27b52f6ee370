package io.siskin.server.encode.factory;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Opens models. Whether two openings of one model share it is up to the implementation; each of
 * them is closed by the one who opened it.
 *
 * <p>Safe for concurrent use.
 */
@FunctionalInterface
public interface TextModels {
  /** Has no model: for processes that encode nothing. */
  TextModels NONE =
      (directory, ref) -> {
        throw new InvalidInputException(
            "model", ref.name(), "none, since this command opens no models");
      };

  /**
   * Opens a model and verifies that it is the one that is meant.
   *
   * @param directory the model's folder
   * @param ref which model it must be
   * @return the model; the caller closes it
   * @throws io.siskin.index.error.CorruptSegmentException when the folder holds another model
   * @throws InvalidInputException when a file is not what the model says it is
   * @throws IOException when a file is missing or cannot be read
   */
  TextModel open(Path directory, ModelRef ref) throws IOException;
}

package io.siskin.server.write;

import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.error.InvalidInputException;

/** A document of a request on its way to the log: checked, encoded and quantised, or refused. */
sealed interface PreparedDocument {
  /**
   * A document that can be written.
   *
   * @param document the document; its position is given when it is written
   */
  record Ready(QuantizedDocument document) implements PreparedDocument {}

  /**
   * A document that is not valid.
   *
   * @param reason what is wrong with it
   */
  record Refused(InvalidInputException reason) implements PreparedDocument {}
}

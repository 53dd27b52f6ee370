package io.siskin.server.encode.imports;

import io.siskin.server.encode.model.Activation;
import io.siskin.server.encode.model.Reading;

/** How a saved encoder makes the vectors of one side: of documents or of queries. */
sealed interface SavedSide {
  /**
   * A masked language model whose logits are pooled.
   *
   * @param folder the model's folder in the one that is imported; empty for that one itself
   * @param pooling what becomes of the positions
   * @param activation what makes weights of logits
   */
  record Model(String folder, Reading.Pooling pooling, Activation activation)
      implements SavedSide {}

  /**
   * No model: each token of the text weighs what a table says.
   *
   * @param folder where the table lies; empty for the folder that is imported
   */
  record Weights(String folder) implements SavedSide {}
}

package io.siskin.server.ingest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.VectorPruning;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import org.jspecify.annotations.Nullable;

/**
 * What of the documents is left out before they are indexed.
 *
 * @param vector which terms of each document stay
 * @param qualityField the stored field with a document's quality, a number, larger for better; null
 *     when no document is left out
 * @param dropShare the share of the documents with the lowest quality that is left out, 0 to below
 *     1; documents without the field stay, and of equal ones all do
 */
public record DocumentPruning(
    VectorPruning vector, @Nullable String qualityField, double dropShare) {
  /** Everything is indexed. */
  public static final DocumentPruning NONE = new DocumentPruning(VectorPruning.NONE, null, 0);

  /** Checks the ranges. */
  public DocumentPruning {
    if (!(dropShare >= 0 && dropShare < 1)) {
      throw new InvalidInputException("quality-drop-share", dropShare, "0 to below 1");
    }
    if (dropShare > 0 && qualityField == null) {
      throw new InvalidInputException("quality-field", "none", "the name of a stored field");
    }
  }

  /**
   * Demands that vectors can be pruned before they are indexed.
   *
   * @param encoder how the documents' text becomes vectors
   * @throws InvalidInputException when the weights are not known by then
   */
  void requireFit(EncoderSpec encoder) {
    if (encoder.base() instanceof Bm25Spec && !vector.equals(VectorPruning.NONE)) {
      throw new InvalidInputException(
          "document-terms-max or document-weight-share",
          vector,
          "neither with bm25, whose weights are not known before all documents are");
    }
  }

  /** Returns whether documents may be left out, which needs their qualities to be read first. */
  boolean dropsDocuments() {
    return dropShare > 0;
  }
}

package io.siskin.server.app.flags;

import io.siskin.index.vector.VectorPruning;
import io.siskin.server.ingest.DocumentPruning;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of the documents is left out before they are indexed. */
public final class PruningFlags {
  @Option(
      names = "--document-terms-max",
      paramLabel = "N",
      description =
          "Indexes the N heaviest terms of each document only, 1 or more. Lowering it makes the"
              + " index smaller and searches quicker, and loses effectiveness. Not with bm25."
              + " Default: all terms.")
  private int termsMax = VectorPruning.NONE.termsMax();

  @Option(
      names = "--document-weight-share",
      paramLabel = "X",
      description =
          "Indexes the heaviest terms of each document until they have this share of the sum of"
              + " its weights, above 0, at most 1. Lowering it does the same. Not with bm25."
              + " Default: 1.")
  private double weightShare = VectorPruning.NONE.weightShare();

  @Option(
      names = "--quality-field",
      paramLabel = "NAME",
      description =
          "The stored field with a document's quality, a number, larger for better; for"
              + " --quality-drop-share. Default: none.")
  private @Nullable String qualityField;

  @Option(
      names = "--quality-drop-share",
      paramLabel = "X",
      description =
          "Leaves out this share of the documents, those with the lowest quality, 0 to below 1;"
              + " documents without the field stay. The input is read twice. Raising it makes the"
              + " index smaller. Default: ${DEFAULT-VALUE}.")
  private double dropShare = DocumentPruning.NONE.dropShare();

  /** Returns the choice, checked. */
  public DocumentPruning build() {
    return new DocumentPruning(new VectorPruning(termsMax, weightShare), qualityField, dropShare);
  }
}

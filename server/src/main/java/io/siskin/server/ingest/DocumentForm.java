package io.siskin.server.ingest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.IdfSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.PhraseSpec;
import io.siskin.server.encode.spec.VectorSpec;

/**
 * Whether documents come as texts or as vectors. All documents of a collection come as its encoder
 * says, or queries would not match them.
 */
public final class DocumentForm {
  private DocumentForm() {}

  /**
   * Checks what a document came with. Where a collection encodes all documents itself, one without
   * a text counts as empty here.
   *
   * @param spec how text becomes vectors
   * @param hasVector whether it has a vector
   * @param hasText whether it has a text
   * @throws InvalidInputException when it does not fit the encoder
   */
  public static void check(EncoderSpec spec, boolean hasVector, boolean hasText) {
    switch (spec.base()) {
      case VectorSpec _ -> requireVector(hasVector, "the collection encodes no text");
      case LearnedSpec(LearnedSpec.DocumentSide.Vectors _, _) ->
          requireVector(hasVector, "the collection has no model");
      case IdfSpec _, LearnedSpec _, PhraseSpec _ -> {
        if (!hasVector && !hasText) {
          throw new InvalidInputException("document", "without text and vector", "one of them");
        }
      }
      default -> {
        if (hasVector) {
          throw new InvalidInputException(
              "vector",
              "present",
              "text only, since the collection encodes text with " + spec.kind());
        }
      }
    }
  }

  private static void requireVector(boolean hasVector, String reason) {
    if (!hasVector) {
      throw new InvalidInputException(
          "vector", "missing", "a vector in each document, since " + reason);
    }
  }
}

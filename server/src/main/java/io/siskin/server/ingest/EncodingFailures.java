package io.siskin.server.ingest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.corpus.SourceDocument;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.onnx.InferenceException;

/**
 * What a text that could not be encoded is to the job that asked for it: a bad record, named by its
 * id and its place, or the end of the job.
 */
public final class EncodingFailures {
  private static final String ALLOWED = "a text that the encoder takes";

  private EncodingFailures() {}

  /**
   * Tells whether another text may be encoded after a failure: the text is the cause, neither the
   * machine nor the network.
   *
   * @param failure what encoding one text alone threw
   */
  public static boolean isOfText(Throwable failure) {
    return switch (failure) {
      case InvalidInputException _, InferenceException _ -> true;
      case RemoteEncoderException elsewhere -> elsewhere.dependsOnTexts();
      default -> false;
    };
  }

  /**
   * Returns the error of a text that cannot be encoded.
   *
   * @param failure of which {@link #isOfText} is true
   * @param what what the text is, for example {@code document 'd17'}
   * @param place where it was read
   */
  public static InvalidInputException named(Throwable failure, String what, String place) {
    InvalidInputException error =
        failure instanceof InvalidInputException invalid
            ? invalid.at(what)
            : InvalidInputException.explained(
                what, "refused by the encoder (" + failure.getMessage() + ")", ALLOWED, failure);
    return error.at(place);
  }

  /**
   * Returns the bad record that a document is, or throws what ends the job.
   *
   * @param failure what encoding the document alone threw
   * @param document the document
   */
  static InvalidInputException badRecord(Throwable failure, SourceDocument document) {
    String what = "document '" + document.id() + "'";
    if (isOfText(failure)) {
      return named(failure, what, document.place());
    }
    switch (failure) {
      // Says what is wrong, which is not the document.
      case RemoteEncoderException elsewhere -> throw elsewhere;
      case Error error -> throw error;
      default ->
          throw new IllegalStateException(
              document.place() + ": " + what + " could not be encoded: " + failure, failure);
    }
  }
}

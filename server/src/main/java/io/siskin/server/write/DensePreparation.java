package io.siskin.server.write;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.batch.BatchedModel;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.batch.Priority;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.factory.DenseModelSide;
import io.siskin.server.ingest.EncodingFailures;
import io.siskin.server.search.Cancellation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Encodes the texts of documents for dense fields. All texts of one model are given to its front
 * end together, at bulk priority, whichever fields they are for.
 *
 * <p>Used by one thread; what comes of {@link #encode} comes on other threads.
 */
final class DensePreparation {
  private final Executor encoding;
  private final List<Wanted> wanted = new ArrayList<>();

  /**
   * Makes a preparation without texts.
   *
   * @param encoding where texts are encoded whose model has no front end
   */
  DensePreparation(Executor encoding) {
    this.encoding = encoding;
  }

  /**
   * One vector that is wanted.
   *
   * @param document the number of the document in the request
   * @param field the field that it is for
   * @param side what encodes it
   * @param input its text
   */
  private record Wanted(
      int document, DenseFieldSpec field, DenseModelSide side, EncoderInput input) {

    /** Returns what came of the text. */
    Outcome outcome(TextEncoding encoding) {
      if (field.type().hasKeys()) {
        List<KeyedVector> keyed = side.keyedVectors(encoding, field.vectorsMax());
        return keyed.isEmpty()
            ? new Outcome.Empty(document)
            : new Outcome.Encoded(document, field.name(), field.keyedVectors(keyed));
      }
      List<float[]> vectors = side.vectors(encoding, field.vectorsMax());
      return vectors.isEmpty()
          ? new Outcome.Empty(document)
          : new Outcome.Encoded(
              document, field.name(), field.vectors(vectors.toArray(float[][]::new)));
    }
  }

  /** What came of one text. */
  sealed interface Outcome {
    /** Returns the number of the document in the request. */
    int document();

    /**
     * It was encoded.
     *
     * @param document the number of the document in the request
     * @param field the name of the field
     * @param vectors its vectors in their stored form
     */
    record Encoded(int document, String field, DenseVectors vectors) implements Outcome {}

    /**
     * It has no tokens, of which the model would give vectors.
     *
     * @param document the number of the document in the request
     */
    record Empty(int document) implements Outcome {}

    /**
     * It cannot be encoded.
     *
     * @param document the number of the document in the request
     * @param reason what is wrong with it
     */
    record Refused(int document, InvalidInputException reason) implements Outcome {}
  }

  /**
   * Adds a text.
   *
   * @param document the number of the document in the request
   * @param field the field that it is for
   * @param side what encodes it
   * @param text the text
   */
  void add(int document, DenseFieldSpec field, DenseModelSide side, String text) {
    wanted.add(new Wanted(document, field, side, side.input(text)));
  }

  /**
   * Encodes the texts.
   *
   * @param cancellation asked while they wait
   * @return one outcome per text, to come. They fail together when the cause is not a text
   */
  CompletableFuture<List<Outcome>> encode(Cancellation cancellation) {
    Map<String, List<Wanted>> byModel = new LinkedHashMap<>();
    for (Wanted one : wanted) {
      byModel.computeIfAbsent(one.side.model().fingerprint(), _ -> new ArrayList<>()).add(one);
    }
    List<CompletableFuture<List<Outcome>>> parts = new ArrayList<>();
    for (List<Wanted> texts : byModel.values()) {
      parts.add(
          texts.getFirst().side.model() instanceof BatchedModel model
              ? encode(model, texts, cancellation)
              : CompletableFuture.supplyAsync(() -> encodeHere(texts, cancellation), encoding));
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
        .thenApply(_ -> parts.stream().flatMap(part -> part.join().stream()).toList());
  }

  private static CompletableFuture<List<Outcome>> encode(
      BatchedModel model, List<Wanted> texts, Cancellation cancellation) {
    List<CompletableFuture<EncodedText>> encoded =
        model
            .encoder()
            .submit(texts.stream().map(Wanted::input).toList(), Priority.BULK, cancellation);
    return CompletableFuture.allOf(encoded.toArray(CompletableFuture<?>[]::new))
        .handle(
            (_, _) -> {
              List<Outcome> outcomes = new ArrayList<>(texts.size());
              for (int i = 0; i < texts.size(); i++) {
                outcomes.add(outcome(texts.get(i), encoded.get(i)));
              }
              return outcomes;
            });
  }

  private static Outcome outcome(Wanted one, CompletableFuture<EncodedText> encoded) {
    if (!encoded.isCompletedExceptionally()) {
      return encoded(one, encoded.resultNow());
    }
    return new Outcome.Refused(one.document, refused(encoded.exceptionNow()));
  }

  private static Outcome encoded(Wanted one, EncodedText encoded) {
    try {
      return one.outcome(encoded.encoding());
    } catch (InvalidInputException wrong) {
      return new Outcome.Refused(one.document, wrong);
    }
  }

  /** Returns what is wrong with a text, or throws what is wrong with more than that. */
  private static InvalidInputException refused(Throwable failure) {
    if (!EncodingFailures.isOfText(failure)) {
      throw failure instanceof RuntimeException known
          ? known
          : new IllegalStateException("encoding has failed", failure);
    }
    return EncodingFailures.named(failure, "text", "document");
  }

  @SuppressWarnings("IllegalCatch") // Whatever is wrong with a text, it is told with the text.
  private static List<Outcome> encodeHere(List<Wanted> texts, Cancellation cancellation) {
    List<Outcome> outcomes = new ArrayList<>(texts.size());
    for (Wanted one : texts) {
      cancellation.check();
      try {
        outcomes.add(one.outcome(one.side.encodeHere(one.input)));
      } catch (RuntimeException failure) {
        outcomes.add(new Outcome.Refused(one.document, refused(failure)));
      }
    }
    return outcomes;
  }
}

package io.siskin.server.retrieve;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.batch.BatchedModel;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.EncodeNanos;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.factory.Encoders;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.encode.factory.TermStatistics;
import io.siskin.server.search.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Encodes texts by the encoders of a catalog's collections and by open models.
 *
 * <p>Safe for concurrent use. A collection or a model stays open until its texts are encoded.
 */
public final class EncodingPipeline implements TextEncoders {
  private final OpenCollections open;
  private final BatchedModels models;

  /**
   * Makes a pipeline.
   *
   * @param catalog the collections; the caller closes it after the last call
   * @param models the models that are found by their names
   */
  public EncodingPipeline(CollectionCatalog catalog, BatchedModels models) {
    this.open = new OpenCollections(catalog);
    this.models = models;
  }

  @Override
  public boolean encodesHere(EncodingRequest request) {
    return switch (request.encoder()) {
      case EncodingRequest.Encoder.OfModel _ -> false;
      case EncodingRequest.Encoder.OfCollection(String name, _) -> {
        CollectionSnapshot snapshot = open.acquire(name);
        try {
          ModelSide side = side(snapshot.encoders(), sideOf(request));
          yield side == null || !(side.model() instanceof BatchedModel);
        } finally {
          snapshot.release();
        }
      }
    };
  }

  @Override
  public CompletableFuture<List<EncodedText>> encode(
      EncodingRequest request, Cancellation cancellation) {
    return switch (request.encoder()) {
      case EncodingRequest.Encoder.OfModel(String name) -> {
        BatchedModel model = models.find(name);
        if (model == null) {
          throw new ModelNotFoundException(name, models.names());
        }
        yield submit(model, request, cancellation, (_, encoding) -> encoding, model::close);
      }
      case EncodingRequest.Encoder.OfCollection(String name, String tenant) -> {
        CollectionSnapshot snapshot = open.acquire(name);
        ModelSide side = side(snapshot.encoders(), sideOf(request));
        if (side != null && side.model() instanceof BatchedModel model) {
          yield submit(
              model,
              request,
              cancellation,
              (text, encoding) -> withOptions(side, text, encoding),
              snapshot::release);
        }
        try {
          yield CompletableFuture.completedFuture(
              encodeHere(snapshot, tenant, request, cancellation));
        } finally {
          snapshot.release();
        }
      }
    };
  }

  /** Submits the texts; whatever comes of it, the end is run once. */
  private static CompletableFuture<List<EncodedText>> submit(
      BatchedModel model,
      EncodingRequest request,
      Cancellation cancellation,
      BiFunction<String, TextEncoding, TextEncoding> options,
      Runnable end) {
    CompletableFuture<List<EncodedText>> all = null;
    try {
      List<CompletableFuture<EncodedText>> futures =
          model.encoder().submit(request.inputs(), request.priority(), cancellation);
      all = join(futures).thenApply(encoded -> withOptions(request.inputs(), encoded, options));
      return all;
    } finally {
      if (all == null) {
        end.run();
      } else {
        CompletableFuture<?> _ = all.whenComplete((_, _) -> end.run());
      }
    }
  }

  /** Returns all answers, to come; the first failure is everybody's, and gives up the rest. */
  private static CompletableFuture<List<EncodedText>> join(
      List<CompletableFuture<EncodedText>> futures) {
    CompletableFuture<List<EncodedText>> all = new CompletableFuture<>();
    for (CompletableFuture<EncodedText> future : futures) {
      CompletableFuture<?> _ =
          future.whenComplete(
              (_, error) -> {
                if (error != null && all.completeExceptionally(error)) {
                  futures.forEach(other -> other.cancel(false));
                }
              });
    }
    CompletableFuture<?> _ =
        CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new))
            .thenRun(() -> all.complete(futures.stream().map(CompletableFuture::join).toList()));
    return all;
  }

  private static List<EncodedText> withOptions(
      List<EncoderInput> inputs,
      List<EncodedText> encoded,
      BiFunction<String, TextEncoding, TextEncoding> options) {
    List<EncodedText> all = new ArrayList<>(encoded.size());
    for (int i = 0; i < encoded.size(); i++) {
      EncodedText one = encoded.get(i);
      TextEncoding encoding = options.apply(inputs.get(i).text(), one.encoding());
      all.add(new EncodedText(encoding, one.nanos(), one.cached(), one.batchTexts()));
    }
    return all;
  }

  private static TextEncoding withOptions(ModelSide side, String text, TextEncoding encoding) {
    SparseVector vector = side.vector(text, encoding);
    List<String> originalTerms =
        encoding instanceof TextEncoding.Sparse sparse ? sparse.originalTerms() : List.of();
    return new TextEncoding.Sparse(vector, originalTerms);
  }

  private List<EncodedText> encodeHere(
      CollectionSnapshot snapshot,
      String tenant,
      EncodingRequest request,
      Cancellation cancellation) {
    TermStatistics statistics =
        open.reading(
            snapshot, () -> snapshot.statistics(tenant, open.filters(), cancellation::check));
    return open.encoding(
        snapshot,
        () ->
            snapshot.encoding(
                statistics, () -> encodeHere(snapshot.encoders(), request, cancellation)));
  }

  private static List<EncodedText> encodeHere(
      Encoders encoders, EncodingRequest request, Cancellation cancellation) {
    List<String> texts = new ArrayList<>();
    for (EncoderInput input : request.inputs()) {
      if (!input.chunkEnds().isEmpty()) {
        throw new InvalidInputException(
            "chunk_ends", "set", "none: the collection's encoder gives one vector per text");
      }
      texts.add(input.text());
    }
    long start = System.nanoTime();
    List<SparseVector> vectors =
        sideOf(request) == Side.QUERY
            ? encodeQueries(encoders, texts, cancellation)
            : encoders.documents().encode(texts, cancellation::check);
    cancellation.check();
    // All of it counts as tokenizing: such an encoder is a tokenizer and a table.
    EncodeNanos nanos = new EncodeNanos(0, System.nanoTime() - start, 0, 0);
    return vectors.stream()
        .map(
            vector ->
                new EncodedText(new TextEncoding.Sparse(vector, tokens(vector)), nanos, false, 0))
        .toList();
  }

  /** Asks between texts, since each query is short. */
  private static List<SparseVector> encodeQueries(
      Encoders encoders, List<String> texts, Cancellation cancellation) {
    List<SparseVector> vectors = new ArrayList<>(texts.size());
    for (String text : texts) {
      cancellation.check();
      vectors.add(encoders.queries().encode(text));
    }
    return vectors;
  }

  /** Without a model there is no expansion: all terms are the text's own. */
  private static List<String> tokens(SparseVector vector) {
    List<String> tokens = new ArrayList<>();
    if (vector instanceof TokenVector named) {
      for (int i = 0; i < named.size(); i++) {
        tokens.add(named.token(i));
      }
    }
    return tokens;
  }

  private static Side sideOf(EncodingRequest request) {
    return request.inputs().getFirst().side();
  }

  private static @Nullable ModelSide side(Encoders encoders, Side side) {
    return side == Side.QUERY ? encoders.queryModel() : encoders.documentModel();
  }
}

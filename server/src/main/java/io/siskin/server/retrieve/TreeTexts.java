package io.siskin.server.retrieve;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.batch.BatchedModel;
import io.siskin.server.batch.EncodeNanos;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.batch.Priority;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.factory.DenseModelSide;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.rank.TreeEvaluator;
import io.siskin.server.rank.tree.DenseSearch;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.rank.tree.Turn;
import io.siskin.server.retrieve.EncodedTexts.Facts;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.search.Cancellation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The texts of one ranking tree that models with a front end encode. All of them are given to the
 * front ends at once, and each text once a model, however many stages have it.
 *
 * <p>Used by one thread; what comes of {@link #submit} comes on threads of the front ends.
 */
final class TreeTexts {
  /** The texts of one model, with the path of the first stage that has each; empty for none. */
  private record OfModel(BatchedModel model, Map<EncoderInput, String> paths) {}

  /** A text under way. */
  private record Submitted(
      EncodedTexts.Key key,
      String path,
      String encoderName,
      CompletableFuture<EncodedText> future) {}

  private final Map<String, OfModel> byFingerprint = new LinkedHashMap<>();

  private TreeTexts() {}

  /**
   * Collects the texts of a tree.
   *
   * @param snapshot the collection, whose models encode them
   * @param root the root of the tree, which fits the collection
   * @param ofRequest the query of the request
   */
  static TreeTexts of(CollectionSnapshot snapshot, RankingNode root, Query ofRequest) {
    TreeTexts texts = new TreeTexts();
    ModelSide sparse = snapshot.encoders().queryModel();
    if (sparse != null) {
      TreeEvaluator.queries(root)
          .forEach(
              (query, path) -> {
                String at = query instanceof SparseQuery.OfRequest ? "" : path;
                for (String text : texts(query, ofRequest)) {
                  texts.add(sparse.model(), sparse.input(text), at);
                }
              });
    }
    TreeEvaluator.denseQueries(root)
        .forEach(
            (query, path) -> {
              DenseModelSide dense = snapshot.denseEncoders().queries(query.field());
              if (dense != null) {
                for (String text : texts(query.target(), ofRequest)) {
                  texts.add(dense.model(), dense.input(text), path);
                }
              }
            });
    return texts;
  }

  private void add(TextModel model, EncoderInput input, String path) {
    if (model instanceof BatchedModel batched) {
      byFingerprint
          .computeIfAbsent(model.fingerprint(), _ -> new OfModel(batched, new LinkedHashMap<>()))
          .paths
          .putIfAbsent(input, path);
    }
  }

  /** Returns the texts of a sparse query. */
  static List<String> texts(SparseQuery query, Query ofRequest) {
    return switch (query) {
      case SparseQuery.OfRequest _ -> texts(ofRequest);
      case SparseQuery.Text(String text) -> List.of(text);
      case SparseQuery.Turns(List<Turn> turns) -> turns.stream().map(Turn::text).toList();
      case SparseQuery.Vector _ -> List.of();
    };
  }

  /** Returns the texts of a dense query. */
  static List<String> texts(DenseTarget target, Query ofRequest) {
    return switch (target) {
      case DenseTarget.OfRequest _ -> texts(ofRequest);
      case DenseTarget.Text(String text) -> List.of(text);
      case DenseTarget.Turns(List<Turn> turns) -> turns.stream().map(Turn::text).toList();
      case DenseTarget.Vector _ -> List.of();
    };
  }

  private static List<String> texts(Query query) {
    return switch (query) {
      case Query.Text(String text) -> List.of(text);
      case Query.Encoded encoded -> List.of(encoded.text());
      case Query.Vector _, Query.None _ -> List.of();
    };
  }

  /** Returns whether there is nothing to encode ahead. */
  boolean isEmpty() {
    return byFingerprint.isEmpty();
  }

  /**
   * Gives all texts to the front ends of their models. Does not block.
   *
   * @param cancellation the request's deadline and cancellation
   * @return the encodings, to come; the first failure is that of all, and gives up the others
   * @throws io.siskin.server.batch.EncoderOverloadedException when a front end has no room; nothing
   *     is under way then
   */
  CompletableFuture<EncodedTexts> submit(Cancellation cancellation) {
    long start = System.nanoTime();
    List<Submitted> all = new ArrayList<>();
    boolean done = false;
    try {
      for (OfModel texts : byFingerprint.values()) {
        List<EncoderInput> inputs = List.copyOf(texts.paths.keySet());
        List<CompletableFuture<EncodedText>> futures =
            texts.model.encoder().submit(inputs, Priority.INTERACTIVE, cancellation);
        for (int i = 0; i < inputs.size(); i++) {
          EncoderInput input = inputs.get(i);
          all.add(
              new Submitted(
                  new EncodedTexts.Key(texts.model.fingerprint(), input),
                  String.valueOf(texts.paths.get(input)),
                  texts.model.ref().name(),
                  futures.get(i)));
        }
      }
      done = true;
      return joined(all, start);
    } finally {
      if (!done) {
        all.forEach(text -> text.future.cancel(false));
      }
    }
  }

  private static CompletableFuture<EncodedTexts> joined(List<Submitted> texts, long startNanoTime) {
    CompletableFuture<EncodedTexts> joined = new CompletableFuture<>();
    for (Submitted text : texts) {
      CompletableFuture<?> _ =
          text.future.whenComplete(
              (_, error) -> {
                if (error != null && joined.completeExceptionally(named(error, text.path))) {
                  texts.forEach(other -> other.future.cancel(false));
                }
              });
    }
    CompletableFuture<?> _ =
        CompletableFuture.allOf(
                texts.stream().map(Submitted::future).toArray(CompletableFuture<?>[]::new))
            .thenRun(() -> joined.complete(encoded(texts, startNanoTime)));
    return joined;
  }

  private static Throwable named(Throwable error, String path) {
    return error instanceof InvalidInputException wrong && !path.isEmpty() ? wrong.at(path) : error;
  }

  /** The texts wait and are encoded beside each other, so the slowest one says how long it took. */
  private static EncodedTexts encoded(List<Submitted> texts, long startNanoTime) {
    Map<EncodedTexts.Key, TextEncoding> encodings = new HashMap<>();
    Facts slowest = new Facts("", 0, 0, 0);
    for (Submitted text : texts) {
      EncodedText encoded = text.future.resultNow();
      encodings.put(text.key, encoded.encoding());
      EncodeNanos nanos = encoded.nanos();
      Facts facts =
          new Facts(
              text.encoderName,
              nanos.queueNanos(),
              nanos.tokenizeNanos() + nanos.inferNanos() + nanos.poolNanos(),
              encoded.batchTexts());
      if (slowest.encoderName().isEmpty() || total(facts) > total(slowest)) {
        slowest = facts;
      }
    }
    // The one who joins a text that is half done has waited for less than the whole.
    long elapsedNanos = System.nanoTime() - startNanoTime;
    long queueNanos = Math.min(slowest.queueNanos(), elapsedNanos);
    long encodeNanos = Math.min(slowest.encodeNanos(), elapsedNanos - queueNanos);
    return new EncodedTexts(
        encodings, new Facts(slowest.encoderName(), queueNanos, encodeNanos, slowest.batchTexts()));
  }

  private static long total(Facts facts) {
    return facts.queueNanos() + facts.encodeNanos();
  }

  /** Says which dense queries of a tree the models of a collection encode. */
  static Map<DenseSearch, String> denseTexts(RankingNode root) {
    Map<DenseSearch, String> queries = new LinkedHashMap<>(TreeEvaluator.denseQueries(root));
    queries.keySet().removeIf(query -> query.target() instanceof DenseTarget.Vector);
    return queries;
  }

  /** Returns what was encoded of a text ahead; null for nothing. */
  static @Nullable TextEncoding find(
      @Nullable EncodedTexts texts, TextModel model, EncoderInput input) {
    return texts == null ? null : texts.find(new EncodedTexts.Key(model.fingerprint(), input));
  }
}

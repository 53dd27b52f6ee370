package io.siskin.server.retrieve;

import io.siskin.index.column.Columns;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.rank.RankedScope;
import io.siskin.server.rank.RankingNode;
import io.siskin.server.rank.RankingOutcome;
import io.siskin.server.rank.SparseQuery;
import io.siskin.server.rank.TokenQuery;
import io.siskin.server.rank.TreeCheck;
import io.siskin.server.rank.TreeEvaluator;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.retrieve.RetrievalRequest.Ranking;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.retrieve.RetrievalResponse.StageNanos;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a search with a ranking tree: check that the collection has what the tree needs,
 * encode all queries, evaluate, fetch the hits of one page.
 *
 * <p>Safe for concurrent use.
 */
final class RankedRetrieval {
  private final LongSupplier nowMillis;
  private final LongAdder stagesBegun = new LongAdder();

  /**
   * Prepares to search.
   *
   * @param nowMillis what formulas take for the present, in milliseconds since 1970
   */
  RankedRetrieval(LongSupplier nowMillis) {
    this.nowMillis = nowMillis;
  }

  /** Returns how many stages have begun. */
  long stagesBegun() {
    return stagesBegun.sum();
  }

  /**
   * Checks that a collection has what a tree needs.
   *
   * @param snapshot the collection
   * @param root the root of the tree
   * @throws InvalidInputException when something is missing
   */
  void check(CollectionSnapshot snapshot, RankingNode root) {
    TreeCheck.fit(root, rankedScope(snapshot, snapshot.scope()));
  }

  /**
   * Encodes the sparse queries of a tree.
   *
   * @param snapshot the collection
   * @param request the search
   * @param ranking its tree
   * @param cancellation the request's deadline and cancellation
   * @return the vectors by their queries
   */
  static Map<SparseQuery, SparseVector> encode(
      CollectionSnapshot snapshot,
      RetrievalRequest request,
      Ranking ranking,
      Cancellation cancellation) {
    Map<SparseQuery, SparseVector> vectors = new HashMap<>();
    TreeEvaluator.queries(ranking.root())
        .forEach(
            (query, path) -> {
              cancellation.check();
              try {
                vectors.put(
                    query, RetrievalPipeline.encode(snapshot, query(query, request.query())));
              } catch (InvalidInputException wrong) {
                throw query instanceof SparseQuery.OfRequest ? wrong : wrong.at(path);
              }
            });
    return vectors;
  }

  /**
   * Returns the token vectors of the request's text, if a stage takes them, and checks those that
   * the tree has.
   *
   * @param snapshot the collection
   * @param request the search
   * @param ranking its tree
   * @return none if no stage takes them
   * @throws InvalidInputException when the query encoder gives no vectors of tokens
   */
  static List<SparseVector> tokens(
      CollectionSnapshot snapshot, RetrievalRequest request, Ranking ranking) {
    checkTokens(snapshot, ranking.root());
    String path = TreeEvaluator.takesTokensOfRequest(ranking.root());
    if (path == null) {
      return List.of();
    }
    String text =
        switch (request.query()) {
          case Query.Text(String given) -> given;
          case Query.Encoded encoded -> encoded.text();
          case Query.Vector _, Query.None _ -> throw new AssertionError(request.query());
        };
    ModelSide by = snapshot.encoders().queryModel();
    if (by == null) {
      throw new InvalidInputException(
          path + ".token_vectors",
          "not set",
          "1 to 128 vectors, since no model encodes the queries of the collection");
    }
    List<SparseVector> vectors;
    try {
      vectors = by.tokenVectors(text);
    } catch (InvalidInputException refused) {
      throw refused.at(path + ".token_vectors");
    }
    return vectors.subList(0, Math.min(vectors.size(), MaxSimQuery.VECTOR_COUNT_MAX));
  }

  private static void checkTokens(CollectionSnapshot snapshot, RankingNode node) {
    if (node instanceof RankingNode.MaxSim maxSim
        && maxSim.query() instanceof TokenQuery.Terms(List<SparseVector> vectors)) {
      for (SparseVector vector : vectors) {
        // The numbers of terms are of no vocabulary.
        if (vector instanceof TokenVector) {
          RetrievalPipeline.checkVocabulary(snapshot, vector);
        }
      }
    }
    node.inputs().forEach(input -> checkTokens(snapshot, input));
  }

  /**
   * Returns a query of a tree in the form of a request.
   *
   * @param query the query
   * @param ofRequest the query of the request
   */
  static Query query(SparseQuery query, Query ofRequest) {
    return switch (query) {
      case SparseQuery.OfRequest() -> ofRequest;
      case SparseQuery.Text(String text) -> new Query.Text(text);
      case SparseQuery.Vector(SparseVector vector) -> new Query.Vector(vector);
    };
  }

  /**
   * Returns how many documents the stages of a tree hand on at most, all added up.
   *
   * @param root the root of the tree
   */
  static long handedOn(RankingNode root) {
    return root.frame().limit() + root.inputs().stream().mapToLong(RankedRetrieval::handedOn).sum();
  }

  /**
   * Evaluates a tree and fetches its hits: all that reads the files of the snapshot.
   *
   * @param snapshot the collection
   * @param scope the documents that the request may find
   * @param request the search
   * @param ranking its tree
   * @param vectors the vectors of its sparse queries
   * @param tokens the token vectors of the request; none if no stage takes them
   * @param cancellation the request's deadline and cancellation
   * @param responseBytesMax how long the answer may become, in bytes
   * @param encodeNanos how long it took to encode
   * @param startNanoTime when the search began
   */
  RetrievalResponse search(
      CollectionSnapshot snapshot,
      SearchScope scope,
      RetrievalRequest request,
      Ranking ranking,
      Map<SparseQuery, SparseVector> vectors,
      List<SparseVector> tokens,
      Cancellation cancellation,
      long responseBytesMax,
      long encodeNanos,
      long startNanoTime) {
    long begin = System.nanoTime();
    RankingOutcome outcome =
        new TreeEvaluator(
                rankedScope(snapshot, scope), vectors, tokens, nowMillis.getAsLong(), stagesBegun)
            .evaluate(ranking.root(), cancellation);
    long searched = System.nanoTime();
    List<Hit> hits;
    try (HitFetcher fetcher =
        new HitFetcher(
            snapshot.parts(), explained(vectors), request, cancellation, responseBytesMax)) {
      hits = fetcher.fetch(outcome, scope.positions(), ranking.offset(), request.k());
    }
    long end = System.nanoTime();
    return new RetrievalResponse(
        hits,
        outcome.mode(),
        new StageNanos(encodeNanos, searched - begin, end - searched, end - startNanoTime),
        outcome.stats(),
        outcome.unknownTerms(),
        scope.size(),
        outcome.reports(),
        ranking.isStored() ? ranking.root() : null);
  }

  private static @Nullable QuantizedQuery explained(Map<SparseQuery, SparseVector> vectors) {
    SparseVector own = vectors.get(new SparseQuery.OfRequest());
    return own == null ? null : QuantizedQuery.of(own);
  }

  private RankedScope rankedScope(CollectionSnapshot snapshot, SearchScope scope) {
    List<Columns> columns = new ArrayList<>(snapshot.parts().size());
    for (SnapshotPart part : snapshot.parts()) {
      columns.add(part.documents().columns());
    }
    return new RankedScope(
        scope,
        snapshot.searchers(),
        snapshot.planner(),
        snapshot.defaultRecallTarget(),
        columns,
        snapshot.manifest().settings().schema(),
        SnapshotDenseFields.of(snapshot));
  }
}

package io.siskin.server.retrieve;

import io.siskin.index.column.Columns;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.rank.RankingOutcome;
import io.siskin.server.rank.StageTotals;
import io.siskin.server.rank.TreeEvaluator;
import io.siskin.server.rank.check.RequestVectorsCheck;
import io.siskin.server.rank.check.TreeCheck;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.scope.RankingModels;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.retrieve.RetrievalRequest.Ranking;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.retrieve.RetrievalResponse.StageNanos;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private final RankingModels models;
  private final StageTotals totals = new StageTotals();

  /**
   * Prepares to search.
   *
   * @param nowMillis what formulas take for the present, in milliseconds since 1970
   * @param models the ranking models
   */
  RankedRetrieval(LongSupplier nowMillis, RankingModels models) {
    this.nowMillis = nowMillis;
    this.models = models;
  }

  /** Returns what counts the stages. */
  StageTotals totals() {
    return totals;
  }

  /**
   * Checks that a collection has what a tree needs that is stored with it. What its stages take of
   * the request is not known then.
   *
   * @param snapshot the collection
   * @param root the root of the tree
   * @throws InvalidInputException when something is missing
   */
  void check(CollectionSnapshot snapshot, RankingNode root) {
    check(snapshot, root, rankedScope(snapshot, snapshot.scope(), models));
  }

  private static void check(CollectionSnapshot snapshot, RankingNode root, RankedScope scope) {
    TreeCheck.fit(root, scope);
    checkFields(snapshot, root);
  }

  /**
   * Checks that a collection has what the tree of a request needs.
   *
   * @param snapshot the collection
   * @param ranking the tree and the vectors of the request
   * @throws InvalidInputException when something is missing
   */
  void check(CollectionSnapshot snapshot, Ranking ranking) {
    RankedScope scope = rankedScope(snapshot, snapshot.scope(), models);
    // First, because an error names a vector by where the request has it.
    RequestVectorsCheck.fit(ranking.vectors(), scope);
    check(snapshot, ranking.root(), scope);
    TreeCheck.fitRequest(ranking.root(), scope);
  }

  /** Checks the fields that stages return or read with hits. */
  private static void checkFields(CollectionSnapshot snapshot, RankingNode node) {
    String path = node.frame().path();
    switch (node) {
      case RankingNode.Group group ->
          new WantedFields(group.innerFields()).check(snapshot, path + ".group.inner_fields");
      case RankingNode.Answers answers -> {
        new WantedFields(List.of(answers.textField()))
            .check(snapshot, path + ".answers.text_field");
        if (!answers.offsetsField().isEmpty()) {
          new WantedFields(List.of(answers.offsetsField()))
              .check(snapshot, path + ".answers.offsets_field");
        }
      }
      default -> {
        // It returns none.
      }
    }
    node.inputs().forEach(input -> checkFields(snapshot, input));
  }

  /**
   * Makes the vectors of all queries of a tree.
   *
   * @param snapshot the collection
   * @param request the search
   * @param ranking its tree
   * @param cancellation the request's deadline and cancellation
   */
  static EncodedQueries encode(
      CollectionSnapshot snapshot,
      RetrievalRequest request,
      Ranking ranking,
      Cancellation cancellation) {
    return new TreeQueries(
            snapshot,
            SnapshotDenseFields.of(snapshot),
            request.query(),
            ranking.texts(),
            cancellation)
        .encode(ranking.root());
  }

  /**
   * Returns a sparse query of a tree in the form of requests: one, or one for each turn.
   *
   * @param query the query
   * @param ofRequest the query of the request
   */
  static List<Query> parts(SparseQuery query, Query ofRequest) {
    return switch (query) {
      case SparseQuery.OfRequest() -> List.of(ofRequest);
      case SparseQuery.Vector(SparseVector vector) -> List.of(new Query.Vector(vector));
      case SparseQuery.Text _, SparseQuery.Turns _ ->
          TreeTexts.texts(query, ofRequest).stream().<Query>map(Query.Text::new).toList();
    };
  }

  /**
   * Returns the text of a query; empty for a vector.
   *
   * @param query the query of the request
   */
  static String text(Query query) {
    return switch (query) {
      case Query.Text(String text) -> text;
      case Query.Encoded encoded -> encoded.text();
      case Query.Vector _, Query.None _ -> "";
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
   * Returns how many documents the models of a tree score at most, all added up.
   *
   * @param root the root of the tree
   */
  static long scoredByModels(RankingNode root) {
    long own =
        switch (root) {
          case RankingNode.Trees trees ->
              Math.min(trees.reach().ranks(), trees.input().frame().limit());
          // Its time is that of the threads of the model; here its texts are read.
          case RankingNode.CrossEncode cross ->
              Math.min(cross.reach().ranks(), cross.input().frame().limit());
          default -> 0;
        };
    return own + root.inputs().stream().mapToLong(RankedRetrieval::scoredByModels).sum();
  }

  /**
   * Evaluates a tree and fetches its hits: all that reads the files of the snapshot.
   *
   * @param snapshot the collection
   * @param scope the documents that the request may find
   * @param request the search
   * @param ranking its tree
   * @param vectors the vectors of its queries
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
      EncodedQueries vectors,
      Cancellation cancellation,
      long responseBytesMax,
      long encodeNanos,
      long startNanoTime) {
    long begin = System.nanoTime();
    RankingOutcome outcome =
        new TreeEvaluator(
                rankedScope(snapshot, scope, models), vectors, nowMillis.getAsLong(), totals)
            .withText(text(request.query()))
            .evaluate(ranking.root(), cancellation);
    long searched = System.nanoTime();
    List<Hit> hits;
    try (HitFetcher fetcher =
        new HitFetcher(
            snapshot.parts(),
            explained(vectors.sparse()),
            request,
            cancellation,
            responseBytesMax)) {
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
        ranking.isStored() ? ranking.asked() : null);
  }

  private static @Nullable QuantizedQuery explained(Map<SparseQuery, SparseVector> vectors) {
    SparseVector own = vectors.get(new SparseQuery.OfRequest());
    return own == null ? null : QuantizedQuery.of(own);
  }

  /**
   * Returns what trees are evaluated over.
   *
   * @param snapshot the collection, which the caller keeps retained
   * @param scope the documents that may be found
   * @param models the ranking models
   */
  static RankedScope rankedScope(
      CollectionSnapshot snapshot, SearchScope scope, RankingModels models) {
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
        SnapshotDenseFields.of(snapshot),
        models,
        WantedFields.known(snapshot));
  }
}

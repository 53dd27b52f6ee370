package io.siskin.server.retrieve;

import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.rank.FeatureTable;
import io.siskin.server.rank.TreeReplay;
import io.siskin.server.rank.check.RequestVectorsCheck;
import io.siskin.server.rank.check.TreeCheck;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.scope.RankingModels;
import io.siskin.server.rank.scope.RankingModels.Feature;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.RankingNode.Frame;
import io.siskin.server.rank.tree.Reach;
import io.siskin.server.rank.tree.RequestVectors;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.DocumentPositions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Ranking trees for experiments: features of candidates, and variants of one tree. All queries see
 * one snapshot and one moment. Used by one thread and closed by it.
 */
public final class RankingTrials implements AutoCloseable {
  private final CollectionSnapshot snapshot;
  private final RankedScope scope;
  private final long nowMillis;

  /**
   * A document and its features.
   *
   * @param id its external id
   * @param values the features
   */
  public record FeatureRow(String id, double[] values) {}

  /**
   * Takes the latest snapshot of a collection.
   *
   * @param catalog the collections; the caller closes it after this
   * @param collection the name of the collection
   * @param models the ranking models; the caller closes them after this
   * @param nowMillis what formulas take for the present, in milliseconds since 1970
   * @throws CollectionNotFoundException when there is no such collection
   */
  public RankingTrials(
      CollectionCatalog catalog, String collection, RankingModels models, long nowMillis) {
    this.snapshot = new OpenCollections(catalog).acquire(collection);
    this.scope = RankedRetrieval.rankedScope(snapshot, snapshot.scope(), models);
    this.nowMillis = nowMillis;
  }

  /**
   * Checks a tree against the collection.
   *
   * @param root its root
   * @throws io.siskin.index.error.InvalidInputException when something is missing
   */
  public void check(RankingNode root) {
    TreeCheck.shape(root);
    TreeCheck.fit(root, scope);
  }

  /**
   * Checks a tree and features of the documents that it finds.
   *
   * @param below the root of the tree
   * @param features the features
   * @throws io.siskin.index.error.InvalidInputException when something is missing
   */
  public void check(RankingNode below, List<Feature> features) {
    check(below);
    // As formulas of a stage above the tree, which has a model of as many features.
    RankingModels.TreeModel model = new NoScores(features);
    RankingNode.Trees above =
        new RankingNode.Trees(
            new Frame("features", "features of the tree", below.frame().limit(), 0),
            below,
            "features",
            List.of(),
            Reach.ALL);
    TreeCheck.fit(above, scope.with(RankingModels.of("features", model)));
  }

  /** Stands for a model that is not trained yet. */
  private record NoScores(List<Feature> features) implements RankingModels.TreeModel {
    @Override
    public int featureCount() {
      return features.size();
    }

    @Override
    public float[] score(float[] rows, int count) {
      throw new UnsupportedOperationException("there is no model");
    }
  }

  /**
   * Computes the features of all documents that a tree finds.
   *
   * @param query the query of the request
   * @param vectors the vectors of the request
   * @param below the root of the tree, which was checked
   * @param features the features, which were checked
   * @return the documents, best first
   */
  public List<FeatureRow> features(
      Query query, RequestVectors vectors, RankingNode below, List<Feature> features) {
    RankingNode filled = filled(vectors, below);
    FeatureTable table =
        TreeReplay.features(
            scope, vectors(query, filled), text(query, filled), nowMillis, filled, features);
    List<FeatureRow> rows = new ArrayList<>(table.list().size());
    for (int rank = 0; rank < table.list().size(); rank++) {
      rows.add(new FeatureRow(id(table.list().position(rank)), table.rows().get(rank)));
    }
    return rows;
  }

  /**
   * Prepares to evaluate variants of a tree for one query.
   *
   * @param query the query of the request
   * @param vectors the vectors of the request, which the caller puts into each variant
   * @param root the root of one variant, which was checked
   * @param changing the names of the stages that variants change
   */
  public TreeReplay replay(
      Query query, RequestVectors vectors, RankingNode root, Set<String> changing) {
    RankingNode filled = filled(vectors, root);
    return new TreeReplay(scope, vectors(query, filled), text(query, filled), nowMillis, changing);
  }

  private RankingNode filled(RequestVectors vectors, RankingNode root) {
    RequestVectorsCheck.shape(vectors, root);
    RequestVectorsCheck.fit(vectors, scope);
    RankingNode filled = vectors.into(root);
    TreeCheck.fitRequest(filled, scope);
    return filled;
  }

  /**
   * Returns the ids of the best documents of a list.
   *
   * @param list the list
   * @param count how many documents at most
   */
  public List<String> ids(Ranked list, int count) {
    List<String> ids = new ArrayList<>(Math.min(count, list.size()));
    for (int rank = 0; rank < Math.min(count, list.size()); rank++) {
      ids.add(id(list.position(rank)));
    }
    return ids;
  }

  private String id(int position) {
    DocumentPositions positions = scope.scope().positions();
    int number = positions.documentNumber(position);
    int segment = positions.segment(number);
    return scope.scope().segment(segment).externalId(number - positions.base(segment));
  }

  private static String text(Query query, RankingNode root) {
    String text = RankedRetrieval.text(query);
    if (text.isEmpty()) {
      TreeCheck.refuseMissingText(root);
    }
    return text;
  }

  private EncodedQueries vectors(Query query, RankingNode root) {
    return snapshot.encoding(
        snapshot.statistics(),
        () ->
            new TreeQueries(snapshot, scope.dense(), query, null, Cancellation.NEVER).encode(root));
  }

  @Override
  public void close() {
    snapshot.release();
  }
}

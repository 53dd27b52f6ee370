package io.siskin.server.rank;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.stage.TurnMix;
import io.siskin.server.rank.tree.DenseSearch;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.rank.tree.Turn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An encoder that draws a vector for each text, the same one whenever it is asked. */
final class FakeTexts {
  /** What the request asks for. */
  static final String OF_REQUEST = "of the request";

  private final Random random;
  private final Map<String, TokenVector> sparse = new HashMap<>();
  private final Map<String, float[]> dense = new HashMap<>();

  FakeTexts(Random random) {
    this.random = random;
  }

  /** Returns the sparse vector of a text. */
  TokenVector sparse(String text) {
    return sparse.computeIfAbsent(text, _ -> RankedCollection.vector(random));
  }

  /** Returns the vector of a text for a dense field. */
  float[] dense(String field, String text) {
    return dense.computeIfAbsent(field + " " + text, _ -> FakeDenseFields.draw(random));
  }

  /** Returns the vectors of a tree's queries as a search makes them. */
  EncodedQueries encoded(RankingNode root) {
    Map<SparseQuery, SparseVector> vectors = new HashMap<>();
    for (SparseQuery query : TreeEvaluator.queries(root).keySet()) {
      vectors.put(
          query,
          switch (query) {
            case SparseQuery.OfRequest() -> sparse(OF_REQUEST);
            case SparseQuery.Text(String text) -> sparse(text);
            case SparseQuery.Turns(List<Turn> turns) ->
                TurnMix.sparse(
                    turns, turns.stream().<SparseVector>map(turn -> sparse(turn.text())).toList());
            case SparseQuery.Vector(SparseVector vector) -> vector;
          });
    }
    Map<DenseSearch, DenseVector> targets = new HashMap<>();
    for (DenseSearch search : TreeEvaluator.denseQueries(root).keySet()) {
      String field = search.field();
      switch (search.target()) {
        case DenseTarget.OfRequest() ->
            targets.put(search, new DenseVector(dense(field, OF_REQUEST)));
        case DenseTarget.Text(String text) ->
            targets.put(search, new DenseVector(dense(field, text)));
        case DenseTarget.Turns(List<Turn> turns) ->
            targets.put(
                search,
                TurnMix.dense(
                    turns, turns.stream().map(turn -> dense(field, turn.text())).toList(), false));
        case DenseTarget.Vector _ -> {
          // The tree has it.
        }
      }
    }
    return new EncodedQueries(vectors, targets, List.of());
  }
}

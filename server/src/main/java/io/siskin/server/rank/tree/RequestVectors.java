package io.siskin.server.rank.tree;

import io.siskin.index.vector.SparseVector;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The vectors that a request has for dense fields. A stage without a query of its own takes that of
 * its field. So one stored tree serves many requests, and a field needs no encoder of queries.
 *
 * <p>{@code RequestVectorsCheck} says what is allowed; this record takes everything. Immutable.
 *
 * @param dense the dense vectors by the name of a field of values
 * @param tokens the token vectors by the name of a field of terms
 */
public record RequestVectors(
    Map<String, List<DenseVector>> dense, Map<String, List<SparseVector>> tokens) {
  /** No vectors. */
  public static final RequestVectors NONE = new RequestVectors(Map.of(), Map.of());

  /** Copies the maps and the lists, and keeps the order of the maps. */
  public RequestVectors {
    dense = copy(dense);
    tokens = copy(tokens);
  }

  private static <T> Map<String, List<T>> copy(Map<String, List<T>> map) {
    Map<String, List<T>> copy = new LinkedHashMap<>();
    map.forEach((name, vectors) -> copy.put(name, List.copyOf(vectors)));
    return Collections.unmodifiableMap(copy);
  }

  /** Returns whether there are none. */
  public boolean isEmpty() {
    return dense.isEmpty() && tokens.isEmpty();
  }

  /**
   * Returns a tree with these vectors in place of what its stages take of the request.
   *
   * @param root the root of the tree, for which {@code RequestVectorsCheck} has checked them
   */
  public RankingNode into(RankingNode root) {
    return isEmpty() ? root : TreeRebuild.map(root, this::intoStage);
  }

  private RankingNode intoStage(RankingNode node) {
    return switch (node) {
      case RankingNode.Dense by ->
          new RankingNode.Dense(
              by.frame(), by.field(), given(by.field(), by.target()), by.effort());
      case RankingNode.Interpolate by ->
          new RankingNode.Interpolate(
              by.frame(),
              by.input(),
              by.field(),
              given(by.field(), by.target()),
              by.alpha(),
              by.missingScore(),
              by.earlyStop());
      case RankingNode.DenseFeedback by ->
          new RankingNode.DenseFeedback(
              by.frame(),
              by.input(),
              by.field(),
              given(by.field(), by.target()),
              by.effort(),
              by.documents(),
              by.queryWeight(),
              by.documentWeight());
      case RankingNode.MaxSim by ->
          new RankingNode.MaxSim(
              by.frame(),
              by.input(),
              by.field(),
              given(by.field(), by.query()),
              by.alpha(),
              by.missingScore());
      case RankingNode.Answers answers -> intoAnswers(answers);
      default -> node;
    };
  }

  private DenseTarget given(String field, DenseTarget target) {
    DenseVector vector = target instanceof DenseTarget.OfRequest ? first(field) : null;
    return vector == null ? target : new DenseTarget.Vector(vector);
  }

  private TokenQuery given(String field, TokenQuery query) {
    if (!(query instanceof TokenQuery.OfRequest)) {
      return query;
    }
    List<DenseVector> values = dense.get(field);
    List<SparseVector> terms = tokens.get(field);
    return values != null
        ? new TokenQuery.Values(values)
        : terms != null ? new TokenQuery.Terms(terms) : query;
  }

  private RankingNode.Answers intoAnswers(RankingNode.Answers node) {
    return new RankingNode.Answers(
        node.frame(),
        node.input(),
        node.startField(),
        node.endField(),
        node.startVector() == null ? first(node.startField()) : node.startVector(),
        node.endVector() == null ? last(node.endField()) : node.endVector(),
        node.scoreWeight(),
        node.tokensMax(),
        node.count(),
        node.textField(),
        node.offsetsField());
  }

  private @Nullable DenseVector first(String field) {
    List<DenseVector> vectors = dense.get(field);
    return vectors == null ? null : vectors.getFirst();
  }

  private @Nullable DenseVector last(String field) {
    List<DenseVector> vectors = dense.get(field);
    return vectors == null ? null : vectors.getLast();
  }
}

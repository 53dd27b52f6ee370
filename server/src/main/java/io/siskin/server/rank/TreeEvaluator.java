package io.siskin.server.rank;

import io.siskin.index.vector.SparseVector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates one ranking tree: inputs first, in their order, then the stage that takes them. A list
 * is of the whole snapshot before a stage takes it.
 *
 * <p>Used once, by one thread. The tree was checked by {@link TreeCheck}.
 */
public final class TreeEvaluator {
  private final RankedScope scope;
  private final Map<SparseQuery, SparseVector> queries;
  private final List<SparseVector> tokens;
  private final double nowSeconds;
  private final LongAdder begun;
  private final LeafSearch searches;
  private final Map<String, Ranked> lists = new LinkedHashMap<>();
  private final List<StageReport> reports = new ArrayList<>();
  private List<int[]> groups = List.of();

  /**
   * Prepares to evaluate.
   *
   * @param scope what is searched
   * @param queries the vectors of all sparse queries of the tree
   * @param nowMillis what formulas take for the present, in milliseconds since 1970
   * @param begun counts the stages that begin
   */
  public TreeEvaluator(
      RankedScope scope, Map<SparseQuery, SparseVector> queries, long nowMillis, LongAdder begun) {
    this(scope, queries, List.of(), nowMillis, begun);
  }

  /**
   * Prepares to evaluate a tree that may take the token vectors of the request.
   *
   * @param scope what is searched
   * @param queries the vectors of all sparse queries of the tree
   * @param tokens the token vectors of the request; none if no stage takes them
   * @param nowMillis what formulas take for the present, in milliseconds since 1970
   * @param begun counts the stages that begin
   */
  public TreeEvaluator(
      RankedScope scope,
      Map<SparseQuery, SparseVector> queries,
      List<SparseVector> tokens,
      long nowMillis,
      LongAdder begun) {
    this.scope = scope;
    this.queries = queries;
    this.tokens = List.copyOf(tokens);
    this.nowSeconds = nowMillis / 1e3;
    this.begun = begun;
    this.searches = new LeafSearch(scope);
  }

  /**
   * Returns the sparse queries of a tree, each once, with the path of the first node that has it.
   *
   * @param root the root of the tree
   */
  public static Map<SparseQuery, String> queries(RankingNode root) {
    Map<SparseQuery, String> queries = new LinkedHashMap<>();
    addQueries(root, queries);
    return queries;
  }

  private static void addQueries(RankingNode node, Map<SparseQuery, String> queries) {
    String path = node.frame().path();
    switch (node) {
      case RankingNode.Sparse sparse -> queries.putIfAbsent(sparse.query(), path + ".sparse");
      case RankingNode.Feedback feedback ->
          queries.putIfAbsent(feedback.query(), path + ".feedback.search");
      case RankingNode.Densified densified ->
          queries.putIfAbsent(densified.query(), path + ".densified");
      case RankingNode.DensifiedRescore densified ->
          queries.putIfAbsent(densified.query(), path + ".rescore.densified.by");
      case RankingNode.Dense _,
          RankingNode.Fuse _,
          RankingNode.Interpolate _,
          RankingNode.MaxSim _,
          RankingNode.Compute _,
          RankingNode.Group _ -> {
        // They have none.
      }
    }
    node.inputs().forEach(input -> addQueries(input, queries));
  }

  /**
   * Returns the path of the first stage that takes the token vectors of the request's text; null if
   * none does.
   *
   * @param root the root of the tree
   */
  public static @Nullable String takesTokensOfRequest(RankingNode root) {
    if (root instanceof RankingNode.MaxSim maxSim
        && maxSim.query() instanceof TokenQuery.OfRequest) {
      return root.frame().path() + ".rescore.max_sim";
    }
    for (RankingNode input : root.inputs()) {
      String path = takesTokensOfRequest(input);
      if (path != null) {
        return path;
      }
    }
    return null;
  }

  /**
   * Evaluates the tree.
   *
   * @param root its root
   * @param cancellation the request's deadline and cancellation
   * @throws io.siskin.server.search.QueryCancelledException when interrupted
   */
  public RankingOutcome evaluate(RankingNode root, Cancellation cancellation) {
    Ranked list = evaluate(root, StageBudget.of(cancellation)).list();
    Map<String, RankingOutcome.LookUp> byName = new LinkedHashMap<>();
    lists.forEach((name, made) -> byName.put(name, RankingOutcome.LookUp.of(made)));
    SearchMode mode = searches.mode();
    return new RankingOutcome(
        list,
        List.copyOf(reports),
        innerHits(root),
        searches.stats(),
        mode == null ? new SearchMode.Exact() : mode,
        searches.unknownTerms(),
        byName);
  }

  private StageWork evaluate(RankingNode node, StageBudget outer) {
    StageBudget budget = outer.within(node.frame().budgetMicros());
    List<Ranked> inputs = new ArrayList<>();
    boolean complete = true;
    long in = 0;
    for (RankingNode input : node.inputs()) {
      StageWork made = evaluate(input, budget);
      inputs.add(made.list());
      complete &= made.isComplete();
      in += made.list().size();
    }
    long start = System.nanoTime();
    begun.increment();
    StageWork own = work(node, inputs, budget);
    StageWork whole =
        new StageWork(
            own.list(), own.documentsScored(), complete && own.isComplete(), own.expansion());
    lists.put(node.frame().name(), whole.list());
    reports.add(
        new StageReport(
            node.frame().name(),
            in,
            whole.list().size(),
            whole.documentsScored(),
            System.nanoTime() - start,
            whole.isComplete(),
            whole.expansion()));
    return whole;
  }

  private StageWork work(RankingNode node, List<Ranked> inputs, StageBudget budget) {
    // Of a stage without inputs, nothing is there that would be handed on late.
    if (inputs.isEmpty() && budget.isSpent()) {
      return new StageWork(Ranked.EMPTY, 0, false);
    }
    int limit = node.frame().limit();
    return switch (node) {
      case RankingNode.Sparse(_, SparseQuery query, Evaluation evaluation) ->
          searches.search(vector(query), evaluation, limit, budget);
      case RankingNode.Dense dense ->
          DenseScan.scan(scorer(dense.field(), dense.vector()), scope.scope(), limit, budget);
      case RankingNode.Fuse fuse -> {
        double[] weights =
            fuse.weighted().stream().mapToDouble(RankingNode.Weighted::weight).toArray();
        yield new StageWork(Fusion.fuse(inputs, weights, fuse.method(), limit), 0, true);
      }
      case RankingNode.Interpolate interpolate ->
          Interpolation.rescore(
              interpolate.frame().limit(),
              new Interpolation.Weights(interpolate.alpha(), interpolate.missingScore()),
              interpolate.earlyStop(),
              inputs.getFirst(),
              scorer(interpolate.field(), interpolate.vector()),
              scope.positions(),
              budget);
      case RankingNode.MaxSim maxSim ->
          Interpolation.rescore(
              maxSim.frame().limit(),
              new Interpolation.Weights(maxSim.alpha(), maxSim.missingScore()),
              EarlyStop.NONE,
              inputs.getFirst(),
              field(maxSim.field())
                  .scorer(
                      maxSim.query() instanceof TokenQuery.OfRequest
                          ? new TokenQuery.Terms(tokens)
                          : maxSim.query()),
              scope.positions(),
              budget);
      case RankingNode.Densified densified ->
          DenseScan.scan(
              field(densified.field()).scorer(vector(densified.query())),
              scope.scope(),
              densified.frame().limit(),
              budget);
      case RankingNode.DensifiedRescore densified ->
          Interpolation.rescore(
              densified.frame().limit(),
              new Interpolation.Weights(densified.alpha(), densified.missingScore()),
              EarlyStop.NONE,
              inputs.getFirst(),
              field(densified.field()).scorer(vector(densified.query())),
              scope.positions(),
              budget);
      case RankingNode.Compute compute ->
          new FormulaRescoring(inputs.getFirst(), lists, scope, nowSeconds).rescore(compute);
      case RankingNode.Feedback feedback -> feedback(feedback, inputs.getFirst(), budget);
      case RankingNode.Group group -> {
        Grouping.Grouped grouped = Grouping.group(group, inputs.getFirst(), scope);
        groups = grouped.groups();
        yield new StageWork(grouped.list(), 0, true);
      }
    };
  }

  private StageWork feedback(RankingNode.Feedback node, Ranked best, StageBudget budget) {
    if (budget.isSpent()) {
      return new StageWork(Ranked.EMPTY, 0, false);
    }
    QueryExpansion.Expanded expanded =
        QueryExpansion.expand(node, vector(node.query()), best, scope);
    StageWork found =
        searches.search(expanded.vector(), node.evaluation(), node.frame().limit(), budget);
    return new StageWork(
        found.list(), found.documentsScored(), found.isComplete(), expanded.terms());
  }

  private SparseVector vector(SparseQuery query) {
    return Objects.requireNonNull(queries.get(query));
  }

  private DenseFields.Scorer scorer(String field, DenseVector vector) {
    return field(field).scorer(vector);
  }

  private DenseFields.Field field(String name) {
    return Objects.requireNonNull(scope.dense().find(name));
  }

  /** The last groups are those of the root, if it groups. */
  private List<Ranked> innerHits(RankingNode root) {
    if (!(root instanceof RankingNode.Group group) || group.innerHits() == 0) {
      return List.of();
    }
    Ranked input = Objects.requireNonNull(lists.get(group.input().frame().name()));
    List<Ranked> innerHits = new ArrayList<>(groups.size());
    for (int[] members : groups) {
      int count = Math.min(members.length, group.innerHits());
      int[] positions = new int[count];
      double[] scores = new double[count];
      for (int i = 0; i < count; i++) {
        positions[i] = input.position(members[i]);
        scores[i] = input.score(members[i]);
      }
      innerHits.add(Ranked.best(positions, scores, count, count));
    }
    return innerHits;
  }
}

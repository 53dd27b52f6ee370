package io.siskin.server.rank;

import io.siskin.index.vector.SparseVector;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageReport;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.scope.RankingModels;
import io.siskin.server.rank.stage.CrossRescoring;
import io.siskin.server.rank.stage.DenseScan;
import io.siskin.server.rank.stage.FormulaRescoring;
import io.siskin.server.rank.stage.Fusion;
import io.siskin.server.rank.stage.Interpolation;
import io.siskin.server.rank.stage.LeafSearch;
import io.siskin.server.rank.stage.MarkedText;
import io.siskin.server.rank.stage.QueryExpansion;
import io.siskin.server.rank.stage.TreeRescoring;
import io.siskin.server.rank.tree.DenseSearch;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.EarlyStop;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.rank.tree.StagesBelow;
import io.siskin.server.rank.tree.TokenQuery;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates one ranking tree: inputs first, in their order, then the stage that takes them. A list
 * is of the whole snapshot before a stage takes it.
 *
 * <p>Used once, by one thread. The tree was checked by {@code TreeCheck}.
 */
public final class TreeEvaluator {
  private final RankedScope scope;
  private final EncodedQueries queries;
  private final double nowSeconds;
  private final StageTotals totals;
  private final LeafSearch searches;
  private final Map<String, Ranked> lists = new LinkedHashMap<>();
  private final List<StageReport> reports = new ArrayList<>();
  private final PassageStages passages;
  private final Map<String, StageWork> works = new HashMap<>();
  private Map<String, StageWork> known = Map.of();
  private final Map<Integer, MarkedText> marked = new HashMap<>();
  private String text = "";

  /**
   * Prepares to evaluate.
   *
   * @param scope what is searched
   * @param queries the vectors of all queries of the tree
   * @param nowMillis what formulas take for the present, in milliseconds since 1970
   * @param totals counts what the stages do
   */
  public TreeEvaluator(
      RankedScope scope, EncodedQueries queries, long nowMillis, StageTotals totals) {
    this.scope = scope;
    this.queries = queries;
    this.nowSeconds = nowMillis / 1e3;
    this.totals = totals;
    this.searches = new LeafSearch(scope);
    this.passages = new PassageStages(scope, queries);
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
          RankingNode.Trees _,
          RankingNode.CrossEncode _,
          RankingNode.Group _,
          RankingNode.PassageNode _ -> {
        // They have none.
      }
    }
    node.inputs().forEach(input -> addQueries(input, queries));
  }

  /**
   * Returns the dense queries of a tree, each once, with the path of the first stage that has it.
   *
   * @param root the root of the tree
   */
  public static Map<DenseSearch, String> denseQueries(RankingNode root) {
    Map<DenseSearch, String> queries = new LinkedHashMap<>();
    addDenseQueries(root, queries);
    return queries;
  }

  private static void addDenseQueries(RankingNode node, Map<DenseSearch, String> queries) {
    String path = node.frame().path();
    switch (node) {
      case RankingNode.Dense dense ->
          queries.putIfAbsent(new DenseSearch(dense.field(), dense.target()), path + ".dense");
      case RankingNode.Interpolate by ->
          queries.putIfAbsent(
              new DenseSearch(by.field(), by.target()), path + ".rescore.interpolation");
      case RankingNode.DenseFeedback by ->
          queries.putIfAbsent(new DenseSearch(by.field(), by.target()), path + ".feedback.dense");
      case RankingNode.Sparse _,
          RankingNode.Feedback _,
          RankingNode.Fuse _,
          RankingNode.MaxSim _,
          RankingNode.Densified _,
          RankingNode.DensifiedRescore _,
          RankingNode.Compute _,
          RankingNode.Trees _,
          RankingNode.CrossEncode _,
          RankingNode.Group _,
          RankingNode.PassageNode _ -> {
        // They have none.
      }
    }
    node.inputs().forEach(input -> addDenseQueries(input, queries));
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
        passages.listings(),
        searches.stats(),
        mode == null ? new SearchMode.Exact() : mode,
        searches.unknownTerms(),
        byName,
        marked);
  }

  /**
   * Says which text the request has, for stages that read it.
   *
   * @param ofRequest the text; without a call there is none
   * @return this
   */
  public TreeEvaluator withText(String ofRequest) {
    text = ofRequest;
    return this;
  }

  /**
   * Takes what stages made before instead of evaluating them. Their inputs are known then, too.
   *
   * @param made by the name of the stage
   */
  void take(Map<String, StageWork> made) {
    known = made;
  }

  /** Returns what all stages made so far, by name. */
  Map<String, StageWork> works() {
    return works;
  }

  /**
   * Evaluates a tree and computes features of the documents of its list.
   *
   * @param below the root of the tree
   * @param features the features
   * @param path where they are, for messages
   * @param cancellation ends the work
   */
  FeatureTable features(
      RankingNode below,
      List<RankingModels.Feature> features,
      String path,
      Cancellation cancellation) {
    Ranked list = evaluate(below, StageBudget.of(cancellation)).list();
    double[][] columns = TreeRescoring.columns(features, formulas(list, below), path);
    return new FeatureTable(list, TreeRescoring.rows(columns, list.size()));
  }

  private StageWork evaluate(RankingNode node, StageBudget outer) {
    if (known.containsKey(node.frame().name())) {
      for (RankingNode each : StagesBelow.all(node)) {
        StageWork made = Objects.requireNonNull(known.get(each.frame().name()));
        lists.put(each.frame().name(), made.list());
        works.put(each.frame().name(), made);
      }
      return Objects.requireNonNull(known.get(node.frame().name()));
    }
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
    totals.begin(node);
    StageWork own = work(node, inputs, budget);
    StageWork whole =
        new StageWork(
            own.list(), own.documentsScored(), complete && own.isComplete(), own.expansion());
    lists.put(node.frame().name(), whole.list());
    works.put(node.frame().name(), whole);
    StageReport report =
        new StageReport(
            node.frame().name(),
            in,
            whole.list().size(),
            whole.documentsScored(),
            System.nanoTime() - start,
            whole.isComplete(),
            whole.expansion());
    reports.add(report);
    totals.end(node, report);
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
          DenseScan.scan(scorer(dense.field(), dense.target()), scope.scope(), limit, budget);
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
              scorer(interpolate.field(), interpolate.target()),
              scope.positions(),
              budget);
      case RankingNode.LateNode late -> late(late, inputs, budget);
      case RankingNode.Compute compute ->
          formulas(inputs.getFirst(), compute.input()).rescore(compute);
      case RankingNode.Trees trees -> {
        Ranked input = inputs.getFirst();
        int count = trees.reach().count(input, limit);
        yield TreeRescoring.rescore(
            trees,
            input,
            count,
            treeModel(trees.model()),
            formulas(input.first(count), trees.input()),
            budget);
      }
      case RankingNode.CrossEncode cross -> crossEncode(cross, inputs.getFirst(), budget);
      case RankingNode.Feedback feedback -> feedback(feedback, inputs.getFirst(), budget);
      case RankingNode.Group group -> passages.group(group, inputs.getFirst());
      case RankingNode.PassageNode passage -> passages.work(passage, inputs, budget);
    };
  }

  private StageWork late(RankingNode.LateNode node, List<Ranked> inputs, StageBudget budget) {
    return switch (node) {
      case RankingNode.MaxSim maxSim ->
          Interpolation.rescore(
              maxSim.frame().limit(),
              new Interpolation.Weights(maxSim.alpha(), maxSim.missingScore()),
              EarlyStop.NONE,
              inputs.getFirst(),
              field(maxSim.field())
                  .scorer(
                      maxSim.query() instanceof TokenQuery.OfRequest
                          ? new TokenQuery.Terms(queries.tokens())
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
    };
  }

  private StageWork crossEncode(RankingNode.CrossEncode node, Ranked input, StageBudget budget) {
    String query = node.text().isEmpty() ? text : node.text();
    CrossRescoring rescoring = new CrossRescoring(node, pairModel(node.model()), query, budget);
    StageWork work = rescoring.rescore(input, scope);
    marked.putAll(rescoring.marked());
    return work;
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

  private FormulaRescoring formulas(Ranked input, RankingNode below) {
    return new FormulaRescoring(input, below, lists, queries, scope, nowSeconds);
  }

  private RankingModels.TreeModel treeModel(String name) {
    // Found by the check of the tree, and not closed before the process ends.
    return (RankingModels.TreeModel) Objects.requireNonNull(scope.models().find(name));
  }

  private RankingModels.PairModel pairModel(String name) {
    return (RankingModels.PairModel) Objects.requireNonNull(scope.models().find(name));
  }

  private SparseVector vector(SparseQuery query) {
    return Objects.requireNonNull(queries.sparse().get(query));
  }

  private DenseFields.Scorer scorer(String field, DenseTarget target) {
    return field(field).scorer(queries.dense(field, target));
  }

  private DenseFields.Field field(String name) {
    return Objects.requireNonNull(scope.dense().find(name));
  }
}

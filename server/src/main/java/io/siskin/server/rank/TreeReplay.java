package io.siskin.server.rank;

import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.scope.RankingModels;
import io.siskin.server.rank.stage.TreeRescoring;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.StagesBelow;
import io.siskin.server.search.Cancellation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Evaluates variants of one tree for one query. What no variant changes is evaluated once: with
 * fusions and interpolations that vary, all searches are. Used by one thread.
 */
public final class TreeReplay {
  private final RankedScope scope;
  private final EncodedQueries queries;
  private final long nowMillis;
  private final Set<String> changing;
  private final StageTotals totals = new StageTotals();
  private final String text;
  private Map<String, StageWork> kept = Map.of();

  /**
   * Prepares to evaluate.
   *
   * @param scope what is searched
   * @param queries the vectors of all queries of the tree
   * @param text the text of the request; empty for none
   * @param nowMillis what formulas take for the present, in milliseconds since 1970
   * @param changing the names of the stages that differ from variant to variant in more than their
   *     inputs
   */
  public TreeReplay(
      RankedScope scope,
      EncodedQueries queries,
      String text,
      long nowMillis,
      Set<String> changing) {
    this.text = text;
    this.scope = scope;
    this.queries = queries;
    this.nowMillis = nowMillis;
    this.changing = Set.copyOf(changing);
  }

  /**
   * Evaluates a variant.
   *
   * @param root its root; it was checked by {@code TreeCheck}, and its stages have the names of all
   *     other variants
   */
  public Ranked evaluate(RankingNode root) {
    TreeEvaluator evaluator = new TreeEvaluator(scope, queries, nowMillis, totals).withText(text);
    evaluator.take(kept);
    Ranked list = evaluator.evaluate(root, Cancellation.NEVER).list();
    if (kept.isEmpty()) {
      Map<String, StageWork> all = evaluator.works();
      Map<String, StageWork> fixed = new HashMap<>();
      for (RankingNode each : StagesBelow.all(root)) {
        String name = each.frame().name();
        StageWork work = all.get(name);
        if (work != null && isFixed(each)) {
          fixed.put(name, work);
        }
      }
      kept = fixed;
    }
    return list;
  }

  private boolean isFixed(RankingNode node) {
    return StagesBelow.all(node).stream().noneMatch(each -> changing.contains(each.frame().name()));
  }

  /** Returns how many stages were evaluated for all variants together. */
  public long stagesEvaluated() {
    return totals.begun();
  }

  /**
   * Computes features of the documents that a tree finds.
   *
   * @param scope what is searched
   * @param queries the vectors of all queries of the tree
   * @param text the text of the request; empty for none
   * @param nowMillis what formulas take for the present, in milliseconds since 1970
   * @param below the root of the tree; it was checked, and so were the features
   * @param features the features
   * @throws io.siskin.index.error.InvalidInputException when a feature gives no finite number
   */
  public static FeatureTable features(
      RankedScope scope,
      EncodedQueries queries,
      String text,
      long nowMillis,
      RankingNode below,
      List<RankingModels.Feature> features) {
    return new TreeEvaluator(scope, queries, nowMillis, new StageTotals())
        .withText(text)
        .features(below, features, "features", Cancellation.NEVER);
  }

  /**
   * Returns the features of a stage: its own or, if it has none, those of its model.
   *
   * @param node the stage, which was checked
   * @param models has its model
   */
  public static List<RankingModels.Feature> features(RankingNode.Trees node, RankingModels models) {
    return TreeRescoring.features(
        node, (RankingModels.TreeModel) Objects.requireNonNull(models.find(node.model())));
  }
}

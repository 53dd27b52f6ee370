package io.siskin.server.rank;

import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.passage.AnswerSearch;
import io.siskin.server.rank.passage.ContextMix;
import io.siskin.server.rank.passage.DenseExpansion;
import io.siskin.server.rank.passage.Diversity;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.stage.DenseScan;
import io.siskin.server.rank.stage.Grouping;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.DocumentPositions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Evaluates the stages that take lists of passages, and keeps which documents and answers they list
 * with their hits. Used by one thread for one tree.
 */
public final class PassageStages {
  private final RankedScope scope;
  private final EncodedQueries queries;
  private final List<RankingOutcome.Listing> listings = new ArrayList<>();

  /**
   * Prepares to evaluate.
   *
   * @param scope what is searched
   * @param queries the vectors of all queries of the tree
   */
  PassageStages(RankedScope scope, EncodedQueries queries) {
    this.scope = scope;
    this.queries = queries;
  }

  /** Returns what is listed with hits, in the order of the stages. */
  List<RankingOutcome.Listing> listings() {
    return List.copyOf(listings);
  }

  /**
   * Evaluates a stage.
   *
   * @param node the stage
   * @param inputs the lists of its inputs
   * @param budget how long it may take
   */
  StageWork work(RankingNode.PassageNode node, List<Ranked> inputs, StageBudget budget) {
    Ranked input = inputs.getFirst();
    return switch (node) {
      case RankingNode.Context context ->
          ContextMix.mix(context, input, inputs.size() > 1 ? inputs.getLast() : null, scope);
      case RankingNode.Diversify diversify -> Diversity.pick(diversify, input, scope, budget);
      case RankingNode.Cap cap -> cap(cap, input);
      case RankingNode.DenseFeedback feedback -> feedback(feedback, input, budget);
      case RankingNode.Answers answers -> {
        AnswerSearch.Found found = AnswerSearch.search(answers, input, scope, budget);
        listings.add(
            new RankingOutcome.Answers(
                answers, RankingOutcome.LookUp.of(found.work().list()), found.answers()));
        yield found.work();
      }
    };
  }

  /**
   * Evaluates a grouping.
   *
   * @param node the stage
   * @param input the list
   */
  StageWork group(RankingNode.Group node, Ranked input) {
    Grouping.Grouped grouped = Grouping.group(node, input, scope);
    if (node.innerHits() > 0) {
      listings.add(
          new RankingOutcome.Groups(
              node, RankingOutcome.LookUp.of(grouped.list()), input, grouped.groups()));
    }
    return new StageWork(grouped.list(), 0, true);
  }

  private StageWork cap(RankingNode.Cap node, Ranked input) {
    int[] groupOf = new int[input.size()];
    int[] sizes = new int[Grouping.assign(node.field(), input, scope, groupOf)];
    int[] positions = new int[groupOf.length];
    double[] scores = new double[groupOf.length];
    int count = 0;
    for (int rank = 0; rank < groupOf.length; rank++) {
      if (sizes[groupOf[rank]]++ < node.count()) {
        positions[count] = input.position(rank);
        scores[count++] = input.score(rank);
      }
    }
    return new StageWork(Ranked.best(positions, scores, count, node.frame().limit()), 0, true);
  }

  private StageWork feedback(RankingNode.DenseFeedback node, Ranked best, StageBudget budget) {
    if (budget.isSpent()) {
      return new StageWork(Ranked.EMPTY, 0, false);
    }
    DenseFields.Field field = Objects.requireNonNull(scope.dense().find(node.field()));
    DocumentPositions positions = scope.positions();
    DenseVector own = queries.dense(node.field(), node.target());
    DenseVector expanded = DenseExpansion.expand(node, own, best, field, positions);
    return expanded == null
        ? new StageWork(Ranked.EMPTY, 0, true)
        : DenseScan.scan(field.scorer(expanded), scope.scope(), node.frame().limit(), budget);
  }
}

package io.siskin.server.measure;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ranking quality against graded judgments.
 *
 * <p>Judgments map a document's external id to its grade: a grade above zero is relevant and is the
 * document's gain, linear, so that 2 is worth twice 1; a grade of zero or below, and a document
 * without a judgment, gain nothing.
 *
 * <p>Ties: a ranking counts in the order in which it is given, whatever its scores. trec_eval
 * instead sorts by score and, where scores are equal, by descending id; figures of both agree when
 * a run has no equal scores.
 */
public final class RankingMetrics {
  private RankingMetrics() {}

  /** Which of the judged queries the means are over. */
  public enum Population {
    /** All of them, as {@code trec_eval -c} does: one that was not asked counts 0. */
    JUDGED,
    /** Those that the run has: one that was asked and has no result counts 0. */
    ASKED
  }

  /**
   * The means over the judged queries of a run.
   *
   * @param means one value from 0 to 1 per metric, in the order asked for; 0 when they are over no
   *     query
   * @param judgedQueries queries with a judgment
   * @param notAskedQueries how many of these the run does not have
   * @param unansweredQueries how many of the judged queries that the means are over have no result;
   *     they count 0
   * @param unjudgedQueries queries of the run without a judgment, left out of the means
   */
  public record Report(
      Map<Metric, Double> means,
      int judgedQueries,
      int notAskedQueries,
      int unansweredQueries,
      int unjudgedQueries) {}

  /**
   * Evaluates a run.
   *
   * @param run the rankings; a query that was asked and has no result is there with an empty one
   * @param qrels query id to document id to grade; a query with an empty map is not judged
   * @param metrics what to measure
   * @param population which queries the means are over
   */
  public static Report evaluate(
      TrecRun run,
      Map<String, Map<String, Integer>> qrels,
      List<Metric> metrics,
      Population population) {
    double[] sums = new double[metrics.size()];
    int judged = 0;
    int notAsked = 0;
    int unanswered = 0;
    for (Map.Entry<String, Map<String, Integer>> query : qrels.entrySet()) {
      if (query.getValue().isEmpty()) {
        continue;
      }
      judged++;
      if (!run.queryIds().contains(query.getKey())) {
        notAsked++;
        if (population == Population.ASKED) {
          continue;
        }
      }
      List<String> ranking = run.ranking(query.getKey());
      unanswered += ranking.isEmpty() ? 1 : 0;
      for (int i = 0; i < sums.length; i++) {
        sums[i] += measure(metrics.get(i), ranking, query.getValue());
      }
    }
    int counted = population == Population.ASKED ? judged - notAsked : judged;
    Map<Metric, Double> means = new LinkedHashMap<>();
    for (int i = 0; i < sums.length; i++) {
      means.put(metrics.get(i), counted == 0 ? 0 : sums[i] / counted);
    }
    int unjudged = 0;
    for (String query : run.queryIds()) {
      unjudged += qrels.getOrDefault(query, Map.of()).isEmpty() ? 1 : 0;
    }
    return new Report(means, judged, notAsked, unanswered, unjudged);
  }

  /**
   * Measures each judged query of a run, in the order of the judgments.
   *
   * @param metric what to measure
   * @param run the rankings; a query that it lacks counts 0
   * @param qrels query id to document id to grade; a query with an empty map is not judged
   * @return one value from 0 to 1 for each judged query
   */
  public static double[] perQuery(
      Metric metric, TrecRun run, Map<String, Map<String, Integer>> qrels) {
    return qrels.entrySet().stream()
        .filter(query -> !query.getValue().isEmpty())
        .mapToDouble(query -> measure(metric, run.ranking(query.getKey()), query.getValue()))
        .toArray();
  }

  /**
   * Measures one ranking.
   *
   * @param metric what to measure
   * @param ranking document ids, best first, each once
   * @param grades the judgments of the query
   * @return 0 to 1
   */
  public static double measure(Metric metric, List<String> ranking, Map<String, Integer> grades) {
    return switch (metric.kind()) {
      case NDCG -> ndcg(ranking, grades, metric.cutoff());
      case RECIPROCAL_RANK -> reciprocalRank(ranking, grades, metric.cutoff());
      case RECALL -> recall(ranking, grades, metric.cutoff());
    };
  }

  /**
   * Returns the normalised discounted cumulative gain (Järvelin and Kekäläinen 2002, in trec_eval's
   * form): the sum of gain / log2(rank + 1) over the first k documents, divided by the same of the
   * best ranking that all judged documents allow. 0 when no document is relevant.
   *
   * @param ranking document ids, best first, each once
   * @param grades the judgments of the query
   * @param k 1 or more
   */
  public static double ndcg(List<String> ranking, Map<String, Integer> grades, int k) {
    double gain = 0;
    int depth = Math.min(k, ranking.size());
    for (int at = 0; at < depth; at++) {
      gain += Math.max(0, grades.getOrDefault(ranking.get(at), 0)) * discount(at);
    }
    double idealGain = idealGain(grades.values(), k);
    return idealGain == 0 ? 0 : gain / idealGain;
  }

  /**
   * Returns 1 / rank of the first relevant document, 0 when none is among the first k.
   *
   * @param ranking document ids, best first, each once
   * @param grades the judgments of the query
   * @param k 1 or more
   */
  public static double reciprocalRank(List<String> ranking, Map<String, Integer> grades, int k) {
    int depth = Math.min(k, ranking.size());
    for (int at = 0; at < depth; at++) {
      if (grades.getOrDefault(ranking.get(at), 0) > 0) {
        return 1.0 / (at + 1);
      }
    }
    return 0;
  }

  /**
   * Returns the share of the relevant documents that is among the first k, 0 when no document is
   * relevant.
   *
   * @param ranking document ids, best first, each once
   * @param grades the judgments of the query
   * @param k 1 or more
   */
  public static double recall(List<String> ranking, Map<String, Integer> grades, int k) {
    int relevant = 0;
    for (int grade : grades.values()) {
      relevant += grade > 0 ? 1 : 0;
    }
    int found = 0;
    int depth = Math.min(k, ranking.size());
    for (int at = 0; at < depth; at++) {
      found += grades.getOrDefault(ranking.get(at), 0) > 0 ? 1 : 0;
    }
    return relevant == 0 ? 0 : (double) found / relevant;
  }

  private static double idealGain(Collection<Integer> grades, int k) {
    List<Integer> best =
        grades.stream()
            .filter(grade -> grade > 0)
            .sorted(Comparator.reverseOrder())
            .limit(k)
            .toList();
    double gain = 0;
    for (int at = 0; at < best.size(); at++) {
      gain += best.get(at) * discount(at);
    }
    return gain;
  }

  /** The discount at a position counted from 0. */
  private static double discount(int at) {
    return Math.log(2) / Math.log(at + 2.0);
  }
}

package io.siskin.server.app.command;

import io.siskin.index.build.BuildProgress;
import io.siskin.server.ingest.CollectionQueries;
import io.siskin.server.measure.TrecRun;
import io.siskin.server.retrieve.RetrievalRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All queries of an evaluation, asked one after the other. A query that cannot be answered is
 * reported and counts as one without a result.
 *
 * @param run the rankings, one for each query that was asked
 * @param modes how many queries were answered in which mode, by its name
 * @param failedCount how many queries could not be answered
 * @param unmatchedCount how many queries have terms, none of which the collection knows
 * @param seconds how long all took
 * @param stages what the stages of a tree did
 */
record EvalRun(
    TrecRun run,
    Map<String, Integer> modes,
    int failedCount,
    int unmatchedCount,
    double seconds,
    EvalStages stages) {
  /** The most hits that can be asked for. */
  private static final int K_MAX = RetrievalRequest.K_MAX;

  /**
   * What is asked.
   *
   * @param file where the queries were read
   * @param queries the queries, at least one
   * @param k how many hits are wanted
   * @param excludesSelf whether a hit with the query's own id is left out
   * @param warmUps how many times all are asked before they count, 0 or more
   */
  record Questions(Path file, List<AskedQuery> queries, int k, boolean excludesSelf, int warmUps) {}

  /**
   * Asks.
   *
   * @param engine answers
   * @param questions what is asked
   * @param progress told of each query
   * @param failures told of each query that cannot be answered, and why
   * @throws RuntimeException what the first query met when none can be answered; what any query met
   *     when it is not the query's fault
   * @throws io.siskin.index.error.InvalidInputException when the collection knows no term of any
   *     query
   */
  @SuppressWarnings("IllegalCatch") // What is not the query's fault is thrown on.
  static EvalRun ask(
      EvalEngine engine,
      Questions questions,
      BuildProgress progress,
      BiConsumer<AskedQuery, RuntimeException> failures) {
    Map<String, List<TrecRun.Hit>> rankings = new LinkedHashMap<>();
    Map<String, Integer> modes = new TreeMap<>();
    List<AskedQuery> queries = questions.queries();
    EvalStages stages = new EvalStages();
    warmUp(engine, questions, progress);
    @Nullable RuntimeException first = null;
    int failed = 0;
    int unmatched = 0;
    long start = System.nanoTime();
    progress.begin("searching", queries.size());
    for (AskedQuery query : queries) {
      List<TrecRun.Hit> hits = List.of();
      try {
        EvalEngine.Answer answer = engine.answer(query, wanted(questions));
        modes.merge(answer.mode(), 1, Integer::sum);
        unmatched += answer.hits().isEmpty() && answer.unknownTerms() > 0 ? 1 : 0;
        hits = kept(questions, query, answer.hits());
        stages.add(answer.stages());
      } catch (RuntimeException failure) {
        if (!engine.isOfQuery(failure)) {
          throw failure;
        }
        first = first == null ? failure : first;
        failed++;
        failures.accept(query, failure);
      }
      rankings.put(query.id(), hits);
      progress.advance(rankings.size());
    }
    progress.end();
    if (first != null && failed == queries.size()) {
      throw first;
    }
    CollectionQueries.requireMatch(questions.file(), unmatched, queries.size());
    double seconds = (System.nanoTime() - start) / 1e9;
    return new EvalRun(TrecRun.of(rankings), modes, failed, unmatched, seconds, stages);
  }

  /** Failures are left to the run that counts. */
  @SuppressWarnings("IllegalCatch") // What is not the query's fault is thrown on.
  private static void warmUp(EvalEngine engine, Questions questions, BuildProgress progress) {
    for (int pass = 0; pass < questions.warmUps(); pass++) {
      progress.begin("warming up", questions.queries().size());
      int done = 0;
      for (AskedQuery query : questions.queries()) {
        try {
          engine.answer(query, wanted(questions));
        } catch (RuntimeException failure) {
          if (!engine.isOfQuery(failure)) {
            throw failure;
          }
        }
        progress.advance(++done);
      }
      progress.end();
    }
  }

  /** One hit more where one may be left out. */
  private static int wanted(Questions questions) {
    return questions.excludesSelf() ? Math.min(questions.k() + 1, K_MAX) : questions.k();
  }

  private static List<TrecRun.Hit> kept(
      Questions questions, AskedQuery query, List<TrecRun.Hit> hits) {
    if (!questions.excludesSelf()) {
      return hits;
    }
    List<TrecRun.Hit> kept = new ArrayList<>(hits);
    kept.removeIf(hit -> hit.documentId().equals(query.id()));
    return kept.size() > questions.k() ? kept.subList(0, questions.k()) : kept;
  }
}

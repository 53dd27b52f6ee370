package io.siskin.server.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchRequest;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.app.flags.ModeFlags;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.Qrels;
import io.siskin.server.corpus.SourceQueries;
import io.siskin.server.corpus.SourceQuery;
import io.siskin.server.measure.Metric;
import io.siskin.server.measure.RankingMetrics;
import io.siskin.server.measure.TrecRun;
import io.siskin.server.retrieve.Evaluation;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code siskin eval}: how well a collection answers judged queries, in this process or over gRPC.
 */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description =
        "Runs judged queries and prints nDCG@10, MRR@10, Recall@100 and Recall@1000 (queries"
            + " without a judgment are left out).")
@SuppressWarnings("NullAway.Init") // picocli sets the options.
public final class EvalCommand implements Callable<Integer> {
  private static final List<Metric> METRICS =
      List.of(Metric.ndcg(10), Metric.reciprocalRank(10), Metric.recall(100), Metric.recall(1000));
  private static final int K_WANTED = 1000;

  /** Where to search. */
  static final class Place {
    @Option(
        names = {"-d", "--data"},
        required = true,
        paramLabel = "DIR",
        description = "Data directory: in this process.")
    @Nullable Path data;

    @Option(
        names = {"-t", "--target"},
        required = true,
        paramLabel = "HOST:PORT",
        description = "A running server, also unix:///path.")
    @Nullable String target;
  }

  @Spec CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  Place place;

  @Option(
      names = {"-c", "--collection"},
      required = true,
      paramLabel = "NAME",
      description = "Collection.")
  String collection;

  @Option(
      names = {"-q", "--queries"},
      required = true,
      paramLabel = "FILE",
      description = "Queries: JSON Lines, TSV or .csr; gzip and zstd are unpacked.")
  Path queries;

  @Option(
      names = "--qrels",
      required = true,
      paramLabel = "FILE",
      description = "Judgments: BEIR's TSV with a header, or TREC's four columns.")
  Path qrels;

  @Option(
      names = {"-k", "--k"},
      defaultValue = "1000",
      description = "Hits a query, 1 to 10000 (default ${DEFAULT-VALUE}).")
  int k;

  @Mixin InferenceFlags inference = new InferenceFlags();

  @Mixin ModeFlags evaluation = new ModeFlags();

  @Option(
      names = "--run",
      paramLabel = "OUT.trec",
      description = "Write the rankings as a TREC run. Default: none is written.")
  @Nullable Path run;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  /** Answers one query with ranked ids and scores. */
  @FunctionalInterface
  private interface Engine {
    List<TrecRun.Hit> search(SourceQuery query);
  }

  @Override
  public Integer call() throws IOException {
    Map<String, List<TrecRun.Hit>> rankings;
    long start = System.nanoTime();
    if (place.data != null) {
      try (CollectionCatalog catalog =
          new CollectionCatalog(
              new DataDirectory(place.data),
              Verification.FULL,
              snapshot -> {},
              inference.forQueries())) {
        catalog.open(collection);
        RetrievalPipeline pipeline = new RetrievalPipeline(catalog);
        rankings = answer(query -> searchHere(pipeline, query));
      }
    } else {
      try (SearchClient client = SearchClient.connect(String.valueOf(place.target))) {
        rankings = answer(query -> searchThere(client, query));
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    TrecRun trec = TrecRun.of(rankings);
    if (run != null) {
      trec.write(run, "siskin");
    }
    print(
        RankingMetrics.evaluate(trec, Qrels.read(qrels).gradesByQuery(), METRICS),
        rankings.size(),
        seconds);
    return 0;
  }

  private Map<String, List<TrecRun.Hit>> answer(Engine engine) throws IOException {
    Map<String, List<TrecRun.Hit>> rankings = new LinkedHashMap<>();
    for (SourceQuery query : SourceQueries.read(queries)) {
      if (rankings.put(query.id(), engine.search(query)) != null) {
        throw new InvalidInputException("query id", query.id(), "each id once").at(query.place());
      }
    }
    return rankings;
  }

  private List<TrecRun.Hit> searchHere(RetrievalPipeline pipeline, SourceQuery query) {
    SparseVector vector = query.vector();
    Query wanted =
        vector == null
            ? new Query.Text(query.text() == null ? "" : query.text())
            : new Query.Vector(vector);
    Evaluation wantedEvaluation =
        evaluation.isEmpty()
            ? new Evaluation.InMode(new SearchMode.Exact())
            : evaluation.evaluation();
    RetrievalRequest request =
        new RetrievalRequest(collection, wanted, k, wantedEvaluation, List.of(), false);
    return pipeline.retrieve(request, Cancellation.NEVER).hits().stream()
        .map(hit -> new TrecRun.Hit(hit.id(), hit.score()))
        .toList();
  }

  private List<TrecRun.Hit> searchThere(SearchClient client, SourceQuery query) {
    SparseVector vector = query.vector();
    SearchRequest request =
        vector == null
            ? SearchRequest.text(collection, query.text() == null ? "" : query.text())
            : SearchRequest.vector(collection, clientVector(vector));
    SearchRequest evaluated =
        evaluation.isEmpty()
            ? request.withMode(io.siskin.client.SearchMode.exact())
            : evaluation.applyTo(request);
    return client.search(evaluated.withK(k)).hits().stream()
        .map(hit -> new TrecRun.Hit(hit.id(), hit.score()))
        .toList();
  }

  private static io.siskin.client.SparseVector clientVector(SparseVector vector) {
    float[] weights = new float[vector.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = vector.weight(i);
    }
    return switch (vector) {
      case TokenVector tokens -> {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
          names.add(tokens.token(i));
        }
        yield io.siskin.client.SparseVector.ofTokens(names.toArray(new String[0]), weights);
      }
      case TermIdVector ids -> {
        int[] termIds = new int[weights.length];
        for (int i = 0; i < weights.length; i++) {
          termIds[i] = ids.termId(i);
        }
        yield io.siskin.client.SparseVector.ofTermIds(termIds, weights);
      }
    };
  }

  private void print(RankingMetrics.Report report, int queryCount, double seconds) {
    ObjectNode result = new ObjectMapper().createObjectNode();
    result.put("collection", collection).put("queries", queryCount);
    result.put("judged_queries", report.judgedQueries());
    result.put("unanswered_queries", report.unansweredQueries());
    result.put("unjudged_queries", report.unjudgedQueries());
    report
        .means()
        .forEach((metric, mean) -> result.put(metric.label(), Math.round(mean * 1e5) / 1e5));
    result
        .put("k", k)
        .put("mode", evaluation.isEmpty() ? "exact" : evaluation.label())
        .put("seconds", seconds);
    if (k < K_WANTED) {
      result.put("note", "Recall@1000 is over " + k + " hits only");
    }
    if (json) {
      spec.commandLine().getOut().println(result);
    } else {
      result
          .properties()
          .forEach(
              entry ->
                  spec.commandLine()
                      .getOut()
                      .printf("%-20s %s%n", entry.getKey(), entry.getValue().asText()));
    }
    spec.commandLine().getOut().flush();
  }
}

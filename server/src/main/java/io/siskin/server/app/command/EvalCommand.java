package io.siskin.server.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.client.ClientOptions;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.server.app.flags.CallerFlags;
import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.app.flags.ModeFlags;
import io.siskin.server.app.flags.PipelineFlags;
import io.siskin.server.app.flags.RankerFlags;
import io.siskin.server.app.output.OutputFile;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.FailureReport;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.corpus.InputOptions;
import io.siskin.server.corpus.Qrels;
import io.siskin.server.corpus.SourceQueries;
import io.siskin.server.corpus.SourceQuery;
import io.siskin.server.corpus.TrecColumns;
import io.siskin.server.measure.Metric;
import io.siskin.server.measure.RankingMetrics;
import io.siskin.server.measure.RankingMetrics.Population;
import io.siskin.server.measure.Significance;
import io.siskin.server.measure.TrecRun;
import io.siskin.server.retrieve.RetrievalRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
    description = {
      "Runs judged queries and prints nDCG@10, MRR@10, Recall@100 and Recall@1000.",
      "The means are over all queries that --qrels judges, as trec_eval -c has it: a judged query"
          + " that --queries does not ask counts 0 (--mean-over asked leaves it out). A query"
          + " without a judgment is asked and left out of the means. A query that cannot be"
          + " answered is reported and counts 0."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options.
public final class EvalCommand implements Callable<Integer> {
  private static final List<Metric> METRICS =
      List.of(Metric.ndcg(10), Metric.reciprocalRank(10), Metric.recall(100), Metric.recall(1000));
  private static final int K_WANTED = 1000;
  private static final int WARM_UPS_MAX = 1000;

  // Fixed, so that the same runs give the same interval.
  private static final long BOOTSTRAP_SEED = 1;

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
      description = "Hits per query, 1 to 10000 (default ${DEFAULT-VALUE}).")
  int k;

  @Option(
      names = "--mean-over",
      defaultValue = "judged",
      paramLabel = "WHICH",
      description =
          "Which judged queries the means are over: judged (all of them) or asked (those of"
              + " --queries). Default: ${DEFAULT-VALUE}.")
  Population population;

  @Option(
      names = "--exclude-self",
      description =
          "Leaves out a hit whose id is the query's own, for collections whose queries are among"
              + " their documents, such as ArguAna.")
  boolean excludesSelf;

  @Mixin InferenceFlags inference = new InferenceFlags();

  @Mixin CallerFlags caller = new CallerFlags();

  @Mixin ModeFlags evaluation = new ModeFlags();

  @Mixin PipelineFlags pipeline = new PipelineFlags();

  @Mixin DenseQueryFlags dense = new DenseQueryFlags();

  @Mixin RankerFlags models = new RankerFlags();

  @Option(
      names = "--baseline",
      paramLabel = "RUN.trec",
      description =
          "A TREC run of the same queries to compare with. For each figure it prints the mean"
              + " difference over the queries of the means, the p-value of a paired t-test, and the"
              + " interval of 95%% of 10000 bootstrap samples. Default: none.")
  @Nullable Path baseline;

  @Option(
      names = "--run",
      paramLabel = "OUT.trec",
      description =
          "Write the rankings as a TREC run, which replaces the file once it is whole. Default:"
              + " none is written.")
  @Nullable Path run;

  @Option(
      names = "--warm-up",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "How many times all queries are asked before they are measured, 0 to 1000, so that times"
              + " are those of code that is warm. Default: ${DEFAULT-VALUE}.")
  int warmUps;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Override
  public Integer call() throws IOException {
    Ranges.check("--k", k, 1, RetrievalRequest.K_MAX);
    Ranges.check("--warm-up", warmUps, 0, WARM_UPS_MAX);
    requireFile("--queries", queries);
    requireFile("--qrels", qrels);
    pipeline.checkBeside(evaluation);
    if (baseline != null) {
      requireFile("--baseline", baseline);
    }
    try (OutputFile output = run == null ? null : OutputFile.open("--run", run)) {
      Qrels judgments = Qrels.read(qrels);
      try (EvalEngine engine = open()) {
        List<AskedQuery> asked = readQueries(engine);
        checkIds(asked, judgments);
        checkDocuments(engine, judgments);
        report(ask(engine, asked), judgments, output);
      }
    }
    return ExitStatus.OK;
  }

  private EvalEngine open() throws IOException {
    if (place.target != null) {
      models.refuse();
    }
    return place.data == null
        ? RemoteEvalEngine.connect(
            caller.secured(ClientOptions.of(String.valueOf(place.target))),
            collection,
            evaluation,
            pipeline.ranking())
        : LocalEvalEngine.open(
            place.data,
            collection,
            evaluation,
            pipeline,
            inference.forQueries(),
            models.open(inference));
  }

  private static void requireFile(String option, Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new InvalidInputException(option, file, "a file that exists and can be read");
    }
  }

  private List<AskedQuery> readQueries(EvalEngine engine) throws IOException {
    List<SourceQuery> read =
        SourceQueries.read(queries, InputOptions.DEFAULT.withTermKeys(engine.termKeys()));
    if (read.isEmpty()) {
      throw new InvalidInputException("--queries", queries, "a file with at least one query");
    }
    return dense.with(read, engine.termKeys(), pipeline.isGiven());
  }

  /** Before anything is searched: ids that no judgment knows, or that a run cannot carry. */
  private void checkIds(List<AskedQuery> asked, Qrels judgments) {
    int unjudged = 0;
    for (AskedQuery query : asked) {
      if (run != null) {
        try {
          TrecColumns.check("query id", query.id());
        } catch (InvalidInputException refused) {
          throw refused.at(query.place());
        }
      }
      unjudged += judgments.grades(query.id()).isEmpty() ? 1 : 0;
    }
    String example = asked.getFirst().id();
    if (unjudged == asked.size()) {
      String known = judgments.gradesByQuery().keySet().stream().findFirst().orElse("none");
      throw new InvalidInputException(
          "--qrels",
          qrels + ", which judges no query of " + queries,
          "judgments of these queries: the first id there is '"
              + example
              + "', the first one judged is '"
              + known
              + "'");
    }
    if (unjudged > 0) {
      warn(unjudged + " of " + asked.size() + " queries have no judgment and count nowhere");
    }
  }

  private void checkDocuments(EvalEngine engine, Qrels judgments) {
    Set<String> judged = new HashSet<>();
    judgments.gradesByQuery().values().forEach(grades -> judged.addAll(grades.keySet()));
    if (!engine.mayHaveAny(judged)) {
      throw new InvalidInputException(
          "--qrels",
          qrels + ", none of whose documents is in collection " + collection,
          "judgments of documents that the collection has");
    }
  }

  private EvalRun ask(EvalEngine engine, List<AskedQuery> asked) {
    PrintWriter err = spec.commandLine().getErr();
    try (ProgressDisplay display = ProgressDisplay.on(err)) {
      return EvalRun.ask(
          engine,
          new EvalRun.Questions(queries, asked, k, excludesSelf, warmUps),
          display,
          (query, failure) ->
              display.note(
                  "  not answered: query '"
                      + query.id()
                      + "' at "
                      + query.place()
                      + ": "
                      + FailureReport.message(failure)));
    }
  }

  private void report(EvalRun result, Qrels judgments, @Nullable OutputFile output)
      throws IOException {
    if (result.failedCount() > 0) {
      warn(result.failedCount() + " queries could not be answered and count as without a result");
    }
    if (result.unmatchedCount() > 0) {
      warn(result.unmatchedCount() + " queries have no term that the collection knows");
    }
    RankingMetrics.Report report =
        RankingMetrics.evaluate(result.run(), judgments.gradesByQuery(), METRICS, population);
    if (report.notAskedQueries() > 0) {
      String what = population == Population.JUDGED ? "count 0" : "are left out of the means";
      warn(report.notAskedQueries() + " judged queries were not asked and " + what);
    }
    // Before the run is written: an id that it cannot carry shall not cost the figures.
    print(report, result, comparisons(result, judgments));
    if (output != null) {
      result.run().write(output.writer(), "siskin");
      output.commit();
    }
  }

  /** Returns how each figure compares with that of the baseline; empty without one. */
  private Map<Metric, Significance.Comparison> comparisons(EvalRun result, Qrels judgments)
      throws IOException {
    Map<Metric, Significance.Comparison> comparisons = new LinkedHashMap<>();
    if (baseline != null) {
      TrecRun other = TrecRun.read(baseline);
      // The queries that the means are over: another one would count as no difference.
      Map<String, Map<String, Integer>> grades = new LinkedHashMap<>(judgments.gradesByQuery());
      if (population == Population.ASKED) {
        grades.keySet().retainAll(result.run().queryIds());
      }
      for (Metric metric : METRICS) {
        comparisons.put(
            metric,
            Significance.compare(
                RankingMetrics.perQuery(metric, other, grades),
                RankingMetrics.perQuery(metric, result.run(), grades),
                BOOTSTRAP_SEED));
      }
    }
    return comparisons;
  }

  private void warn(String what) {
    spec.commandLine().getErr().println(spec.qualifiedName() + ": " + what);
  }

  private void print(
      RankingMetrics.Report report,
      EvalRun asked,
      Map<Metric, Significance.Comparison> comparisons) {
    ObjectNode result = new ObjectMapper().createObjectNode();
    result.put("collection", collection).put("queries", asked.run().queryIds().size());
    result.put("judged_queries", report.judgedQueries());
    result.put("not_asked_queries", report.notAskedQueries());
    result.put("unanswered_queries", report.unansweredQueries());
    result.put("failed_queries", asked.failedCount());
    result.put("unmatched_queries", asked.unmatchedCount());
    result.put("unjudged_queries", report.unjudgedQueries());
    report
        .means()
        .forEach((metric, mean) -> result.put(metric.label(), Math.round(mean * 1e5) / 1e5));
    result
        .put("k", k)
        .put("mode", mode())
        .put("modes_used", String.join(", ", asked.modes().keySet()))
        .put("mean_over", population == Population.JUDGED ? "judged" : "asked")
        .put("seconds", asked.seconds());
    comparisons.forEach(
        (metric, comparison) -> {
          ObjectNode compared = result.putObject(metric.label() + " vs baseline");
          compared.put("difference", Math.round(comparison.difference() * 1e5) / 1e5);
          compared.put("p", comparison.p());
          compared.put("low", Math.round(comparison.low() * 1e5) / 1e5);
          compared.put("high", Math.round(comparison.high() * 1e5) / 1e5);
        });
    if (pipeline.isGiven()) {
      asked.stages().addTo(result.putArray("stages"));
    }
    if (k < K_WANTED) {
      result.put("note", "Recall@1000 is over " + k + " hits only");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(result);
    } else {
      result.properties().stream()
          .filter(entry -> !entry.getValue().isArray())
          .forEach(entry -> out.printf("%-20s %s%n", entry.getKey(), text(entry.getValue())));
      result.path("stages").forEach(stage -> out.println(EvalStages.line(stage)));
    }
    out.flush();
  }

  private static String text(JsonNode value) {
    return value.isObject()
        ? String.format(
            Locale.ROOT,
            "%+.5f (p = %.2g, 95 %% of samples from %+.5f to %+.5f)",
            value.get("difference").asDouble(),
            value.get("p").asDouble(),
            value.get("low").asDouble(),
            value.get("high").asDouble())
        : value.asText();
  }

  private String mode() {
    return pipeline.isGiven()
        ? "pipeline " + pipeline.label()
        : evaluation.isEmpty() ? "collection default" : evaluation.label();
  }
}

package io.siskin.server.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.server.app.output.OutputFile;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.measure.Metric;
import io.siskin.server.measure.RankingMetrics;
import io.siskin.server.rank.TreeReplay;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rpc.gateway.RankingJson;
import io.siskin.server.tune.TreeParameter;
import io.siskin.server.tune.Tuner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code siskin tune}: fits the weights of a ranking tree to judged queries. */
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    description = {
      "Fits the numbers of a ranking tree to judged queries: weights of fusions, constants of"
          + " reciprocal ranks, and alpha of interpolations.",
      "Tries one number after another on a grid, until no change is better. What that gains is"
          + " measured by cross-validation: each query is measured with numbers that were chosen"
          + " without it. The numbers of the written tree are chosen on all queries. The same input"
          + " gives the same result. docs/ranking.md shows an example."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options.
public final class TuneCommand implements Callable<Integer> {
  private static final int FOLDS_MAX = 100;
  private static final List<Metric> METRICS =
      List.of(Metric.ndcg(10), Metric.reciprocalRank(10), Metric.recall(100));

  @Spec CommandSpec spec;

  @Mixin RankingLab lab = new RankingLab();

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      defaultValue = "ndcg@10",
      description =
          "What is made as large as can be: ndcg@10, mrr@10 or recall@100. Default:"
              + " ${DEFAULT-VALUE}.")
  String metric;

  @Option(
      names = "--folds",
      defaultValue = "5",
      description =
          "Folds of the cross-validation, 2 to 100. Raising it makes the measured gain more exact,"
              + " and takes longer. Default: ${DEFAULT-VALUE}.")
  int folds;

  @Option(
      names = "--out",
      paramLabel = "OUT.json",
      description =
          "Write the tuned tree, which 'siskin search --pipeline' takes. Default: not written.")
  @Nullable Path out;

  @Override
  public Integer call() throws IOException {
    Ranges.check("--folds", folds, 2, FOLDS_MAX);
    Metric measured = wantedMetric();
    try (RankingLab.Open open = lab.open();
        OutputFile output = out == null ? null : OutputFile.open("--out", out)) {
      open.trials().check(open.root());
      List<TreeParameter> parameters = TreeParameter.of(open.root());
      if (parameters.isEmpty()) {
        throw new InvalidInputException(
            "--pipeline",
            "a tree without a number to tune",
            "a fusion of at least two lists, or an interpolation");
      }
      if (open.queries().size() < folds) {
        throw new InvalidInputException(
            "--folds", folds, "at most the number of judged queries, " + open.queries().size());
      }
      tune(open, parameters, measured, output);
    }
    return ExitStatus.OK;
  }

  private Metric wantedMetric() {
    for (Metric each : METRICS) {
      if (each.label().toLowerCase(Locale.ROOT).equals(metric)) {
        return each;
      }
    }
    throw new InvalidInputException("--metric", metric, "ndcg@10, mrr@10 or recall@100");
  }

  private void tune(
      RankingLab.Open open,
      List<TreeParameter> parameters,
      Metric measured,
      @Nullable OutputFile output)
      throws IOException {
    long start = System.nanoTime();
    Set<String> changing =
        parameters.stream().map(TreeParameter::stage).collect(Collectors.toSet());
    List<TreeReplay> replays = new ArrayList<>();
    try (ProgressDisplay display = ProgressDisplay.on(spec.commandLine().getErr())) {
      display.begin("encoding queries", open.queries().size());
      for (AskedQuery query : open.queries()) {
        replays.add(
            open.trials()
                .replay(RankingLab.wanted(query.source()), query.vectors(), open.root(), changing));
        display.advance(replays.size());
      }
      display.end();
    }
    Tuner tuner =
        new Tuner(open.root(), parameters, root -> measured(open, replays, root, measured));
    List<Tuner.Fold> validated = tuner.crossValidate(folds);
    Tuner.Tuned tuned = tuner.tune();
    print(tuner, validated, tuned, measured, open.queries().size());
    long stages = replays.stream().mapToLong(TreeReplay::stagesEvaluated).sum();
    PrintWriter console = spec.commandLine().getOut();
    console.printf(
        Locale.ROOT,
        "%d settings were measured on %d queries. Stages below what was tuned were evaluated once"
            + " for each query: %d stages in all, in %.1f s.%n",
        tuner.settingsMeasured(),
        open.queries().size(),
        stages,
        (System.nanoTime() - start) / 1e9);
    console.flush();
    if (output != null) {
      ObjectMapper json = new ObjectMapper();
      output
          .writer()
          .write(
              json.writerWithDefaultPrettyPrinter()
                      .writeValueAsString(json.readTree(RankingJson.toJson(tuned.root())))
                  + "\n");
      output.commit();
    }
  }

  private static double[] measured(
      RankingLab.Open open, List<TreeReplay> replays, RankingNode root, Metric measured) {
    double[] values = new double[replays.size()];
    for (int i = 0; i < values.length; i++) {
      RankingNode filled = open.queries().get(i).vectors().into(root);
      List<String> ids = open.trials().ids(replays.get(i).evaluate(filled), measured.cutoff());
      values[i] =
          RankingMetrics.measure(
              measured, ids, open.judgments().grades(open.queries().get(i).id()));
    }
    return values;
  }

  private void print(
      Tuner tuner, List<Tuner.Fold> validated, Tuner.Tuned tuned, Metric measured, int queries) {
    PrintWriter console = spec.commandLine().getOut();
    String label = measured.label();
    console.printf("%-22s %8s %10s %10s%n", "measured on", "queries", "untuned", "tuned");
    double untunedSum = 0;
    double tunedSum = 0;
    for (int i = 0; i < validated.size(); i++) {
      Tuner.Fold fold = validated.get(i);
      untunedSum += fold.untuned() * fold.testQueries();
      tunedSum += fold.tuned() * fold.testQueries();
      line("fold " + (i + 1) + " of " + folds, fold.testQueries(), fold.untuned(), fold.tuned());
    }
    line("all folds", queries, untunedSum / queries, tunedSum / queries);
    line("what it was chosen on", queries, tuned.untuned(), tuned.tuned());
    console.println("Figures are " + label + ". The tuned values:");
    for (int i = 0; i < tuner.parameters().size(); i++) {
      int at = i;
      String byFold =
          validated.stream()
              .map(fold -> number(fold.values().get(at)))
              .collect(Collectors.joining(", "));
      console.printf(
          "  %s: %s (in folds: %s)%n",
          tuner.parameters().get(i).path(), number(tuned.values().get(i)), byFold);
    }
  }

  private void line(String what, int queries, double untuned, double tuned) {
    spec.commandLine()
        .getOut()
        .printf(Locale.ROOT, "%-22s %8d %10.5f %10.5f%n", what, queries, untuned, tuned);
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}

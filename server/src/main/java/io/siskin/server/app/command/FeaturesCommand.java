package io.siskin.server.app.command;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.app.output.OutputFile;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.rank.TreeReplay;
import io.siskin.server.rank.model.RankerYaml;
import io.siskin.server.rank.scope.RankingModels.Feature;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.retrieve.RankingTrials.FeatureRow;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code siskin features}: the features of candidates of judged queries, to train a model with. */
@Command(
    name = "features",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the features of the documents that a tree finds for judged queries, to train a"
          + " model of decision trees with.",
      "The features are those of --features, or those of the root of --pipeline, if it is a stage"
          + " of trees; the candidates are then what that stage takes. A document without a"
          + " judgment has the grade 0, and so has one with a negative grade. Numbers are written"
          + " in single precision, as the model will get them. docs/ranking.md shows the whole way."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options.
public final class FeaturesCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Mixin RankingLab lab = new RankingLab();

  @Option(
      names = "--features",
      paramLabel = "FILE",
      description =
          "A ranker.yaml of kind trees, or a folder that has one. Its model need not exist."
              + " Default: the features of the root of --pipeline.")
  @Nullable Path features;

  @Option(
      names = "--svmrank",
      paramLabel = "OUT.txt",
      description =
          "Write the form of SVMrank, 'grade qid:NUMBER 1:VALUE ... # DOCUMENT', where NUMBER"
              + " counts the judged queries from 1. Default: not written.")
  @Nullable Path svmrank;

  @Option(
      names = "--csv",
      paramLabel = "OUT.csv",
      description =
          "Write a table with the columns query, document, grade and one for each feature."
              + " Default: not written.")
  @Nullable Path csv;

  @Override
  public Integer call() throws IOException {
    if (svmrank == null && csv == null) {
      throw new InvalidInputException("--svmrank and --csv", "missing", "at least one of them");
    }
    try (RankingLab.Open open = lab.open();
        OutputFile ranks = svmrank == null ? null : OutputFile.open("--svmrank", svmrank);
        OutputFile table = csv == null ? null : OutputFile.open("--csv", csv)) {
      RankingNode below = open.root();
      List<Feature> wanted;
      if (features != null) {
        wanted = RankerYaml.features(features);
      } else if (open.root() instanceof RankingNode.Trees trees) {
        open.trials().check(trees);
        wanted = TreeReplay.features(trees, open.rankers());
        below = trees.input();
      } else {
        throw new InvalidInputException(
            "--pipeline", "a tree whose root has no features", "a root of trees, or --features");
      }
      open.trials().check(below, wanted);
      write(open, below, wanted, ranks, table);
    }
    return ExitStatus.OK;
  }

  private void write(
      RankingLab.Open open,
      RankingNode below,
      List<Feature> wanted,
      @Nullable OutputFile ranks,
      @Nullable OutputFile table)
      throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    int rows = 0;
    int relevant = 0;
    if (table != null) {
      table.writer().write(FeatureLines.header(wanted));
    }
    try (ProgressDisplay display = ProgressDisplay.on(err)) {
      display.begin("computing features", open.queries().size());
      for (int i = 0; i < open.queries().size(); i++) {
        AskedQuery query = open.queries().get(i);
        Map<String, Integer> grades = open.judgments().grades(query.id());
        List<FeatureRow> found =
            open.trials()
                .features(RankingLab.wanted(query.source()), query.vectors(), below, wanted);
        for (FeatureRow row : found) {
          int grade = Math.max(0, grades.getOrDefault(row.id(), 0));
          write(ranks, FeatureLines.svmrank(grade, i + 1, row));
          write(table, FeatureLines.csv(query.id(), grade, row));
          rows++;
          relevant += grade > 0 ? 1 : 0;
        }
        display.advance(i + 1);
      }
      display.end();
    }
    if (ranks != null) {
      ranks.commit();
    }
    if (table != null) {
      table.commit();
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        rows
            + " documents of "
            + open.queries().size()
            + " queries, "
            + relevant
            + " of them"
            + " relevant, with "
            + wanted.size()
            + " features");
    out.flush();
  }

  private static void write(@Nullable OutputFile file, String line) throws IOException {
    if (file != null) {
      Writer writer = file.writer();
      writer.write(line);
    }
  }
}

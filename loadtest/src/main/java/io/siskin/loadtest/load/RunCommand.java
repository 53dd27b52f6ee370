package io.siskin.loadtest.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.loadtest.load.report.HtmlReport;
import io.siskin.loadtest.load.report.SummaryTable;
import io.siskin.loadtest.load.scenario.Scenario;
import io.siskin.loadtest.load.schedule.RateProfile;
import io.siskin.loadtest.load.schedule.RateStage;
import io.siskin.loadtest.load.schedule.Schedule;
import io.siskin.server.app.process.ExitStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loadtest/load run}: sends one load. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Sends a load and prints a table. With --out it also writes all results as JSON, and as a"
          + " page with plots.",
      "The exit status is 1 when no call was answered, or when the generator itself held the load"
          + " back: the figures are not those of the server then."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options.
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ScenarioFlags flags;
  @Mixin private ScenarioFlags.Rates rates;

  @Option(
      names = "--out",
      paramLabel = "PATH",
      description = "Writes PATH.json and PATH.html (default: only the table is printed).")
  private @Nullable Path out;

  @Option(names = "--quiet", description = "Prints no progress.")
  private boolean isQuiet;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<RateStage> stages = rates.stages();
    Scenario read = flags.read();
    Scenario scenario = stages.isEmpty() ? read : read.withStages(stages);
    RateProfile profile = scenario.profile();
    Schedule schedule = scenario.schedule(profile);
    PrintWriter progress = spec.commandLine().getErr();
    Instant began = Instant.now();
    double loadAverage = ResultJson.loadAverage();
    LoadRun.Finished finished;
    try (LoadRun run = new LoadRun(scenario, flags.metadata())) {
      finished =
          run.send(
              schedule,
              (log, second, server) -> {
                if (!isQuiet && second >= 2) {
                  progress.println(ProgressLine.of(log, second, scenario.deadlineMillis(), server));
                }
              });
    }
    ObjectNode result = ResultJson.of(scenario, profile, finished, began, loadAverage);
    spec.commandLine().getOut().print(SummaryTable.of(result));
    spec.commandLine().getOut().flush();
    write(result);
    boolean isSent = result.path("generator").path("faults").isEmpty();
    boolean isAnswered = false;
    for (int call = 0; call < schedule.size() && !isAnswered; call++) {
      isAnswered = finished.log().isOk(call);
    }
    return isSent && isAnswered ? ExitStatus.OK : ExitStatus.FAILURE;
  }

  private void write(ObjectNode result) throws IOException {
    if (out != null) {
      Path folder = out.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(Path.of(out + ".json"), ResultJson.text(result));
      Files.writeString(Path.of(out + ".html"), HtmlReport.of(result));
    }
  }
}

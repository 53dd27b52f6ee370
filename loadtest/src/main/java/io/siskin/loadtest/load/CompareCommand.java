package io.siskin.loadtest.load;

import io.siskin.loadtest.load.report.ResultComparison;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loadtest/load compare}: two results beside each other. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description =
        "Compares two files of results, step by step. Says first which conditions are not the"
            + " same.")
@SuppressWarnings("NullAway.Init") // picocli sets the options.
final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "BEFORE.json", description = "Results of run --out.")
  private Path before;

  @Parameters(index = "1", paramLabel = "AFTER.json", description = "Results of run --out.")
  private Path after;

  @Override
  public Integer call() throws IOException {
    spec.commandLine()
        .getOut()
        .print(ResultComparison.of(ResultJson.read(before), ResultJson.read(after)));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
